#pragma once

#include "burin/core/fixed_string.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace burin {

/// Whether nothing is wrong: the sentence is empty.
template <FixedString... Sentence>
inline constexpr bool no_problem = (Sentence.size() + ... + 0) == 0;

/// Asserts that nothing is wrong. If something is, the sentence that says what is part of the name of this
/// struct and of the condition, both of which compilers print.
template <FixedString... Sentence>
struct Diagnosis {
    static_assert(no_problem<Sentence...>, "this can't be built, for the reason given in the condition");
};

namespace detail {

#if defined(__clang__)
// clang prints strings in template arguments up to 32 characters, the closing zero included.
inline constexpr std::size_t max_printed = 31;
#else
inline constexpr std::size_t max_printed = 1000;
#endif

/// Where the piece of a sentence that begins at `begin` ends: before a space, so that words stay whole.
constexpr std::size_t end_of_piece(std::string_view sentence, std::size_t begin) {
    const std::size_t longest = std::min(begin + max_printed, sentence.size());
    if (longest == sentence.size())
        return longest;
    const std::size_t space = sentence.rfind(' ', longest);
    return space != std::string_view::npos && space > begin ? space : longest;
}

/// The Diagnosis of a sentence, in as many pieces as the compiler at hand needs. `Holder::problem` is the
/// sentence.
template <class Holder, std::size_t Begin = 0, FixedString... Pieces>
constexpr auto diagnose() {
    constexpr std::string_view sentence = Holder::problem.view();
    constexpr std::size_t end = end_of_piece(sentence, Begin);
    if constexpr (Begin == sentence.size())
        return std::type_identity<Diagnosis<Pieces...>>{};
    else
        return diagnose<Holder, end, Pieces...,
                        FixedString<end - Begin>(sentence.substr(Begin, end - Begin))>();
}

} // namespace detail

/// What asserts that `Holder::problem` is empty. A class that has it as a base asserts it before anything
/// else.
template <class Holder>
using DiagnosisOf = typename decltype(detail::diagnose<Holder>())::type;

} // namespace burin
