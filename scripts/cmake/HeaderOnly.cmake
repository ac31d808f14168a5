# wasmqtt_find_header_only(PACKAGE FOLDER HEADER): the target PACKAGE::PACKAGE, from the system also under Emscripten.
# Emscripten does not look in /usr by itself, and with /usr/include itself on the search path its own headers would be
# shadowed: so a copy.
include_guard(GLOBAL)

function(wasmqtt_find_header_only package folder header)
  if(NOT EMSCRIPTEN)
    find_package(${package} REQUIRED)
    return()
  elseif(TARGET ${package}::${package})
    return()
  endif()
  find_path(WASMQTT_${package}_INCLUDE ${folder}/${header} PATHS /usr/include /usr/local/include
    NO_CMAKE_FIND_ROOT_PATH REQUIRED)
  set(copy ${PROJECT_BINARY_DIR}/header_only/${package})
  file(COPY ${WASMQTT_${package}_INCLUDE}/${folder} DESTINATION ${copy})
  add_library(wasmqtt_${package} INTERFACE IMPORTED GLOBAL)
  target_include_directories(wasmqtt_${package} SYSTEM INTERFACE ${copy})
  add_library(${package}::${package} ALIAS wasmqtt_${package})
endfunction()
