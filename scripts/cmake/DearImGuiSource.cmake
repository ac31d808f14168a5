# Where Dear ImGui's sources are.
#
#   include(DearImGuiSource)
#   wasmqtt_find_imgui(source)                    # a directory with imgui.h; ends the configuration if there is none
#
# They are looked for in WASMQTT_IMGUI_DIR (variable, then environment), then in build/deps/imgui, where `scripts/run` and
# `scripts/test` put them.
include_guard(GLOBAL)

set(WASMQTT_IMGUI_DIR "" CACHE PATH "Dear ImGui sources, 1.92.2b or newer (empty: fetched by scripts/lib/imgui.sh)")

function(wasmqtt_find_imgui out)
  get_filename_component(fetched "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../build/deps/imgui" ABSOLUTE)
  foreach(folder IN ITEMS "${WASMQTT_IMGUI_DIR}" "$ENV{WASMQTT_IMGUI_DIR}" "${fetched}")
    if(folder STREQUAL "")
      continue()
    endif()
    if(EXISTS "${folder}/imgui.h" AND EXISTS "${folder}/imgui_internal.h")
      get_filename_component(folder "${folder}" ABSOLUTE)
      wasmqtt_check_imgui("${folder}")
      set(${out} "${folder}" PARENT_SCOPE)
      return()
    endif()
    if(NOT folder STREQUAL fetched)
      message(FATAL_ERROR "WASMQTT_IMGUI_DIR is ${folder}, which holds no Dear ImGui sources (imgui.h).")
    endif()
  endforeach()
  message(FATAL_ERROR "Dear ImGui's sources are missing. Fetch them with\n"
    "  scripts/lib/imgui.sh\nor name a directory with -DWASMQTT_IMGUI_DIR=...")
endfunction()

function(wasmqtt_check_imgui folder)
  file(STRINGS "${folder}/imgui.h" version REGEX "^#define IMGUI_VERSION_NUM")
  string(REGEX REPLACE "[^0-9]" "" version "${version}")
  if(version LESS 19222)
    message(FATAL_ERROR "Dear ImGui in ${folder} is ${version}; 19222 (1.92.2b) is the oldest "
      "with the dynamic fonts that the page needs.")
  endif()
endfunction()
