# How Lasagne was built must not show in a consumer's build: neither its warnings, its optimisation and its sanitizers,
# nor its folders.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

file(READ "${WORK}/consumer/compile_commands.json" commands)
foreach(flag " -W" " -O" " -g" "-fsanitize" "-DLASAGNE_" "-pedantic")
  string(FIND "${commands}" "${flag}" at)
  if(NOT at EQUAL -1)
    message(SEND_ERROR "the consumer is compiled with ${flag}:\n${commands}")
  endif()
endforeach()

file(GLOB_RECURSE package_files "${WORK}/prefix/*.cmake" "${WORK}/prefix/*.pc")
if(NOT package_files)
  message(FATAL_ERROR "no package files in ${WORK}/prefix")
endif()
foreach(package_file IN LISTS package_files)
  file(READ "${package_file}" text)
  foreach(leak "${SOURCE}" "${BUILD}" "-Wall" "-Werror" "-fsanitize" "-fuse-ld")
    string(FIND "${text}" "${leak}" at)
    if(NOT at EQUAL -1)
      message(SEND_ERROR "${package_file} contains ${leak}")
    endif()
  endforeach()
endforeach()

# The consumer has code that our own warnings would object to: it must build without a word.
run("${CMAKE_COMMAND}" --build "${WORK}/consumer" --clean-first)
if(run_output MATCHES "warning:")
  message(SEND_ERROR "the consumer's build warns")
endif()
