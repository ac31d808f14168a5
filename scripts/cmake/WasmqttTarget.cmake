# wasmqtt_add_library(NAME FOLDER_SOURCES...): one static library per layer, wasmqtt::NAME,
# with the house's warnings. Its public headers lie in include/ beside its sources, and only a
# target that links it sees them: a wrong include does not compile.
option(WASMQTT_WERROR "Warnings are errors" ${PROJECT_IS_TOP_LEVEL})

function(wasmqtt_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  if(WASMQTT_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# Parsing the standard library is half of the time that most files take. Off by default, and in the presets that are
# built first: with it a missing #include goes unnoticed.
option(WASMQTT_PRECOMPILE "Precompile the standard headers that most files use" OFF)

function(wasmqtt_precompile)
  foreach(target ${ARGN})
    if(WASMQTT_PRECOMPILE AND TARGET ${target})
      target_precompile_headers(${target} PRIVATE <algorithm> <array> <chrono> <cmath> <cstdint> <deque> <functional>
        <map> <memory> <optional> <set> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector>)
    endif()
  endforeach()
endfunction()

function(wasmqtt_add_library name)
  set(target wasmqtt_${name})
  add_library(${target} STATIC ${ARGN})
  add_library(wasmqtt::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} OUTPUT_NAME wasmqtt_${name})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  wasmqtt_warnings(${target})
  wasmqtt_precompile(${target})
endfunction()

# wasmqtt_cold(TARGET...): code in which no time is spent when it runs, so none is spent on optimising it, which with
# Boost's templates takes most of a build. wasmqtt_hot(TARGET...): code that a test runs a million times; optimised
# even where the rest of a preset is not.
function(wasmqtt_cold)
  if(PROJECT_IS_TOP_LEVEL AND NOT EMSCRIPTEN)
    foreach(target ${ARGN})
      target_compile_options(${target} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0>)
    endforeach()
  endif()
endfunction()

function(wasmqtt_hot)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE ${WASMQTT_HOT_OPTIONS})
  endforeach()
endfunction()
