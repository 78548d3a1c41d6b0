#pragma once

// Included by every header that includes no other of Burin's, so it is read first whichever header a program names.
//
// What an older language makes of the headers is a thousand errors; the file that is not there stops the compiler.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 12
#error "Burin needs g++ 12 or newer, or clang 18 or newer"
#include "burin/needs/a_newer_compiler"
#elif defined(__clang__) && !defined(__apple_build_version__) && __clang_major__ < 18
#error "Burin needs clang 18 or newer, or g++ 12 or newer"
#include "burin/needs/a_newer_compiler"
#elif __cplusplus < 202002L
#error "Burin needs C++20: compile with -std=c++20 or newer"
#include "burin/needs/std=c++20"
#endif
