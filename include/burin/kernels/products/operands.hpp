#pragma once

#include "burin/kernels/products/panels.hpp"

#include <cstddef>
#include <type_traits>

namespace burin::kernels {

/// A matrix as its panels lie in memory: column c of row r of a panel is data[r · row + c].
template <class Pointee>
struct PanelView {
    Pointee* data = nullptr;
    std::size_t row = 0;
    std::size_t last_row = 0; ///< `row` of the last panel, which may be narrower or wider than the others.
    std::size_t panel = 0;    ///< From a panel to the next.

    [[gnu::always_inline]] constexpr operator PanelView<const Pointee>() const {
        return {data, row, last_row, panel};
    }
    [[gnu::always_inline]] constexpr void skip_panels(std::size_t count) {
        data += data == nullptr ? 0 : count * panel;
    }
    [[gnu::always_inline]] constexpr void skip_rows(std::size_t count) {
        data += data == nullptr ? 0 : count * row;
    }
};

/// A weight matrix of [K, N] in panels.
template <std::size_t K, std::size_t N, class Scalar>
[[gnu::always_inline]] constexpr PanelView<Scalar> in_panels(Scalar* data) noexcept {
    constexpr Panels panels = kernels::panels<std::remove_const_t<Scalar>>(N);
    return {data, panels.width, panels.last, panels.width * K};
}

/// A row-major matrix of N columns, whose rows are `row` elements apart (0: one row, for all rows), seen
/// panel by panel.
template <std::size_t N, class Scalar>
[[gnu::always_inline]] constexpr PanelView<Scalar> row_major(Scalar* data, std::size_t row = N) noexcept {
    return {data, row, row, panels<std::remove_const_t<Scalar>>(N).width};
}

/// What a product reads and writes: result(r, c) = epilogue(start(r, c) + Σ_d left(r, d) · right(d, c)).
template <class Scalar>
struct Operands {
    const Scalar* left = nullptr; ///< Element (r, d) is left[r · left_row + d · left_depth].
    std::size_t left_row = 0;
    std::size_t left_depth = 1;
    std::size_t depth = 0;
    PanelView<const Scalar> right{};
    PanelView<Scalar> result{};
    /// Where the sums begin: a row of biases (`row` is then 0) or the result itself; if null, at 0. To those
    /// of a weight gradient, which are long, it is added when they are made: a block's own sum is rounded
    /// less than that of all blocks.
    PanelView<const Scalar> start{};
    /// What is prefetched, or read to be packed, beside the multiply-adds; it goes on by `ahead_step` with
    /// each step of the depth. What is packed is stored at `packed`, whose step is that of the left matrix.
    const Scalar* ahead = nullptr;
    std::size_t ahead_step = 0;
    Scalar* packed = nullptr;

    [[gnu::always_inline]] constexpr void skip_panels(std::size_t count) {
        right.skip_panels(count);
        result.skip_panels(count);
        start.skip_panels(count);
    }
    [[gnu::always_inline]] constexpr void skip_rows(std::size_t count) {
        left += count * left_row;
        result.skip_rows(count);
        start.skip_rows(count);
    }
    /// The next block of the depth goes on from the result.
    [[gnu::always_inline]] constexpr void skip_depth(std::size_t count) {
        left += count * left_depth;
        right.skip_rows(count);
        depth_done += count;
        start = result;
    }
    [[gnu::always_inline]] constexpr void enter_last_panel(std::size_t full_panels) {
        skip_panels(full_panels);
        // What was skipped of the depth, was as long as the other panels' rows.
        right.data += depth_done * right.last_row;
        right.data -= depth_done * right.row;
        right.row = right.last_row;
        result.row = result.last_row;
        start.row = start.last_row;
    }

    std::size_t depth_done = 0; ///< How much of the depth `left` and `right` have left behind.
};

/// The epilogue that stores the sums as they are.
struct StoreSum {
    template <class VectorType>
    VectorType operator()(const VectorType& sum) const noexcept {
        return sum;
    }
};

} // namespace burin::kernels
