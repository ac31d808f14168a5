# Dear ImGui from source, built once with the configuration that every layer shares.
#
#   include(DearImGui)
#   target_link_libraries(my_layer PUBLIC wasmqtt_imgui)            # core, and std::string text fields
#
# Several layers may include this; the first one defines.
include_guard(GLOBAL)

include(DearImGuiSource)

# The hooks report every drawn item to native-test/support/item_check.cpp, which finds items without an accessible node.
if(WASMQTT_BUILD_TESTS AND NOT EMSCRIPTEN)
  set(wasmqtt_imgui_test_hooks_default ON)
else()
  set(wasmqtt_imgui_test_hooks_default OFF)
endif()
option(WASMQTT_IMGUI_TEST_HOOKS "Dear ImGui calls ImGuiTestEngineHook_*(), which the program then has to define"
  ${wasmqtt_imgui_test_hooks_default})

wasmqtt_find_imgui(wasmqtt_imgui_source)

# Compiled as published, with the documented options of wasmqtt_imconfig.h.
add_library(wasmqtt_imgui STATIC
  ${wasmqtt_imgui_source}/imgui.cpp
  ${wasmqtt_imgui_source}/imgui_draw.cpp
  ${wasmqtt_imgui_source}/imgui_tables.cpp
  ${wasmqtt_imgui_source}/imgui_widgets.cpp
  ${wasmqtt_imgui_source}/misc/cpp/imgui_stdlib.cpp)
target_compile_features(wasmqtt_imgui PUBLIC cxx_std_20)
# SYSTEM: the house's warnings are for the house's code.
target_include_directories(wasmqtt_imgui SYSTEM PUBLIC
  $<BUILD_INTERFACE:${wasmqtt_imgui_source}> $<BUILD_INTERFACE:${wasmqtt_imgui_source}/misc/cpp>
  $<BUILD_INTERFACE:${CMAKE_CURRENT_LIST_DIR}/imgui> $<INSTALL_INTERFACE:${wasmqtt_install_include}/imgui>)
target_compile_definitions(wasmqtt_imgui PUBLIC IMGUI_USER_CONFIG="wasmqtt_imconfig.h")
target_compile_options(wasmqtt_imgui PRIVATE -w)
if(WASMQTT_IMGUI_TEST_HOOKS)
  target_compile_definitions(wasmqtt_imgui PUBLIC IMGUI_ENABLE_TEST_ENGINE)
endif()

if(EMSCRIPTEN)
  target_compile_options(wasmqtt_imgui PRIVATE -fno-exceptions -fno-rtti)
  set_target_properties(wasmqtt_imgui PROPERTIES EXPORT_NAME imgui)
  wasmqtt_install(imgui_web wasmqtt_imgui)
  if(WASMQTT_INSTALL)
    file(GLOB wasmqtt_imgui_headers ${wasmqtt_imgui_source}/*.h ${wasmqtt_imgui_source}/misc/cpp/*.h
      ${CMAKE_CURRENT_LIST_DIR}/imgui/wasmqtt_imconfig.h)
    install(FILES ${wasmqtt_imgui_headers} DESTINATION ${wasmqtt_install_include}/imgui)
  endif()
endif()
