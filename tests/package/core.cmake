# A program that links lasagne::core alone: it finds, links and loads no database, and has a store scheme of its own.
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
run("${CMAKE_COMMAND}" -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}/core" -B "${WORK}/core"
  "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_PREFIX_PATH=${WORK}/prefix")
run("${CMAKE_COMMAND}" --build "${WORK}/core" --verbose)
if(run_output MATCHES "sqlite")
  message(SEND_ERROR "the link line names SQLite")
endif()
run("${WORK}/core/core")
