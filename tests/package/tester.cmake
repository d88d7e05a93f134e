# A stranger's tests, with the components `testing` and `testing_gtest` of the installed package: built and run.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
run("${CMAKE_COMMAND}" -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}/tester" -B "${WORK}/tester"
  "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_PREFIX_PATH=${WORK}/prefix")
run("${CMAKE_COMMAND}" --build "${WORK}/tester")
run("${WORK}/tester/plain_tester")
run("${WORK}/tester/tester" "--gtest_filter=Lamp.*:*ExpectedRevision*")
