// What LeakSanitizer is not to report: libpqxx 6.4 loses the result of a query whose connection dies under it, about 2 KB each time.
// Our own frames are not in that stack, so a leak of ours is reported as before.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx-6"; }
