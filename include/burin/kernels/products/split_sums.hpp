#pragma once

#include "burin/kernels/unroll.hpp"

#include <cstddef>

namespace burin::kernels::detail {

/// Calls add(s, k) for each k < Depth in turn, with the sum s, of `Splits` (see `choose_splits`), that it is
/// part of.
template <std::size_t Depth, std::size_t Splits, class Add>
[[gnu::always_inline]] inline void for_split_depth(Add add) noexcept {
    std::size_t k = 0;
    for (; k + Splits <= Depth; k += Splits) {
        BURIN_DETAIL_UNROLL
        for (std::size_t s = 0; s < Splits; ++s)
            add(s, k + s);
    }
    BURIN_DETAIL_UNROLL
    for (std::size_t s = 0; s < Depth % Splits; ++s)
        add(s, k + s);
}

/// The total of sum(0) to sum(Splits − 1), in the order in which all products add them.
template <std::size_t Splits, class Sum>
[[gnu::always_inline]] inline auto total_of_splits(Sum sum) noexcept {
    static_assert(Splits >= 1 && Splits <= 4);
    if constexpr (Splits == 4)
        return (sum(0) + sum(1)) + (sum(2) + sum(3));
    else if constexpr (Splits == 3)
        return (sum(0) + sum(1)) + sum(2);
    else if constexpr (Splits == 2)
        return sum(0) + sum(1);
    else
        return sum(0);
}

} // namespace burin::kernels::detail
