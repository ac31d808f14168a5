# wasmqtt_add_library(NAME FOLDER_SOURCES...): one static library per layer, wasmqtt::NAME,
# with the house's warnings. Its public headers lie in include/ beside its sources, and only a
# target that links it sees them: a wrong include does not compile.
# In the presets, which we develop with; a newer compiler's opinion keeps nobody from installing.
option(WASMQTT_WERROR "Warnings are errors" OFF)

function(wasmqtt_warnings target)
  # GCC 12 at -O3 sees an overlap in "text" + std::string, where there is none (its bug 105651).
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
    $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>)
  if(WASMQTT_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

option(WASMQTT_INSTALL "`cmake --install` installs the libraries that others use" ${PROJECT_IS_TOP_LEVEL})
include(GNUInstallDirs)
set(wasmqtt_install_package ${CMAKE_INSTALL_LIBDIR}/cmake/wasmqtt)
set(wasmqtt_install_include ${CMAKE_INSTALL_INCLUDEDIR}/wasmqtt-${PROJECT_VERSION})

# Parsing the standard library is half of the time that most files take. On in the presets of the native tests only: with
# it a missing #include goes unnoticed, which the other presets and the projects of native-test/package then tell.
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
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${wasmqtt_install_include}>)
  wasmqtt_warnings(${target})
  wasmqtt_precompile(${target})
endfunction()

# wasmqtt_install(COMPONENT TARGETS...): find_package(wasmqtt COMPONENTS component) finds these, with the headers of this
# folder. Each component is an export of its own, so that asking for one needs nothing of another.
function(wasmqtt_install component)
  if(NOT WASMQTT_INSTALL)
    return()
  endif()
  install(TARGETS ${ARGN} EXPORT wasmqtt_${component} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/include)
    install(DIRECTORY include/ DESTINATION ${wasmqtt_install_include})
  endif()
  get_property(known GLOBAL PROPERTY wasmqtt_components)
  if(NOT component IN_LIST known)
    set_property(GLOBAL APPEND PROPERTY wasmqtt_components ${component})
    install(EXPORT wasmqtt_${component} NAMESPACE wasmqtt:: DESTINATION ${wasmqtt_install_package}
      FILE wasmqtt-${component}.cmake)
  endif()
endfunction()

# wasmqtt_link_javascript(TARGET FILES...): who links the target links these JavaScript libraries, too, from the source
# tree or from where they are installed.
function(wasmqtt_link_javascript target)
  foreach(file IN LISTS ARGN)
    get_filename_component(file ${file} ABSOLUTE)
    get_filename_component(name ${file} NAME)
    set(installed ${wasmqtt_install_package}/${target}/${name})
    set(path $<BUILD_INTERFACE:${file}>$<INSTALL_INTERFACE:$<INSTALL_PREFIX>/${installed}>)
    target_link_options(${target} INTERFACE "SHELL:--js-library ${path}")
    set_property(TARGET ${target} APPEND PROPERTY INTERFACE_LINK_DEPENDS ${path})
    if(WASMQTT_INSTALL)
      install(FILES ${file} DESTINATION ${wasmqtt_install_package}/${target})
    endif()
  endforeach()
endfunction()

# wasmqtt_cold(TARGET...): code in which no time is spent when it runs, so none is spent on optimising it, which with
# Boost's templates takes most of a build. wasmqtt_hot(TARGET...): code that a test runs a million times; optimised
# even where the rest of a preset is not. The presets of the tests say how, in WASMQTT_COLD_OPTIONS and WASMQTT_HOT_OPTIONS.
function(wasmqtt_cold)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE ${WASMQTT_COLD_OPTIONS})
  endforeach()
endfunction()

function(wasmqtt_hot)
  foreach(target ${ARGN})
    target_compile_options(${target} PRIVATE ${WASMQTT_HOT_OPTIONS})
  endforeach()
endfunction()
