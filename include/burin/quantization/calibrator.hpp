#pragma once

#include "burin/graph/execute.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/quantization/activation_ranges.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace burin {

namespace detail {

/// As the plan of inference, but each node is a step of its own, so that all can be seen.
template <class Net>
struct UnfusedPlan {
    using N = Network<Net>;
    static constexpr Mode mode = Mode::inference;

    static constexpr auto& graph = N::graph;
    static constexpr auto fusion = [] {
        passes::Fusion<N::size> each_alone;
        for (std::size_t i = 0; i < N::size; ++i)
            each_alone.head[i] = each_alone.tail[i] = i;
        return each_alone;
    }();
    static constexpr auto program = passes::schedule(passes::forward_program(graph, fusion, mode));
    static constexpr auto liveness = passes::liveness(program, graph.nodes);

    template <std::size_t Batch, class Scalar>
    static constexpr auto memory =
        passes::plan_memory<program.max_values>(liveness.span(), Batch, kernels::width<Scalar>);
};

} // namespace detail

/// Runs a float network and remembers the range of what each node gives.
template <class Net, std::size_t Batch = 1>
class Calibrator {
    using N = Network<Net>;
    using PlanType = detail::UnfusedPlan<typename N::Type>;
    using Run = detail::Execution<PlanType, Batch, float>;

  public:
    /// Widens the ranges by `rows` ≤ Batch samples.
    void observe(const float* parameters, const std::array<const float*, N::input_count>& inputs,
                 std::size_t rows) noexcept {
        Frame<typename N::Type, float> frame;
        frame.inputs = inputs;
        frame.parameters = parameters;
        frame.arena = arena_.data();
        frame.rows = rows;
        std::size_t input = 0;
        for (std::size_t node = 0; node < N::size; ++node)
            if (N::graph.nodes[node].rules->is_input)
                include(node, inputs[input++], rows);
        execute<PlanType, Batch, float>(frame, detail::NoLoss{}, Observer{this});
    }

    const ActivationRanges<Net>& ranges() const noexcept { return ranges_; }

  private:
    struct Observer {
        Calibrator* calibrator;

        template <std::size_t StepIndex, class FrameType>
        void after(const FrameType& frame) const noexcept {
            constexpr auto& step = PlanType::program.steps[StepIndex];
            calibrator->include(step.node, Run::template read<step.write>(frame), frame.rows);
        }
    };

    void include(std::size_t node, const float* values, std::size_t rows) noexcept {
        const std::size_t count = rows * N::graph.nodes[node].shape.size();
        const auto [least, largest] = std::minmax_element(values, values + count);
        ranges_[node].include(*least);
        ranges_[node].include(*largest);
    }

    ActivationRanges<Net> ranges_{};
    Arena<PlanType, Batch, float> arena_;
};

} // namespace burin
