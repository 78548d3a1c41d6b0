#pragma once

#include "burin/core/language.hpp"

#include <cstddef>
#include <type_traits>
#include <utility>

namespace burin::kernels::detail {

/// Calls function(0), …, function(Count − 1), the numbers as constants: registers can't be indexed.
template <std::size_t Count, class Function>
[[gnu::always_inline]] inline void unrolled(const Function& function) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (function(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<Count>{});
}

} // namespace burin::kernels::detail
