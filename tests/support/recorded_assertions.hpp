#pragma once

// Include before all headers of Burin's: what BURIN_ASSERT finds wrong is recorded, and the program goes on
// as one that was compiled without assertions would.

#include <string_view>

namespace recorded {

/// The sentence of the last assertion that failed; empty if none did.
inline std::string_view sentence;

constexpr void fail(std::string_view text) {
    sentence = text;
}

/// The sentence that `function` fails with.
template <class Function>
std::string_view assertion_of(Function function) {
    sentence = {};
    function();
    return sentence;
}

} // namespace recorded

#ifdef BURIN_ASSERT
#error "another header of Burin's was included before"
#endif
#define BURIN_ASSERT(condition, text) ((condition) ? static_cast<void>(0) : ::recorded::fail(text))
