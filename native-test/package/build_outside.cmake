# Configures, builds and runs outside/ in WORK. HOW find_package: after an install of what is built in BUILT. HOW
# from_source: by add_subdirectory, then by FetchContent in the same build directory, which compiles nothing twice.
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(options -DWASMQTT_SOURCE=${WASMQTT_SOURCE} -DCMAKE_BUILD_TYPE= "-DCMAKE_CXX_FLAGS=${FLAGS}"
  -DCMAKE_RUNTIME_OUTPUT_DIRECTORY=${WORK}/bin -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
  "-DCMAKE_EXE_LINKER_FLAGS=${LINK_FLAGS}")
if(TOOLCHAIN)
  list(APPEND options -DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN})
else()
  list(APPEND options -DCMAKE_CXX_COMPILER=${COMPILER})
endif()
if(HOW STREQUAL "find_package")
  run(${CMAKE_COMMAND} --install ${BUILT} --prefix ${WORK}/prefix)
  file(GLOB_RECURSE package ${WORK}/prefix/*/wasmqttConfig.cmake)
  get_filename_component(package ${package} DIRECTORY)
  list(APPEND options -Dwasmqtt_DIR=${package})
  set(ways find_package)
else()
  list(APPEND options ${IMGUI_OPTIONS})
  set(ways add_subdirectory fetch_content)
endif()

set(target all)
foreach(way IN LISTS ways)
  file(REMOVE_RECURSE ${WORK}/bin)
  run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${CMAKE_CURRENT_LIST_DIR}/outside -B ${WORK}/build -DHOW=${way} ${options})
  run(${CMAKE_COMMAND} --build ${WORK}/build --target ${target})
  if(TOOLCHAIN)
    # Emscripten 3.1.6 takes the fetch() of newer Node.js for a browser's.
    run(node --no-experimental-fetch ${WORK}/bin/outside.js)
  else()
    run(${WORK}/bin/outside)
  endif()
  # The next way differs in how the project is found; that one program links then is enough.
  set(target outside)
endforeach()
