#pragma once

#include "burin/graph/recipe.hpp"
#include "burin/kernels/machine.hpp"
#include "burin/passes/node.hpp"
#include "burin/passes/traffic.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace burin {

namespace detail {

/// Of the multiply-adds of a plan's program, those of layers that gain nothing from a batch: the products of
/// one sample have rows enough.
struct MacsByRows {
    std::uint64_t all = 0;
    std::uint64_t many_rows = 0;
};

template <class PlanType>
inline constexpr MacsByRows macs_by_rows = [] {
    constexpr std::size_t enough = 8;
    MacsByRows macs;
    for (std::size_t s = 0; s < PlanType::program.step_count; ++s) {
        const passes::Step& step = PlanType::program.steps[s];
        const passes::LoweredNode& node = PlanType::graph.nodes[step.node];
        const std::uint64_t count = passes::macs(step, PlanType::graph.nodes);
        macs.all += count;
        if (node.rules->traits.many_rows && node.shape.size() >= enough * node.shape.last())
            macs.many_rows += count;
    }
    return macs;
}();

} // namespace detail

namespace engine {

/// How many samples of a batch go through a network of inference together. Where nearly all multiply-adds are
/// of convolutions, whose rows are pixels, no more than have their activations in a cache: more would only
/// bring each layer's inputs from farther away, and take more memory. Of a network that is for the greater
/// part convolutions and has dense layers too, whose weights each batch reads, at least 16.
template <class PlanType, std::size_t Batch, class Scalar>
inline constexpr std::size_t samples_together = [] {
    constexpr detail::MacsByRows macs = detail::macs_by_rows<PlanType>;
    if (Batch == 1 || PlanType::recipe.widens || macs.many_rows == 0 || 2 * macs.many_rows < macs.all)
        return Batch;
    const bool has_dense = 50 * macs.many_rows < 49 * macs.all;
    const std::size_t sample = sizeof(Scalar) * PlanType::template memory<1, Scalar>.size;
    const std::size_t cache = has_dense ? kernels::this_machine.l2 / 2 : 2 * kernels::this_machine.l1;
    const std::size_t least = has_dense ? 16 : 1,
                      most = std::max(cache / std::max<std::size_t>(sample, 1), least);
    return most >= Batch ? Batch : (Batch - 1) / ((Batch - 1) / most + 1) + 1;
}();

} // namespace engine

} // namespace burin
