#pragma once

#include "burin/graph/network.hpp"
#include "burin/graph/recipe.hpp"
#include "burin/kernels/simd.hpp"

#include <cstddef>

namespace burin::recipes {

/// What a plan must know of the numbers that its program computes with: by which rules layers do so, and how
/// buffers are aligned. `quantization/int8_arithmetic.hpp` has that of 8-bit integers.
template <Numbers Kind>
struct Arithmetic;

template <>
struct Arithmetic<Numbers::real> {
    template <class Net>
    static constexpr auto graph() {
        return engine::Network<Net>::graph;
    }

    /// Elements at whose multiples large buffers begin.
    template <class Scalar>
    static constexpr std::size_t alignment = kernels::width<Scalar>;
};

} // namespace burin::recipes
