#pragma once

#include "burin/core/language.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace burin::core {

/// The same array, made of all its elements at once. For members of template arguments whose elements are
/// written one by one and may stay 0 before others: g++ 12 leaves such zeros out of the argument's name, so
/// that {1, 0, 0} and {0, 0, 1} are one argument to it, and silently one function. What is written in braces
/// it names in full. An element that is itself made step by step is spelled out by itself.
template <class Element, std::size_t Size>
constexpr std::array<Element, Size> spelled_out(const std::array<Element, Size>& array) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<Element, Size>{array[I]...};
    }(std::make_index_sequence<Size>{});
}

} // namespace burin::core
