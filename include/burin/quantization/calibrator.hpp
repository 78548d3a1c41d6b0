#pragma once

#include "burin/core/assert.hpp"
#include "burin/graph/execute.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/quantization/activation_ranges.hpp"
#include "burin/quantization/clamps.hpp"
#include "burin/quantization/quantized_network.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

namespace burin {

/// Runs a float network and remembers the range of what each node gives that is a step in 8-bit inference.
template <class Net, std::size_t Batch = 1>
class Calibrator {
    static constexpr core::DiagnosisOf<detail::ExaminedForInt8<Net>> is_quantizable{};
    using N = engine::Network<detail::Quantizable<Net>>;
    using PlanType = engine::Plan<typename N::Type, recipes::calibration>;

  public:
    /// Widens the ranges by `rows` ≤ Batch samples. Of more only the first Batch are looked at.
    void observe(const float* parameters, const std::array<const float*, N::input_count>& inputs,
                 std::size_t rows) noexcept {
        BURIN_ASSERT(rows <= Batch, "Calibrator: expected no more rows than its batch");
        rows = std::min(rows, Batch);
        if (rows == 0)
            return;
        engine::Frame<typename N::Type, float> frame;
        frame.inputs = inputs;
        frame.parameters = parameters;
        frame.arena = arena_.data();
        frame.rows = rows;
        std::size_t input = 0;
        for (std::size_t node = 0; node < N::size; ++node)
            if (N::graph.nodes[node].rules->traits.is_input)
                include(node, inputs[input++], rows);
        engine::execute<PlanType, Batch, float>(frame, detail::NoLoss{}, Observer{this});
    }

    const ActivationRanges<Net>& ranges() const noexcept { return ranges_; }

  private:
    struct Observer {
        Calibrator* calibrator;

        template <std::size_t StepIndex, class FrameType>
        void after(const FrameType& frame) const noexcept {
            constexpr auto& step = PlanType::program.steps[StepIndex];
            // What a limit is put on in the same step is never stored.
            if constexpr (quantization::clamps<typename N::Type>.of[step.node] == passes::none)
                calibrator->include(step.node, engine::result_of<PlanType, Batch, float, StepIndex>(frame),
                                    frame.rows);
        }
    };

    void include(std::size_t node, const float* values, std::size_t rows) noexcept {
        const std::size_t count = rows * N::graph.nodes[node].shape.size();
        const auto [least, largest] = std::minmax_element(values, values + count);
        ranges_[node].include(*least);
        ranges_[node].include(*largest);
    }

    ActivationRanges<Net> ranges_{};
    engine::Arena<PlanType, Batch, float> arena_{};
};

} // namespace burin
