#pragma once

#include "burin/graph/network.hpp"
#include "burin/quantization/scale.hpp"

#include <array>
#include <cstddef>

namespace burin {

/// The range of what each node of a network gives, in the order of its node table (`Network<Net>::graph`).
/// Where an activation is computed together with the layer before it, only the activation's range counts.
template <class Net>
struct ActivationRanges {
    std::array<quantization::Range, engine::Network<Net>::size> nodes{};

    constexpr quantization::Range& operator[](std::size_t node) noexcept { return nodes[node]; }
    constexpr const quantization::Range& operator[](std::size_t node) const noexcept { return nodes[node]; }
};

} // namespace burin
