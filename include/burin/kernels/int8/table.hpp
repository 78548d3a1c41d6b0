#pragma once

#include "burin/kernels/int8/instructions.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::kernels {

/// y[i] = table[x[i] + 128]. The output may be the input.
template <class Table = detail::Int8Table>
[[gnu::noinline]] void int8_look_up(const std::int8_t* table, const std::int8_t* x, std::size_t count,
                                    std::int8_t* y) noexcept {
    std::size_t first = 0;
    if constexpr (has_table<Table>) {
        const Table all(table);
        for (; first + Table::size <= count; first += Table::size)
            all.look_up(x + first, y + first);
    }
    const std::int8_t* const middle = table + 128;
    for (; first < count; ++first)
        y[first] = middle[x[first]];
}

} // namespace burin::kernels
