// What must be clean with one lane must be clean with vectors, too.
#ifndef BURIN_SCALAR
extern "C" void puts(const char*);
void report() { puts("a vector"); }
#endif
