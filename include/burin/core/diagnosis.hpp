#pragma once

#include "burin/core/fixed_string.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

// A compile error whose first line is a sentence that was computed. `DiagnosisOf<Holder>` is an empty struct
// if `Holder::problem`, a sentence, is empty; else it is refused, and the compiler's `error:` line holds the
// sentence. How depends on what a compiler prints there:
//
// - C++26 asserts with a computed message;
// - g++ names the type that lacks a member, with its template arguments whole;
// - clang names the condition of an assertion, with strings in template arguments of up to 36 characters, so
//   that a longer sentence is one argument of several strings.

namespace burin::core {

#if defined(__cpp_static_assert) && __cpp_static_assert >= 202306L

template <class Holder>
struct DiagnosisOf {
    static_assert(Holder::problem.view().empty(), Holder::problem.view());
};

#else

#if defined(__clang__)

namespace detail {

// The zero at the end is written too: clang prints the characters of an array that is not initialised to its
// end as numbers.
constexpr void copy(std::string_view from, char* to) {
    *std::copy(from.begin(), from.end(), to) = '\0';
}

/// A sentence in pieces of these lengths.
template <std::size_t First, std::size_t... Later>
struct Pieces {
    char text[First + 1];
    Pieces<Later...> rest;

    constexpr explicit Pieces(std::string_view sentence) : rest(sentence.substr(First)) {
        copy(sentence.substr(0, First), text);
    }
};
template <std::size_t Only>
struct Pieces<Only> {
    char text[Only + 1];

    constexpr explicit Pieces(std::string_view sentence) { copy(sentence, text); }
};

inline constexpr std::size_t longest_piece = 36;

/// Where the piece that begins at `begin` ends: behind a space, so that words stay whole.
constexpr std::size_t end_of_piece(std::string_view sentence, std::size_t begin) {
    const std::size_t longest = std::min(begin + longest_piece, sentence.size());
    if (longest == sentence.size())
        return longest;
    const std::size_t space = sentence.rfind(' ', longest - 1);
    return space != std::string_view::npos && space > begin ? space + 1 : longest;
}

template <class Holder, std::size_t Begin = 0, std::size_t... Lengths>
constexpr auto pieces() {
    constexpr std::string_view sentence = Holder::problem.view();
    constexpr std::size_t end = end_of_piece(sentence, Begin);
    if constexpr (end == sentence.size())
        return Pieces<Lengths..., end - Begin>(sentence);
    else
        return pieces<Holder, end, Lengths..., end - Begin>();
}

} // namespace detail

template <detail::Pieces Sentence>
inline constexpr bool is_right = false;

template <detail::Pieces Sentence>
struct Diagnosis {
    static_assert(is_right<Sentence>);
};

#else

namespace detail {

template <class Holder>
constexpr auto pieces() {
    return FixedString<Holder::problem.size()>(Holder::problem.view());
}

} // namespace detail

/// Has no member.
template <FixedString Sentence>
struct Wrong {};

template <FixedString Sentence>
struct Diagnosis {
    using Right = typename Wrong<Sentence>::right;
};

#endif

namespace detail {

struct NothingWrong {};

template <class Holder>
constexpr auto diagnose() {
    if constexpr (Holder::problem.empty())
        return std::type_identity<NothingWrong>{};
    else
        return std::type_identity<Diagnosis<pieces<Holder>()>>{};
}

} // namespace detail

/// What asserts that `Holder::problem` is empty. A class that has it as a base asserts it before anything
/// else.
template <class Holder>
using DiagnosisOf = typename decltype(detail::diagnose<Holder>())::type;

#endif

} // namespace burin::core
