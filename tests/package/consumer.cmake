# Installs to a fresh prefix, then configures, builds and runs the consumer against it.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
file(REMOVE_RECURSE "${WORK}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/first")
# Moved, so that a path of the install prefix in the package would be noticed.
file(RENAME "${WORK}/first" "${WORK}/prefix")
run("${CMAKE_COMMAND}" -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${WORK}/consumer"
  "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_PREFIX_PATH=${WORK}/prefix" "-DLASAGNE_WANTED_VERSION=${VERSION}"
  -DCMAKE_EXPORT_COMPILE_COMMANDS=ON)
run("${CMAKE_COMMAND}" --build "${WORK}/consumer")
run("${CMAKE_COMMAND}" -E chdir "${WORK}/consumer" "${WORK}/consumer/consumer")
