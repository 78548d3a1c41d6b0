#pragma once

#include "burin/core/text.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin::data {

/// Some columns of a sample, by number from 0: `On<ColumnsAt<0, 2>, StandardScaler>`.
template <std::size_t... Numbers>
struct ColumnsAt {
    static constexpr std::size_t size = sizeof...(Numbers);
    static constexpr std::array<std::size_t, size> numbers{Numbers...};

    static constexpr bool contains(std::size_t column) { return ((column == Numbers) || ...); }

    static constexpr Text<256> name(std::string_view begin = "ColumnsAt<") {
        Text<256> text(begin);
        for (std::size_t i = 0; i < size; ++i)
            text.append(i > 0 ? ", " : "").append(numbers[i]);
        return text.append(">");
    }

    /// What is wrong with them for samples of this shape, or nothing.
    static constexpr Sentence problem(Shape input) {
        if (input.rank != 1)
            return Sentence("expected input `[columns]`, got `").append(input).append("`");
        for (std::size_t i = 0; i < size; ++i) {
            if (numbers[i] >= input.size())
                return Sentence("expected columns below ")
                    .append(input.size())
                    .append(", got ")
                    .append(numbers[i]);
            for (std::size_t j = 0; j < i; ++j)
                if (numbers[i] == numbers[j])
                    return Sentence("expected each column once, got ").append(numbers[i]).append(" twice");
        }
        return size == 0 ? Sentence("expected a column, got none") : Sentence();
    }
};

} // namespace burin::data
