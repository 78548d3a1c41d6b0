#pragma once

#include "burin/core/language.hpp"

#include <cstddef>
#include <type_traits>
#include <utility>

namespace burin::core {

/// Calls function(i) for i = 0, …, Count − 1 in order, each i a constant (`std::integral_constant`). Not a
/// fold: compilers limit the depth of an expression, and a network may have hundreds of nodes.
template <std::size_t Count, class Function>
constexpr void for_each_index(Function&& function) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const int in_order[] = {0, (function(std::integral_constant<std::size_t, I>{}), 0)...};
        static_cast<void>(in_order);
    }(std::make_index_sequence<Count>{});
}

} // namespace burin::core
