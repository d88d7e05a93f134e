# What every target of this project is built with. Nothing here reaches a consumer: warnings are private to a target,
# and everything directory-wide is set only when this is the top-level project.

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
  endif()
  # Assertions stay on, in whatever optimised build of this project by itself.
  foreach(type IN ITEMS RELEASE RELWITHDEBINFO MINSIZEREL)
    string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_${type} "${CMAKE_CXX_FLAGS_${type}}")
  endforeach()
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")

  find_program(LASAGNE_MOLD mold)
  mark_as_advanced(LASAGNE_MOLD)
  if(LASAGNE_MOLD)
    add_link_options(-fuse-ld=mold)
  endif()

  if(LASAGNE_SANITIZE STREQUAL "address-undefined")
    set(sanitize -fsanitize=address,undefined -fno-sanitize-recover=all)
  elseif(LASAGNE_SANITIZE STREQUAL "thread")
    set(sanitize -fsanitize=thread)
  elseif(LASAGNE_SANITIZE STREQUAL "fuzzer")
    set(sanitize -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  elseif(LASAGNE_SANITIZE)
    message(FATAL_ERROR
      "LASAGNE_SANITIZE is '${LASAGNE_SANITIZE}': expected address-undefined, thread, fuzzer or nothing")
  endif()
  if(sanitize)
    add_compile_options(${sanitize} -fno-omit-frame-pointer)
    add_link_options(${sanitize})
  endif()
endif()

# The private options of a target of this project.
function(lasagne_private_options target)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    target_compile_options(${target} PRIVATE -Wthread-safety)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 warns wrongly about `"literal" + std::string` (GCC bug 105651), and about the inside of optionals and
    # variants when sanitizers keep it from seeing through them.
    target_compile_options(${target} PRIVATE -Wno-restrict $<$<BOOL:${LASAGNE_SANITIZE}>:-Wno-maybe-uninitialized>)
  endif()
endfunction()

# A program of this project: messages are allocated and freed on several threads all the time, and with jemalloc, if it
# is there, that takes a fifth less of the processor. A library leaves this choice to whoever links it.
find_library(LASAGNE_JEMALLOC jemalloc)
mark_as_advanced(LASAGNE_JEMALLOC)
function(lasagne_program target)
  lasagne_private_options(${target})
  if(LASAGNE_JEMALLOC AND NOT LASAGNE_SANITIZE)
    target_link_libraries(${target} PRIVATE "${LASAGNE_JEMALLOC}")
  endif()
endfunction()

# add_subdirectory(<dir>), if there is a file that matches the pattern.
function(lasagne_add_optional_directory dir pattern)
  file(GLOB found CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${pattern}")
  if(found)
    add_subdirectory(${dir})
  endif()
endfunction()
