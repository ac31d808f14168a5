# wasmqtt_add_page(NAME SOURCES... [DIRECTORY folder] [FILES files...]): a module that runs in a page.
#
# Makes NAME.js and NAME.wasm in `folder` (default: NAME, under the binary directory), with mqtt_tick.js, licenses.txt and
# `files` beside them, so that the folder can be served as it is. Nothing in it needs eval or inline scripts, so a strict
# Content-Security-Policy ("script-src 'self' 'wasm-unsafe-eval'") holds.
include_guard(GLOBAL)

# A quarter of the JavaScript is names and dead code that only a minifier finds; of the WebAssembly a further round of
# Binaryen, which Emscripten brings, finds a fiftieth.
find_program(WASMQTT_TERSER terser NO_CMAKE_FIND_ROOT_PATH DOC "Makes the JavaScript of MinSizeRel pages smaller")
find_program(WASMQTT_WASM_OPT wasm-opt HINTS ${EMSCRIPTEN_ROOT_PATH}/../bin NO_CMAKE_FIND_ROOT_PATH
  DOC "Makes the WebAssembly of MinSizeRel pages smaller")

function(wasmqtt_add_page name)
  cmake_parse_arguments(page "" "DIRECTORY" "FILES" ${ARGN})
  if(NOT page_DIRECTORY)
    set(page_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${name})
  endif()
  add_executable(${name} ${page_UNPARSED_ARGUMENTS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${page_DIRECTORY} SUFFIX .js)
  target_link_libraries(${name} PRIVATE wasmqtt::browser)
  if(COMMAND wasmqtt_warnings)
    wasmqtt_warnings(${name})
  endif()
  wasmqtt_page_options(${name})
  wasmqtt_minify(${name} ${page_DIRECTORY}/${name})
  # Beside this file where it is installed.
  find_file(WASMQTT_TICK_FILE mqtt_tick.js PATHS ${CMAKE_CURRENT_FUNCTION_LIST_DIR} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../js
    NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH REQUIRED)
  find_file(WASMQTT_LICENSES_FILE licenses.txt PATHS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}
    ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../.. NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH REQUIRED)
  wasmqtt_copy_files(${name} ${page_DIRECTORY} ${WASMQTT_TICK_FILE} ${WASMQTT_LICENSES_FILE}
    ${page_FILES})
endfunction()

function(wasmqtt_page_options target)
  target_compile_options(${target} PRIVATE -fno-exceptions -fno-rtti)
  target_link_options(${target} PRIVATE
    -fno-exceptions
    -sENVIRONMENT=web
    -sFILESYSTEM=0
    -sDYNAMIC_EXECUTION=0
    # A page takes what it needs, and little ahead of that.
    -sINITIAL_MEMORY=4MB
    -sTOTAL_STACK=512KB
    -sALLOW_MEMORY_GROWTH=1
    -sMEMORY_GROWTH_GEOMETRIC_STEP=0.05
    -sMALLOC=emmalloc
    -sSTACK_OVERFLOW_CHECK=$<IF:$<CONFIG:Debug>,2,0>
    -sASSERTIONS=$<IF:$<CONFIG:Debug>,1,0>
    $<$<CONFIG:Debug>:-g2>
    $<$<CONFIG:MinSizeRel>:-Oz>)
endfunction()

# A round of Binaryen with these options. Functions of a few instructions are inlined, which -Oz does not do: compressed,
# the module is smaller by a hundredth more.
function(wasmqtt_shrink target wasm)
  if(WASMQTT_WASM_OPT)
    add_custom_command(TARGET ${target} POST_BUILD VERBATIM
      COMMAND ${WASMQTT_WASM_OPT} --enable-bulk-memory --enable-sign-ext --enable-nontrapping-float-to-int
        --enable-mutable-globals ${ARGN} --always-inline-max-function-size 6 --flexible-inline-max-function-size 1
        --one-caller-inline-max-function-size 14 ${wasm} -o ${wasm})
  endif()
endfunction()

# MODULE.js and MODULE.wasm. Other scripts of the page know `Module` by its name.
function(wasmqtt_minify target module)
  if(WASMQTT_TERSER AND CMAKE_BUILD_TYPE STREQUAL "MinSizeRel")
    add_custom_command(TARGET ${target} POST_BUILD VERBATIM
      COMMAND ${WASMQTT_TERSER} ${module}.js --compress passes=3 --mangle toplevel,reserved=[Module] --toplevel
        --format "preamble='/*! Licences: licenses.txt */'" --output ${module}.js)
  endif()
  if(CMAKE_BUILD_TYPE STREQUAL "MinSizeRel")
    wasmqtt_shrink(${target} ${module}.wasm --low-memory-unused -Oz --converge)
  endif()
endfunction()

# Copies each file into `folder` whenever it changes; scripts without their comments, where a minifier is.
function(wasmqtt_copy_files target folder)
  set(copies)
  foreach(file IN LISTS ARGN)
    get_filename_component(file ${file} ABSOLUTE)
    get_filename_component(name ${file} NAME)
    set(copy ${CMAKE_COMMAND} -E copy ${file} ${folder}/${name})
    if(name MATCHES "\\.js$" AND WASMQTT_TERSER AND CMAKE_BUILD_TYPE STREQUAL "MinSizeRel")
      set(copy ${WASMQTT_TERSER} ${file} --compress --mangle --output ${folder}/${name})
    endif()
    add_custom_command(OUTPUT ${folder}/${name} DEPENDS ${file} COMMAND ${copy} VERBATIM)
    list(APPEND copies ${folder}/${name})
  endforeach()
  add_custom_target(${target}_files ALL DEPENDS ${copies})
  add_dependencies(${target} ${target}_files)
endfunction()
