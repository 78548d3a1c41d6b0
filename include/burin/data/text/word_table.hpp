#pragma once

#include "burin/core/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Words in arrays of fixed size, sorted by their bytes: what a fitted encoder has. `ends[i]` is where word i
/// ends in the characters and the next one begins. Whatever the arrays hold, nothing beside them is read.
namespace burin::data::text::detail {

template <std::size_t Bytes, std::size_t Words>
constexpr std::string_view word_at(const std::array<char, Bytes>& characters,
                                   const std::array<std::uint32_t, Words>& ends, std::size_t place) noexcept {
    const std::size_t begin = place == 0 ? 0 : std::min<std::size_t>(ends[place - 1], Bytes);
    const std::size_t end = std::clamp<std::size_t>(ends[place], begin, Bytes);
    return {characters.data() + begin, end - begin};
}

/// The place of a word among the first `count`; `Words` if it is not there.
template <std::size_t Bytes, std::size_t Words>
constexpr std::size_t find_word(const std::array<char, Bytes>& characters,
                                const std::array<std::uint32_t, Words>& ends, std::size_t count,
                                std::string_view word) noexcept {
    std::size_t first = 0, last = std::min(count, Words);
    while (first < last) {
        const std::size_t middle = first + (last - first) / 2;
        const int order = word_at(characters, ends, middle).compare(word);
        if (order == 0)
            return middle;
        if (order < 0)
            first = middle + 1;
        else
            last = middle;
    }
    return Words;
}

/// What is wrong with arrays that come from a file, or nothing.
template <std::size_t Bytes, std::size_t Words>
constexpr Sentence table_problem(const std::array<char, Bytes>& characters,
                                 const std::array<std::uint32_t, Words>& ends, std::size_t count) noexcept {
    Sentence found;
    if (count > Words)
        return found.append("expected at most ").append(Words).append(" words, got ").append(count);
    for (std::size_t i = 0; i < Words && found.empty(); ++i)
        if (ends[i] > Bytes || (i > 0 && ends[i] < ends[i - 1]))
            found.append("word ")
                .append(i)
                .append(": expected an end within the characters and behind the word before, got ")
                .append(std::size_t{ends[i]});
        else if (i > 0 && i < count && !(word_at(characters, ends, i - 1) < word_at(characters, ends, i)))
            found.append("word ").append(i).append(
                ": expected words in the order of their bytes, got others");
    return found;
}

} // namespace burin::data::text::detail
