#pragma once

#include "burin/kernels/machine.hpp"
#include "burin/kernels/rows.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <cstddef>

namespace burin::kernels {

namespace detail {

/// The products of one row with `Some` others, in the lanes of vectors. They are prefetched so many elements
/// ahead, if any.
template <std::size_t Depth, std::size_t Some, std::size_t Ahead, class Scalar>
[[gnu::always_inline]] inline void row_sums(const Scalar* row, Rows<const Scalar> others,
                                            Vector<Scalar>* sums) noexcept {
    constexpr std::size_t lanes = width<Scalar>, rest = Depth % lanes, whole = Depth - rest;
    BURIN_DETAIL_UNROLL
    for (std::size_t i = 0; i < Some; ++i)
        sums[i] = broadcast(Scalar(0));
    for (std::size_t d = 0; d < whole; d += lanes) {
        const Vector<Scalar> x = load(row + d);
        BURIN_DETAIL_UNROLL
        for (std::size_t i = 0; i < Some; ++i) {
            if constexpr (Ahead > 0)
                prefetch(others[i] + d + Ahead);
            sums[i] = fma(x, load(others[i] + d), sums[i]);
        }
    }
    if constexpr (rest > 0) {
        const Vector<Scalar> x = load_partial(row + whole, rest);
        BURIN_DETAIL_UNROLL
        for (std::size_t i = 0; i < Some; ++i)
            sums[i] = fma(x, load_partial(others[i] + whole, rest), sums[i]);
    }
}

} // namespace detail

/// result(r, c) = Σ_d left(r, d) · right(c, d), with a right matrix of [Count, Depth]: products of rows with
/// rows, where they are too few to be worth transposing a matrix. Each sum is the same for any number of
/// rows.
template <std::size_t Depth, std::size_t Count, class Scalar>
void multiply_by_rows(Rows<const Scalar> left, std::size_t rows, Rows<const Scalar> right,
                      Rows<Scalar> result) noexcept {
    constexpr std::size_t some = summed_lanes<Scalar>;
    // Of a matrix that comes from beyond the caches.
    constexpr std::size_t ahead =
        Depth * Count * sizeof(Scalar) >= this_machine.streaming_bytes ? 4096 / sizeof(Scalar) : 0;
    for (std::size_t c = 0; c + some <= Count; c += some)
        for (std::size_t r = 0; r < rows; ++r) {
            Vector<Scalar> sums[some];
            detail::row_sums<Depth, some, ahead>(left[r], {right[c], right.stride}, sums);
            store_partial(result[r] + c, lane_sums<Scalar>(sums), some);
        }
    if constexpr (Count % some > 0)
        for (std::size_t c = Count - Count % some; c < Count; ++c)
            for (std::size_t r = 0; r < rows; ++r) {
                Vector<Scalar> sum;
                detail::row_sums<Depth, 1, 0>(left[r], {right[c], right.stride}, &sum);
                result[r][c] = lane_sum<Scalar>(sum);
            }
}

} // namespace burin::kernels
