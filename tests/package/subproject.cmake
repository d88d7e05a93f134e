# As a part of another project: the library, and no tests, examples, programs, install rules or changed settings. Built
# as shared libraries, of which the linker drops what it thinks unneeded.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
set(build "${WORK}-subproject")
file(REMOVE_RECURSE "${build}")
run("${CMAKE_COMMAND}" -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}/subproject" -B "${build}" "-DLASAGNE_SOURCE=${SOURCE}"
  "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" -DBUILD_SHARED_LIBS=ON)
run("${CMAKE_COMMAND}" --build "${build}" --target consumer)
run("${CMAKE_COMMAND}" -E chdir "${build}" "${build}/consumer")

# Shared libraries of one name are exchangeable: before 1.0 those of one minor version, then those of one major version.
string(REGEX REPLACE "^(0[.][0-9]+|[1-9][0-9]*)[.].*" "\\1" compatible "${VERSION}")
foreach(library core sqlite)
  if(NOT EXISTS "${build}/lasagne/src/liblasagne_${library}.so.${compatible}")
    message(SEND_ERROR "no liblasagne_${library}.so.${compatible}")
  endif()
endforeach()
