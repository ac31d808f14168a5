// Dear ImGui: backend for the browser (Emscripten, WebGL 2), in the shape of Dear ImGui's own backends. An unchanged program
// gets elements with roles, names, states and places for its widgets, the browser's text fields, and frames on demand.
//
//   ImGui::CreateContext();
//   if (!ImGui_ImplWeb_Init("app")) return 1;               // <div id="app"></div>
//   ImGui_ImplWeb_SetMainLoop([](void*) {                   // returns at once, and so may main()
//     ImGui_ImplWeb_NewFrame();
//     ImGui::NewFrame();
//     ImGui::ShowDemoWindow();
//     ImGui::Render();
//     ImGui_ImplWeb_RenderDrawData(ImGui::GetDrawData());
//   });
//
// with the CMake target wasmqtt::imgui_impl_web linked, which brings Dear ImGui compiled with IMGUI_ENABLE_TEST_ENGINE, its
// documented option for the hooks that tell of each item. README.md says how to come here from GLFW and SDL.
//
// What is there:
//  [x] Buttons, check boxes, radio buttons, sliders, drags, inputs, combos, tree nodes, menus, tabs, tables, selectables,
//      modals are elements with role, name, state and place. A press of the element, by assistive technology or a key, is a press of the item.
//  [x] Focus goes both ways: the element's moves Dear ImGui's, and SetKeyboardFocusHere() and its keyboard navigation the element's.
//  [x] InputText is the browser's text field: input methods, soft keyboards, paste, spelling. Filters and callbacks stay in force.
//  [x] Text can be selected and found with the browser's own search, as long as it is drawn.
//  [x] What imgui_web has besides: frames on demand, glyphs of the browser's fonts, a lost graphics context, no eval.
// What is not:
//  [ ] What the hooks do not tell, as the limits of a slider or what an image shows: a line each, see the end of this file.
//  [ ] Multi-viewport, gamepads, characters outside of text fields. Docking where Dear ImGui has it, but nobody has tried it.
#pragma once

#include "imgui.h"

#ifndef IMGUI_DISABLE

// Fills the element with this id. False: it is missing, or WebGL 2 is; a sentence in the page says so.
// Sets io.ConfigWindowsMoveFromTitleBarOnly, so that a drag over text selects it; unsets io.ConfigInputTextCursorBlink, so that a
// page at rest draws nothing, and io.IniFilename, since most pages have no files: a program may set all of it otherwise afterwards.
IMGUI_IMPL_API bool ImGui_ImplWeb_Init(const char* element_id = "app");
IMGUI_IMPL_API void ImGui_ImplWeb_Shutdown();
IMGUI_IMPL_API void ImGui_ImplWeb_NewFrame();
IMGUI_IMPL_API void ImGui_ImplWeb_RenderDrawData(ImDrawData* draw_data);

// In place of emscripten_set_main_loop_arg(): calls `frame` when something happened, several times where Dear ImGui needs several
// frames to settle, and not at all while the page is at rest. A program may keep a loop of its own, which then always draws.
IMGUI_IMPL_API void ImGui_ImplWeb_SetMainLoop(void (*frame)(void* user), void* user = nullptr);
// Something changed that no input told of, as data that arrived: draws so many frames. In each frame of an animation, too.
IMGUI_IMPL_API void ImGui_ImplWeb_WantFrames(int count = 2);

// Behind all windows; what glClearColor() was.
IMGUI_IMPL_API void ImGui_ImplWeb_SetClearColor(const ImVec4& color);
// The browser's own font, with all scripts and emoji that the system has. Also drawn by it: what a font of the program lacks. A
// program that adds no font gets this one, with 15 pixels.
IMGUI_IMPL_API ImFont* ImGui_ImplWeb_AddFont(float size_pixels);

// What the hooks cannot know: a line each, in every frame, behind the item that it is about. See the table in README.md.

// The accessible name of the last item, image, plot or custom drawing.
IMGUI_IMPL_API void ImGui_ImplWeb_NameItem(const char* name);
// What else is to be said of it, as its tooltip says it.
IMGUI_IMPL_API void ImGui_ImplWeb_DescribeItem(const char* description);
// Of a slider or a drag: its limits.
IMGUI_IMPL_API void ImGui_ImplWeb_SetItemRange(float min, float max);
// Of a text field: all of its text, of which a field without the keyboard draws no more than has room.
IMGUI_IMPL_API void ImGui_ImplWeb_SetItemValue(const char* text);
// Of a text field: what it is for, as HTML's autocomplete says it ("username", "email"), so that the browser can fill it.
IMGUI_IMPL_API void ImGui_ImplWeb_SetItemPurpose(const char* autocomplete);
// Of a menu item or a selectable: it can be checked, and is or is not.
IMGUI_IMPL_API void ImGui_ImplWeb_SetItemChecked(bool checked);
// After ImGui::ProgressBar(), which draws and is no item. 0 to 1; negative: nobody knows how far.
IMGUI_IMPL_API void ImGui_ImplWeb_NameProgress(const char* name, float fraction);
// After ImGui::BeginTable().
IMGUI_IMPL_API void ImGui_ImplWeb_NameTable(const char* name);
// In place of ImGui::TextUnformatted(): is read in full where it is scrolled out of sight, and a heading of level 1 to 6.
IMGUI_IMPL_API void ImGui_ImplWeb_Text(const char* text, int heading_level = 0);
// Said by screen readers, once: news that nobody looks for. Assertive: at once.
IMGUI_IMPL_API void ImGui_ImplWeb_Announce(const char* text, bool assertive = false);

#endif  // #ifndef IMGUI_DISABLE
