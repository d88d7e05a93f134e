# lasagne_add_tests(<folder> [LIBRARIES <target>...] [LABEL <label>] [TIMEOUT <seconds>])
#
# A program test_<folder> from all sources of tests/<folder>, and a CTest test <folder>.<Suite>.<Name> for each of its
# GoogleTest tests. Libraries that do not exist in this build are left out.
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)
find_package(fmt REQUIRED)
include(GoogleTest)

set(lasagne_programs shop hotel lasagne_cli)
set(lasagne_folder_libraries_hotel hotel_domain examples_common)
set(lasagne_folder_libraries_shop
  shop_shopping_carts shop_orders shop_payments shop_shipments shop_process examples_common)
set(lasagne_folder_libraries_fault SQLite::SQLite3)
set(lasagne_folder_libraries_http examples_common)
set(lasagne_folder_libraries_crash examples_common)
set(lasagne_folder_libraries_cli examples_common)
# http: deadlines of real sockets, which a sanitizer's slowness stretches past their meaning.
set(lasagne_slow_folders crash http)

# The tests are many small programs of which nobody measures the speed: unoptimised, they compile in half the time.
function(lasagne_test_options target)
  lasagne_private_options(${target})
  if(PROJECT_IS_TOP_LEVEL AND NOT LASAGNE_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
  target_compile_definitions(${target} PRIVATE
    LASAGNE_BIN_DIR="${PROJECT_BINARY_DIR}/bin" LASAGNE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${target} PRIVATE lasagne::lasagne lasagne::testing GTest::gtest GTest::gmock fmt::fmt)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests/bin")
endfunction()

if(LASAGNE_PCH)
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/tests/test_pch.cpp" CONTENT "// Carries the precompiled header.\n")
  add_library(test_pch OBJECT "${PROJECT_BINARY_DIR}/tests/test_pch.cpp")
  target_precompile_headers(test_pch PRIVATE
    <algorithm> <atomic> <chrono> <cstdint> <expected> <filesystem> <functional> <map> <memory> <mutex> <optional> <set>
    <string> <string_view> <thread> <variant> <vector> <gtest/gtest.h>)
  lasagne_test_options(test_pch)
endif()

function(lasagne_add_tests folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "LIBRARIES")
  set(target test_${folder})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${folder}/*.cpp")
  add_executable(${target} ${sources})
  lasagne_test_options(${target})
  target_link_libraries(${target} PRIVATE GTest::gtest_main rapidcheck)
  foreach(library IN LISTS arg_LIBRARIES lasagne_folder_libraries_${folder})
    if(TARGET ${library})
      target_link_libraries(${target} PRIVATE ${library})
    endif()
  endforeach()
  if(LASAGNE_PCH)
    target_precompile_headers(${target} REUSE_FROM test_pch)
  endif()
  if(folder MATCHES "^(http|crash|cli)$")
    if(TARGET PkgConfig::httplib)
      target_link_libraries(${target} PRIVATE PkgConfig::httplib)
    endif()
    foreach(program IN LISTS lasagne_programs)
      if(TARGET ${program})
        add_dependencies(${target} ${program})
      endif()
    endforeach()
  endif()

  # One label a test, since gtest_discover_tests cannot pass on a list; `ctest -R '^folder[.]'` picks a folder.
  if(NOT arg_LABEL)
    set(arg_LABEL ${folder})
    if(folder IN_LIST lasagne_slow_folders)
      set(arg_LABEL slow)
    endif()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
    if(arg_LABEL STREQUAL "slow")
      set(arg_TIMEOUT 900)
    endif()
  endif()
  gtest_discover_tests(${target} TEST_PREFIX "${folder}." DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS ${arg_LABEL})
endfunction()
