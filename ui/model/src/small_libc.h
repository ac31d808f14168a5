// Included first in json.cpp of the page: what nlohmann_json calls of the C library there goes to the functions below, as
// the library's own bring floats for another 8 KB of download. Nothing else in the page is affected.
#pragma once
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern "C" {

int snprintf(char* buffer, size_t size, const char* format, ...) __asm__("chat_json_snprintf");
long double strtold(const char* text, char** end) __asm__("chat_json_strtold");

// musl's formatting of everything but floats. The messages of errors take one number: "<U+%.4X>".
int vsniprintf(char* buffer, size_t size, const char* format, va_list arguments);

int snprintf(char* buffer, size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = vsniprintf(buffer, size, format, arguments);
  va_end(arguments);
  return length;
}

// Called for numbers that have been found well-formed, and whose text is what JsonBuilder takes.
long double strtold(const char* text, char** end) {
  *end = const_cast<char*>(text) + strlen(text);
  return 0;
}

}  // extern "C"
