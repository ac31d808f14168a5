// What Dear ImGui calls and the page has no use for, made small: formatting of floats, and tables. The table functions
// are weak, and the true ones lie in an archive behind them: a page that draws tables, or a newer Dear ImGui that calls
// more than is listed here, gets those.
#include <imgui.h>
#include <imgui_internal.h>

#include <cstdarg>
#include <cstdio>

// musl's formatting of everything but floats.
extern "C" int vsniprintf(char* buffer, std::size_t size, const char* format, va_list arguments);

int ImFormatStringV(char* buffer, std::size_t size, const char* format, va_list arguments) {
  const int length = vsniprintf(buffer, size, format, arguments);
  if (buffer == nullptr) return length;
  const int kept = length < 0 || length >= static_cast<int>(size) ? static_cast<int>(size) - 1 : length;
  buffer[kept] = 0;
  return kept;
}

int ImFormatString(char* buffer, std::size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = ImFormatStringV(buffer, size, format, arguments);
  va_end(arguments);
  return length;
}

// A page without ImGui::BeginTable() and ImGui::Columns() never comes to the insides of these.
#define WASMQTT_UNUSED __attribute__((weak))

namespace ImGui {

WASMQTT_UNUSED void EndTable() {}
WASMQTT_UNUSED void EndColumns() {}
WASMQTT_UNUSED void PushColumnsBackground() {}
WASMQTT_UNUSED void PopColumnsBackground() {}
WASMQTT_UNUSED void TableEndRow(ImGuiTable*) {}
WASMQTT_UNUSED void TableEndCell(ImGuiTable*) {}
WASMQTT_UNUSED void TablePushColumnChannel(int) {}
WASMQTT_UNUSED void TablePopColumnChannel() {}
WASMQTT_UNUSED void TablePushBackgroundChannel() {}
WASMQTT_UNUSED void TablePopBackgroundChannel() {}
WASMQTT_UNUSED void TableGcCompactSettings() {}
WASMQTT_UNUSED void TableGcCompactTransientBuffers(ImGuiTable*) {}
WASMQTT_UNUSED void TableGcCompactTransientBuffers(ImGuiTableTempData*) {}
WASMQTT_UNUSED void TableSettingsAddSettingsHandler() {}

}  // namespace ImGui
