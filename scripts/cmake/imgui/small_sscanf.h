// Included first in those of Dear ImGui's sources that the page links and that call sscanf(): they read whole numbers
// between fixed letters ("#version %d", "Pos=%i,%i"), and the C library's brings floats for another 15 KB.
#pragma once
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static inline int wasmqtt_sscanf(const char* text, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int found = 0;
  for (; *format != 0; ++format) {
    if (*format != '%') {
      if (*text++ != *format) break;
      continue;
    }
    ++format;
    char* end = nullptr;
    const long value = *format == 'd' || *format == 'i' ? strtol(text, &end, 10) : 0;
    if (end == nullptr || end == text) break;
    *va_arg(arguments, int*) = static_cast<int>(value);
    text = end;
    ++found;
  }
  va_end(arguments);
  return found;
}
#define sscanf wasmqtt_sscanf
