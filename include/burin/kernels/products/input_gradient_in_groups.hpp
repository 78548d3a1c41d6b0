#pragma once

#include "burin/kernels/products/dense_gradient.hpp"
#include "burin/kernels/products/input_gradient_side_by_side.hpp"
#include "burin/kernels/simd.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels::detail {

/// The next of 1, 2, 3, 4, 6, 8, 12, 16 … samples: as many fill two or three vectors, each sample a group of
/// 1, 2, 4 … lanes.
constexpr std::size_t more_samples(std::size_t samples) {
    return samples % 3 == 0 ? samples / 3 * 4 : samples == 1 ? 2 : samples / 2 * 3;
}

/// How many samples of the `rows` > 1 that are left stand side by side next, `most` at most: as many as are
/// enough for all. Where that leaves more than a fifth of the work to zeros, fewer.
constexpr std::size_t choose_samples(std::size_t rows, std::size_t most) {
    if (rows >= most)
        return most;
    std::size_t fewer = 1, enough = 2;
    for (; enough < rows; enough = more_samples(enough))
        fewer = enough;
    std::size_t rest = 1;
    while (fewer + rest < rows)
        rest = more_samples(rest);
    return 5 * (fewer + rest) < 4 * enough ? fewer : enough;
}

/// So many samples at a time at most: three vectors, or, with 32 registers, two, but for doubles that stream.
/// The tiles are of twelve or 24 sums either way; what was faster was measured.
template <class Scalar, Reading Read>
inline constexpr std::size_t most_side_by_side =
    (vector_registers >= 32 && (sizeof(Scalar) == sizeof(float) || Read != Reading::streaming) ? 2 : 3) *
    width<Scalar>;

/// Of a matrix that streams from beyond the second-level cache so many rows meet all samples before the next.
template <class Scalar>
inline constexpr std::size_t rows_of_block = SideBySide<2, 1, Scalar, Reading::streaming>::rows_kept;

/// Calls f(SideBySide<…>{}) for what has so many samples.
template <class Scalar, Reading Read, std::size_t Group = width<Scalar>, class Function>
[[gnu::always_inline]] inline void with_order(std::size_t samples, Function f) noexcept {
    constexpr std::size_t of_vector = width<Scalar> / Group;
    if (samples == 2 * of_vector)
        f(SideBySide<2, Group, Scalar, Read>{});
    else if (samples == 3 * of_vector)
        f(SideBySide<3, Group, Scalar, Read>{});
    else if constexpr (Group > 1)
        with_order<Scalar, Read, Group / 2>(samples, f);
}

/// All but a last single sample, of which the number is returned: what is left to do.
template <Reading Read, class Scalar, class Derivative>
[[gnu::always_inline]] inline std::size_t
input_gradient_in_groups(DenseGradient<Scalar> dense, std::size_t rows, Derivative derivative) noexcept {
    std::size_t single = rows;
    // Rows of w that come from beyond the second-level cache stay there until all samples have met them.
    const std::size_t block = Read == Reading::streaming ? rows_of_block<Scalar> : dense.k;
    for (std::size_t k = 0; k < dense.k; k += block) {
        const std::size_t end = std::min(dense.k, k + block);
        DenseGradient<Scalar> left = dense;
        for (std::size_t left_rows = rows; left_rows > 1;) {
            const std::size_t samples = choose_samples(left_rows, most_side_by_side<Scalar, Read>);
            const std::size_t count = std::min(samples, left_rows);
            with_order<Scalar, Read>(samples, [&](auto order) __attribute__((always_inline)) {
                input_gradient_side_by_side<decltype(order)>(left, count, k, end, derivative);
            });
            left.skip_rows(count);
            left_rows -= count;
            single = left_rows;
        }
    }
    return single;
}

} // namespace burin::kernels::detail
