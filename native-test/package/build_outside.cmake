# Configures, builds and runs outside/ in WORK; for find_package after an install of what is built in BUILT.
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(options -DHOW=${HOW} -DWASMQTT_SOURCE=${WASMQTT_SOURCE} -DCMAKE_BUILD_TYPE= "-DCMAKE_CXX_FLAGS=${FLAGS}"
  -DCMAKE_RUNTIME_OUTPUT_DIRECTORY=${WORK}/bin)
if(TOOLCHAIN)
  list(APPEND options -DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN})
else()
  list(APPEND options -DCMAKE_CXX_COMPILER=${COMPILER})
endif()
if(HOW STREQUAL "find_package")
  run(${CMAKE_COMMAND} --install ${BUILT} --prefix ${WORK}/prefix)
  file(GLOB_RECURSE package ${WORK}/prefix/*/wasmqttConfig.cmake)
  get_filename_component(package ${package} DIRECTORY)
  list(APPEND options -Dwasmqtt_DIR=${package} -DCMAKE_EXE_LINKER_FLAGS=${LINK_TIME_FLAG})
endif()

run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${CMAKE_CURRENT_LIST_DIR}/outside -B ${WORK}/build ${options})
run(${CMAKE_COMMAND} --build ${WORK}/build)
if(TOOLCHAIN)
  # Emscripten 3.1.6 takes the fetch() of newer Node.js for a browser's.
  run(node --no-experimental-fetch ${WORK}/bin/outside.js)
else()
  run(${WORK}/bin/outside)
endif()
