#pragma once

#include "burin/core/assert.hpp"
#include "burin/graph/execute.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/quantization/activation_ranges.hpp"
#include "burin/quantization/quantized_network.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace burin {

namespace detail {

/// As the plan of inference, but only what 8-bit inference computes together is one step: so all can be seen
/// that needs a range.
template <class Net>
struct CalibrationPlan {
    using N = Network<Net>;
    static constexpr Mode mode = Mode::inference;

    static constexpr auto& graph = N::graph;
    static constexpr auto fusion = []<std::size_t... I>(std::index_sequence<I...>) {
        using Quantized = QuantizedPlan<Net>;
        constexpr std::array<std::size_t, N::size> clamps{Quantized::template clamp_of<I>...};
        passes::Fusion<N::size> result;
        for (std::size_t i = 0; i < N::size; ++i)
            result.head[i] = result.tail[i] = i;
        for (std::size_t i = 0; i < N::size; ++i)
            if (clamps[i] != passes::none) {
                result.tail[i] = clamps[i];
                result.head[clamps[i]] = i;
            }
        return result;
    }(std::make_index_sequence<N::size>{});
    static constexpr auto program = passes::schedule(passes::forward_program(graph, fusion, mode));
    static constexpr auto liveness = passes::liveness(program, graph.nodes);

    template <std::size_t Batch, class Scalar>
    static constexpr auto memory =
        passes::plan_memory<program.max_values>(liveness.span(), Batch, kernels::width<Scalar>);
};

} // namespace detail

/// Runs a float network and remembers the range of what each node gives that is a step in 8-bit inference.
template <class Net, std::size_t Batch = 1>
class Calibrator {
    static constexpr core::DiagnosisOf<detail::ExaminedForInt8<Net>> is_quantizable{};
    using N = Network<std::conditional_t<burin::is_quantizable<Net>, Net, detail::StandIn>>;
    using PlanType = detail::CalibrationPlan<typename N::Type>;
    using Run = detail::Execution<PlanType, Batch, float>;

  public:
    /// Widens the ranges by `rows` ≤ Batch samples. Of more only the first Batch are looked at.
    void observe(const float* parameters, const std::array<const float*, N::input_count>& inputs,
                 std::size_t rows) noexcept {
        BURIN_ASSERT(rows <= Batch, "Calibrator: expected no more rows than its batch");
        rows = std::min(rows, Batch);
        if (rows == 0)
            return;
        Frame<typename N::Type, float> frame;
        frame.inputs = inputs;
        frame.parameters = parameters;
        frame.arena = arena_.data();
        frame.rows = rows;
        std::size_t input = 0;
        for (std::size_t node = 0; node < N::size; ++node)
            if (N::graph.nodes[node].rules->traits.is_input)
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
            calibrator->include(step.epilogue == passes::none ? step.node : step.epilogue,
                                Run::template read<step[passes::Role::result]>(frame), frame.rows);
        }
    };

    void include(std::size_t node, const float* values, std::size_t rows) noexcept {
        const std::size_t count = rows * N::graph.nodes[node].shape.size();
        const auto [least, largest] = std::minmax_element(values, values + count);
        ranges_[node].include(*least);
        ranges_[node].include(*largest);
    }

    ActivationRanges<Net> ranges_{};
    Arena<PlanType, Batch, float> arena_{};
};

} // namespace burin
