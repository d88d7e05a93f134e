# Without SQLite on the machine, and without it wanted, there is lasagne::core.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
set(build "${WORK}-without-sqlite")
file(REMOVE_RECURSE "${build}")
file(WRITE "${build}/CMakeLists.txt" "
cmake_minimum_required(VERSION 3.25)
project(parent LANGUAGES CXX)
add_subdirectory([==[${SOURCE}]==] lasagne)
if(NOT TARGET lasagne::core OR NOT TARGET lasagne::testing OR TARGET lasagne::sqlite OR TARGET lasagne::lasagne)
  message(SEND_ERROR \"not the targets without SQLite\")
endif()
")
run("${CMAKE_COMMAND}" -G Ninja -S "${build}" -B "${build}/build" "-DCMAKE_CXX_COMPILER=${CXX}"
  -DLASAGNE_SQLITE=OFF -DCMAKE_DISABLE_FIND_PACKAGE_SQLite3=ON)
