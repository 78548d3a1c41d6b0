#pragma once

#include "burin/core/language.hpp"

#include <cstddef>

namespace burin::kernels {

/// Rows that lie `stride` elements apart: one step of every sample's sequence, one head's part of a wider
/// matrix.
template <class Pointee>
struct Rows {
    Pointee* data = nullptr;
    std::size_t stride = 0;

    constexpr Pointee* operator[](std::size_t row) const noexcept { return data + row * stride; }
    constexpr operator Rows<const Pointee>() const noexcept { return {data, stride}; }
};

} // namespace burin::kernels
