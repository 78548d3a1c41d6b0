#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/graph/execute.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/training/batches.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace burin {

namespace detail {

/// The statistics that batches update as running means, and how much of the old is left after one batch.
template <class Net, class Visit>
void for_each_running_mean(Visit visit) {
    const auto& graph = engine::Network<Net>::graph;
    for (std::size_t owner = 0; owner < graph.nodes.size(); ++owner) {
        const passes::LoweredNode& node = graph.nodes[owner];
        if (node.shares_with != passes::none || node.is_frozen || node.rules->traits.statistics_momentum == 0)
            continue;
        double kept = 1;
        for (std::size_t i = 0; i < graph.nodes.size(); ++i)
            if (i == owner || graph.nodes[i].shares_with == owner)
                kept *= 1 - graph.nodes[i].rules->traits.statistics_momentum;
        visit(node.statistics_offset - parameter_count<Net>, node.statistics_count, kept);
    }
}

} // namespace detail

/// Finds the running means and variances of BatchNorm anew, for weights that were not trained with those that
/// there are: averaged ones, for instance. They become the means, over all batches, of what is measured in a
/// batch (each counts by its samples; a last one of a single sample, which has no variance, does not).
/// Nothing else changes. PyTorch's `torch.optim.swa_utils.update_bn`. Throws Error, and changes nothing, if
/// the samples do not fit the network or are less than two.
///
///     update_statistics(model, train);         // in batches of 64; of the size that it was trained with:
///     update_statistics<32>(model, train);
template <std::size_t Batch = 64, class Net, class Scalar, class Data>
void update_statistics(Model<Net, Scalar>& model, const Data& data, std::uint64_t seed = 0) {
    using N = engine::Network<Net>;
    using PlanType = engine::Plan<Net, recipes::training>;
    static_assert(Batch > 1, "one value has no variance");
    detail::check_samples<Net>(data, "update_statistics");
    if (data.size() < 2)
        throw Error("update_statistics: expected at least two samples, got one");
    core::within_memory("update_statistics", [&] {
        const auto arena = std::make_unique<engine::Arena<PlanType, Batch, Scalar>>();
        const auto gradients = std::make_unique<Gradients<Net, Scalar>>();
        detail::InputBuffer<Net, Scalar> buffer(Batch);
        const kernels::SubnormalsAreZero subnormals_are_zero;
        Scalar* const stored = model.parameters().statistics();
        std::vector<Scalar> statistics(stored, stored + statistics_count<Net>);
        std::vector<double> sums(statistics.size());
        engine::Frame<Net, Scalar> frame;
        frame.parameters = model.parameters();
        frame.parameters.statistics = statistics.data();
        frame.gradients = gradients->data();
        frame.statistics = statistics.data();
        frame.arena = arena->data();
        frame.seed = seed;
        std::size_t counted = 0;
        for (std::size_t first = 0; first < data.size(); first += Batch) {
            frame.rows = std::min(Batch, data.size() - first);
            if (frame.rows == 1)
                break;
            for (std::size_t row = 0; row < frame.rows; ++row)
                buffer.put(row, data.input(first + row));
            frame.inputs = buffer.pointers();
            ++frame.step;
            // From 0 on, a running mean is what this batch adds.
            detail::for_each_running_mean<Net>([&](std::size_t offset, std::size_t count, double) {
                std::fill_n(statistics.begin() + static_cast<std::ptrdiff_t>(offset), count, Scalar(0));
            });
            engine::execute<PlanType, Batch, Scalar>(
                frame, [](auto output, const Scalar*, Scalar* gradient, std::size_t rows) noexcept {
                    std::fill_n(gradient, rows * N::output_shapes[output.value].size(), Scalar(0));
                });
            detail::for_each_running_mean<Net>([&](std::size_t offset, std::size_t count, double kept) {
                for (std::size_t i = offset; i < offset + count; ++i)
                    sums[i] +=
                        static_cast<double>(statistics[i]) / (1 - kept) * static_cast<double>(frame.rows);
            });
            counted += frame.rows;
        }
        detail::for_each_running_mean<Net>([&](std::size_t offset, std::size_t count, double) {
            for (std::size_t i = offset; i < offset + count; ++i)
                stored[i] = static_cast<Scalar>(sums[i] / static_cast<double>(counted));
        });
    });
}

} // namespace burin
