#pragma once

#include "burin/kernels/rows.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <cstddef>

namespace burin::kernels {

namespace detail {

/// The products of two rows, element by element: their sum is in the lanes.
template <std::size_t Depth, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> row_sums(const Scalar* row, const Scalar* other) noexcept {
    constexpr std::size_t lanes = width<Scalar>, rest = Depth % lanes, whole = Depth - rest;
    constexpr std::size_t pairs = whole / (2 * lanes);
    Vector<Scalar> even = broadcast(Scalar(0)), odd = broadcast(Scalar(0));
    for (std::size_t d = 0; d < pairs * 2 * lanes; d += 2 * lanes) {
        even = fma(load(row + d), load(other + d), even);
        odd = fma(load(row + d + lanes), load(other + d + lanes), odd);
    }
    if constexpr (whole % (2 * lanes) > 0)
        even = fma(load(row + whole - lanes), load(other + whole - lanes), even);
    if constexpr (rest > 0)
        odd = fma(load_partial(row + whole, rest), load_partial(other + whole, rest), odd);
    return even + odd;
}

} // namespace detail

/// result(r, c) = Σ_d left(r, d) · right(c, d), with a right matrix of [Count, Depth]: products of rows with
/// rows, where they are too few to be worth transposing a matrix. Each sum is the same for any number of
/// rows. The right matrix is read from its beginning to its end: four rows at a time come from memory half as
/// fast.
template <std::size_t Depth, std::size_t Count, class Scalar>
void multiply_by_rows(Rows<const Scalar> left, std::size_t rows, Rows<const Scalar> right,
                      Rows<Scalar> result) noexcept {
    constexpr std::size_t some = summed_lanes<Scalar>;
    for (std::size_t c = 0; c + some <= Count; c += some)
        for (std::size_t r = 0; r < rows; ++r) {
            Vector<Scalar> sums[some];
            BURIN_DETAIL_UNROLL
            for (std::size_t i = 0; i < some; ++i)
                sums[i] = detail::row_sums<Depth>(left[r], right[c + i]);
            store_partial(result[r] + c, lane_sums<Scalar>(sums), some);
        }
    if constexpr (Count % some > 0)
        for (std::size_t c = Count - Count % some; c < Count; ++c)
            for (std::size_t r = 0; r < rows; ++r)
                result[r][c] = lane_sum<Scalar>(detail::row_sums<Depth>(left[r], right[c]));
}

} // namespace burin::kernels
