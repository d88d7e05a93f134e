# The installed package: find_package(lasagne CONFIG REQUIRED [COMPONENTS testing]).
include(CMakePackageConfigHelpers)

set(lasagne_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/lasagne")
install(TARGETS lasagne EXPORT lasagneTargets FILE_SET HEADERS)
install(EXPORT lasagneTargets NAMESPACE lasagne:: DESTINATION "${lasagne_package_dir}")
if(TARGET lasagne_testing)
  install(TARGETS lasagne_testing EXPORT lasagneTestingTargets FILE_SET HEADERS)
  install(EXPORT lasagneTestingTargets NAMESPACE lasagne:: DESTINATION "${lasagne_package_dir}")
endif()
if(TARGET lasagne_cli)
  install(TARGETS lasagne_cli)
endif()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/lasagneConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/lasagneConfig.cmake" INSTALL_DESTINATION "${lasagne_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/lasagneConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/lasagneConfig.cmake" "${PROJECT_BINARY_DIR}/lasagneConfigVersion.cmake"
  DESTINATION "${lasagne_package_dir}")
