# The installed package: find_package(lasagne CONFIG REQUIRED [COMPONENTS core sqlite testing testing_gtest]), and the
# same libraries for pkg-config: lasagne-core, lasagne-sqlite, and lasagne for both.
include(CMakePackageConfigHelpers)

set(lasagne_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/lasagne")

# A component is a file of targets, so that who wants one need not have what another one needs.
function(lasagne_install_component component)
  foreach(target IN LISTS ARGN)
    install(TARGETS ${target} EXPORT lasagne-${component} FILE_SET HEADERS)
  endforeach()
  install(EXPORT lasagne-${component} NAMESPACE lasagne:: DESTINATION "${lasagne_package_dir}")
endfunction()

lasagne_install_component(core lasagne_core)
if(TARGET lasagne_sqlite)
  install(TARGETS lasagne EXPORT lasagne-sqlite)
  lasagne_install_component(sqlite lasagne_sqlite)
  install(TARGETS lasagne_sqlite_scheme EXPORT lasagne-sqlite
    OBJECTS DESTINATION "${CMAKE_INSTALL_LIBDIR}/lasagne")
  # For pkg-config, under a name that does not depend on the build type.
  install(FILES $<TARGET_OBJECTS:lasagne_sqlite_scheme> DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    RENAME lasagne_sqlite_scheme.o)
endif()
if(TARGET lasagne_testing)
  lasagne_install_component(testing lasagne_testing)
endif()
if(TARGET lasagne_testing_gtest)
  lasagne_install_component(testing_gtest lasagne_testing_gtest)
endif()
if(TARGET lasagne_cli)
  install(TARGETS lasagne_cli)
endif()

set(lasagne_compatibility SameMajorVersion)
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(lasagne_compatibility SameMinorVersion)
endif()
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/lasagneConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/lasagneConfig.cmake" INSTALL_DESTINATION "${lasagne_package_dir}")
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/lasagneConfigVersion.cmake" COMPATIBILITY ${lasagne_compatibility})
install(FILES "${PROJECT_BINARY_DIR}/lasagneConfig.cmake" "${PROJECT_BINARY_DIR}/lasagneConfigVersion.cmake"
  DESTINATION "${lasagne_package_dir}")

# lasagne_pkg_config(<name> DESCRIPTION <text> [LIBS <flag>...] [REQUIRES <module>...] [BEHIND_LIBS <flag>...]
#                    [BEHIND_REQUIRES <module>...])
#
# BEHIND is what the library's own code uses. A shared library brings it along; a static one does not, and then its user
# links it.
function(lasagne_pkg_config name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESCRIPTION" "LIBS;REQUIRES;BEHIND_LIBS;BEHIND_REQUIRES")
  if(NOT BUILD_SHARED_LIBS)
    list(APPEND arg_LIBS ${arg_BEHIND_LIBS})
    list(APPEND arg_REQUIRES ${arg_BEHIND_REQUIRES})
    set(arg_BEHIND_LIBS "")
    set(arg_BEHIND_REQUIRES "")
  endif()
  foreach(list IN ITEMS LIBS REQUIRES BEHIND_LIBS BEHIND_REQUIRES)
    list(JOIN arg_${list} " " ${list})
  endforeach()
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig"
    OUTPUT_VARIABLE prefix)
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}" OUTPUT_VARIABLE libdir)
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}"
    OUTPUT_VARIABLE includedir)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/lasagne.pc.in" "${PROJECT_BINARY_DIR}/${name}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endfunction()

lasagne_pkg_config(lasagne-core
  DESCRIPTION "Event-sourced distributed processes: the runtime and the memory store"
  LIBS -llasagne_core -pthread BEHIND_LIBS -lboost_json BEHIND_REQUIRES fmt libcrypto)
if(TARGET lasagne_sqlite)
  lasagne_pkg_config(lasagne-sqlite
    DESCRIPTION "Event-sourced distributed processes: the store in a SQLite file"
    LIBS "\${libdir}/lasagne_sqlite_scheme.o" -llasagne_sqlite REQUIRES lasagne-core BEHIND_REQUIRES fmt sqlite3)
  lasagne_pkg_config(lasagne
    DESCRIPTION "Event-sourced distributed processes" REQUIRES lasagne-core lasagne-sqlite)
endif()
if(TARGET lasagne_testing)
  lasagne_pkg_config(lasagne-testing
    DESCRIPTION "Event-sourced distributed processes: specifications and the simulator, for tests"
    LIBS -llasagne_testing REQUIRES lasagne-core BEHIND_REQUIRES fmt)
endif()
