#pragma once

#include "burin/kernels/products/loops.hpp"

namespace burin::kernels {

inline constexpr std::size_t vector_registers = this_machine.registers;

template <class Scalar>
constexpr bool streams(std::size_t elements) {
    return elements * sizeof(Scalar) > this_machine.streaming_bytes;
}

namespace detail {

using kernels::column_kind, kernels::ColumnKind, kernels::Tail;

} // namespace detail
} // namespace burin::kernels
