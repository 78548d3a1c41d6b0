#pragma once

#include "burin/core/language.hpp"

/// BURIN_ASSERT(condition, "sentence"): what the caller of a freestanding function must see to.
///
/// Checked unless NDEBUG is defined. Where there is a system, a failure prints the sentence, file and line
/// and aborts; on a bare machine it traps. Define BURIN_ASSERT before the first header of Burin's to do
/// something else, in any build: `#define BURIN_ASSERT(condition, sentence) ((condition) ? void() :
/// my_handler(sentence))`.
#ifndef BURIN_ASSERT
#if defined(NDEBUG)
#define BURIN_ASSERT(condition, sentence) static_cast<void>(sizeof((condition) ? 1 : 0))
#elif defined(__unix__) || defined(__APPLE__) || defined(_WIN32)
#include <cassert>
#define BURIN_ASSERT(condition, sentence) assert((condition) && sentence)
#else
#define BURIN_ASSERT(condition, sentence) ((condition) ? static_cast<void>(0) : __builtin_trap())
#endif
#endif
