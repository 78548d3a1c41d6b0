#pragma once

#include "burin/graph/frame.hpp"
#include "burin/graph/recipe.hpp"
#include "burin/kernels/simd/tiny.hpp"
#include "burin/passes/traffic.hpp"

#include <cstddef>
#include <utility>

namespace burin::detail {

/// Calls take as long as what such a program has to do for its only sample. (How much a compiler inlines
/// by itself depends on the size of the program around it.)
template <class PlanType, std::size_t Batch>
inline constexpr bool is_brief =
    Batch == 1 && PlanType::recipe.numbers == recipes::Numbers::real && !passes::saves(PlanType::mode) && [] {
        std::size_t flops = 0;
        for (std::size_t s = 0; s < PlanType::program.step_count; ++s)
            flops += passes::flops(PlanType::program.steps[s], PlanType::graph.nodes);
        return PlanType::program.step_count <= 16 && flops <= 8192;
    }();

/// Whether a run looks first whether there can be numbers that are too small, where no input and no state is
/// tiny. To see to them anyway takes as long as a brief run; so those that come about within one stay.
template <class PlanType, std::size_t Batch>
inline constexpr bool looks_for_subnormals =
    is_brief<PlanType, Batch> && PlanType::N::state_count + PlanType::N::sample_size <= 128;

template <class PlanType, std::size_t Batch, class FrameType>
[[gnu::always_inline]] inline bool may_meet_subnormals(const FrameType& frame) noexcept {
    using N = typename PlanType::N;
    if constexpr (looks_for_subnormals<PlanType, Batch>)
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return (kernels::have_tiny(frame.inputs[I], N::input_shapes[I].size()) || ...) ||
                   (frame.state != nullptr && kernels::have_tiny(frame.state, N::state_count));
        }(std::make_index_sequence<N::input_count>{});
    else
        return true;
}

} // namespace burin::detail
