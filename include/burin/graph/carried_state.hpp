#pragma once

#include "burin/core/assert.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/parameters.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin {

/// What the sequences of a batch carry from one piece to the next: the states of all recurrent layers, and
/// what causal convolutions remember of their input. Zeros at first. A plain struct.
template <class Net, std::size_t Batch = 1, class Scalar = float>
struct CarriedState {
    static constexpr std::size_t count = engine::Network<Net>::state_count * Batch;

    alignas(memory_alignment) std::array<Scalar, std::max<std::size_t>(count, 1)> values{};

    Scalar* data() noexcept { return values.data(); }

    /// All sequences begin anew.
    void reset() noexcept { values.fill(Scalar(0)); }

    /// One of them does; `row` is less than Batch.
    void reset(std::size_t row) noexcept {
        BURIN_ASSERT(row < Batch, "CarriedState: expected a row of its batch");
        if (row >= Batch)
            return;
        for (const passes::LoweredNode& node : engine::Network<Net>::graph.nodes)
            std::fill_n(values.begin() +
                            static_cast<std::ptrdiff_t>(node.state_offset * Batch + row * node.state_count),
                        node.state_count, Scalar(0));
    }
};

} // namespace burin
