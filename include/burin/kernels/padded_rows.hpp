#pragma once

#include "burin/kernels/rows.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// Whether all of the numbers are finite.
template <class Scalar>
bool are_finite(const Scalar* numbers, std::size_t count) noexcept {
    return std::all_of(numbers, numbers + count, [](Scalar x) { return x - x == Scalar(0); });
}

/// Rows whose mask is 0 are padding, which may hold anything. They are multiplied by zeros, but 0 times
/// an infinity or NaN is not 0: where padding holds such, this is a copy in `room` of all `count` rows in
/// which those have zeros, else the rows as they are. The mask may be null: no row is padding.
template <std::size_t Columns, class Scalar>
Rows<const Scalar> with_finite_padding(Rows<const Scalar> rows, const Scalar* mask, std::size_t count,
                                       Scalar* room) noexcept {
    const auto is_bad = [=](std::size_t row) {
        return mask[row] == Scalar(0) && !are_finite(rows[row], Columns);
    };
    std::size_t first = 0;
    while (mask != nullptr && first < count && !is_bad(first))
        ++first;
    if (mask == nullptr || first == count)
        return rows;
    for (std::size_t row = 0; row < count; ++row)
        if (row >= first && is_bad(row))
            std::fill_n(room + row * Columns, Columns, Scalar(0));
        else
            std::copy_n(rows[row], Columns, room + row * Columns);
    return {room, Columns};
}

} // namespace burin::kernels
