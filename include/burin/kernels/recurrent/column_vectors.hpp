#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/recurrent/choose.hpp"
#include "burin/kernels/simd.hpp"

#include <array>
#include <cstddef>
#include <utility>

// The columns of all gates of a step, joined, in registers.

namespace burin::kernels::detail {

/// A vector for each so many columns.
template <class Scalar, std::size_t Columns>
inline constexpr std::size_t column_vectors = (Columns + width<Scalar> - 1) / width<Scalar>;

template <class Scalar, std::size_t Columns>
using ColumnVectors = std::array<Vector<Scalar>, column_vectors<Scalar, Columns>>;

/// Calls f(std::integral_constant<std::size_t, i>) for each i < Count.
template <std::size_t Count, class Function>
[[gnu::always_inline]] inline void for_constants(Function f) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (f(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<Count>{});
}

/// The vector of columns from `First` on, of those that begin with a multiple of the width.
template <std::size_t First, class Scalar, std::size_t Count>
[[gnu::always_inline]] inline Vector<Scalar>
columns_from(const std::array<Vector<Scalar>, Count>& of) noexcept {
    constexpr std::size_t v = First / width<Scalar>, next = v + 1 < Count ? v + 1 : v;
    return joined<First % width<Scalar>, Scalar>(of[v], of[next]);
}

/// Whether the functions of an LSTM's gates are applied to the joined columns: in whole vectors, of which
/// those that hold columns of several gates get both functions. Else to the vectors of each gate.
template <class Scalar>
constexpr bool activates_sums(std::size_t units) {
    return choose_activates_sums(units, width<Scalar>);
}

/// sigmoid of all columns but those from `First` to `End`, of which it is tanh.
template <Accuracy accuracy, std::size_t First, std::size_t End, class Scalar, std::size_t Count>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, Count>
activated(const std::array<Vector<Scalar>, Count>& sums) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    std::array<Vector<Scalar>, Count> all;
    for_constants<Count>([&](auto v) __attribute__((always_inline)) {
        constexpr std::size_t from = v * lanes, to = from + lanes;
        if constexpr (to <= First || from >= End) {
            all[v] = sigmoid<accuracy, Scalar>(sums[v]);
        } else if constexpr (from >= First && to <= End) {
            all[v] = tanh<accuracy, Scalar>(sums[v]);
        } else {
            const Vector<Scalar> s = sigmoid<accuracy, Scalar>(sums[v]), t = tanh<accuracy, Scalar>(sums[v]);
            const Vector<Scalar> upper = to > End ? first_lanes<Scalar>(End - from, t, s) : t;
            all[v] = from < First ? first_lanes<Scalar>(First - from, s, upper) : upper;
        }
    });
    return all;
}

} // namespace burin::kernels::detail
