#pragma once

#include "burin/kernels/machine.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// How a weight matrix of [rows, columns] is stored: in panels of a few columns, two vectors wide, each panel
/// row by row without gaps, one panel after the other.
///
/// All three products of a layer then run through a panel from its first byte to its last: no row of it
/// pushes another out of the cache, and the processor fetches ahead what comes next. The last panel has what
/// is left, so that a matrix takes as many elements as it has; what would be narrower than a vector belongs
/// to the panel before it. A matrix of less than three vectors of columns is a single panel: row-major.
struct Panels {
    std::size_t width = 1; ///< Columns of every panel but the last.
    std::size_t full = 0;  ///< How many panels have that width.
    std::size_t last = 0;  ///< Columns of the last panel; 0 if there is none but the full ones.

    constexpr std::size_t count() const { return full + (last > 0 ? 1 : 0); }
    constexpr std::size_t first_column(std::size_t panel) const { return panel * width; }
    constexpr std::size_t columns(std::size_t panel) const { return panel < full ? width : last; }

    /// Where the element of a matrix of so many rows is stored.
    constexpr std::size_t index(std::size_t rows, std::size_t row, std::size_t column) const {
        const std::size_t panel = std::min(column / width, count() - 1);
        const std::size_t first = first_column(panel);
        return first * rows + row * columns(panel) + (column - first);
    }
};

constexpr Panels panels_of(std::size_t columns, std::size_t lanes) {
    const std::size_t width = 2 * lanes;
    const std::size_t rest = columns % width;
    if (columns < width)
        return {width, 0, columns};
    if (rest == 0 || rest >= lanes)
        return {width, columns / width, rest};
    return {width, columns / width - 1, width + rest};
}

/// The panels of a matrix of so many columns for vectors of this scalar.
template <class Scalar>
constexpr Panels panels(std::size_t columns) {
    return panels_of(columns, this_machine.lanes<Scalar>());
}

/// Rows so narrow want code in which their length is a constant; to that of others it makes no difference.
template <class Scalar>
constexpr bool is_single_panel(std::size_t columns) {
    return columns < 2 * this_machine.lanes<Scalar>();
}

namespace detail {

/// Of rows that are each `left` elements and then `right`, puts all the left parts before all the right ones.
template <class Scalar>
void part_rows(Scalar* data, std::size_t rows, std::size_t left, std::size_t right) noexcept {
    if (rows < 2)
        return;
    const std::size_t upper = rows / 2;
    part_rows(data, upper, left, right);
    part_rows(data + upper * (left + right), rows - upper, left, right);
    Scalar* const rights = data + upper * left;
    std::rotate(rights, rights + upper * right, rights + upper * right + (rows - upper) * left);
}

template <class Scalar>
void pack_panels(Scalar* data, std::size_t rows, const Panels& panels, std::size_t first,
                 std::size_t count) noexcept {
    if (count < 2)
        return;
    const std::size_t half = count / 2;
    const std::size_t left = half * panels.width;
    std::size_t right = 0;
    for (std::size_t panel = first + half; panel < first + count; ++panel)
        right += panels.columns(panel);
    part_rows(data, rows, left, right);
    pack_panels(data, rows, panels, first, half);
    pack_panels(data + rows * left, rows, panels, first + half, count - half);
}

} // namespace detail

/// Puts a row-major matrix into panels, in place: takes O(size · log rows · log columns) moves and no memory.
template <class Scalar>
void pack_panels(Scalar* matrix, std::size_t rows, std::size_t columns) noexcept {
    const Panels panels = kernels::panels<Scalar>(columns);
    detail::pack_panels(matrix, rows, panels, 0, panels.count());
}

} // namespace burin::kernels
