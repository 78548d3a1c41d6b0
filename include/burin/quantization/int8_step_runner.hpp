#pragma once

#include "burin/graph/operands.hpp"
#include "burin/graph/recipe.hpp"
#include "burin/graph/step_runner.hpp"
#include "burin/quantization/clamps.hpp"
#include "burin/quantization/int8_layer.hpp"
#include "burin/quantization/quantized_network.hpp"

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace burin {

/// The constants of an 8-bit network stand together.
template <class Type, class Net, Rounding Way>
struct engine::StoredIn<Type, QuantizedNetwork<Net, Way>> {
    using Pointers = const QuantizedNetwork<Net, Way>*;
};

namespace detail {

/// Runs the steps of a program that computes with 8-bit integers: the rule of each node that a step computes,
/// in order. `Stored` is the QuantizedNetwork.
template <class PlanType, std::size_t Batch, class Scalar, class Stored>
    requires(PlanType::recipe.numbers == recipes::Numbers::int8)
struct StepRunner<PlanType, Batch, Scalar, Stored> {
    using Memory = Operands<PlanType, Batch, Scalar, Stored>;
    using FrameType = typename Memory::FrameType;
    using Net = typename PlanType::N::Type;
    using StoredNet = typename Stored::Type;
    using Role = passes::Role;

    template <std::size_t StepIndex, class LossStep>
    static void step(const FrameType& frame, LossStep&) noexcept {
        constexpr auto& step = PlanType::program.steps[StepIndex];
        constexpr auto& node = PlanType::graph.nodes[step.node];
        Scalar* const output = Memory::template write<step[Role::result]>(frame);
        forward<step.node>(
            frame,
            Memory::template read_inputs<StepIndex>(frame, std::make_index_sequence<node.input_count>{}),
            output, Memory::template write<step[Role::scratch]>(frame));
        // What a program of real numbers computes in registers.
        [&]<std::size_t... Later>(std::index_sequence<Later...>) {
            (forward<Later>(frame, std::array<const Scalar*, 1>{output}, output, nullptr), ...);
        }(chain<step.node, step.epilogue>());
    }

  private:
    template <std::size_t Index>
    static void forward(const FrameType& frame, const auto& inputs, Scalar* output,
                        Scalar* scratch) noexcept {
        const auto& constants = frame.parameters->template constants<Index>();
        quantization::Int8Context<Int8Signature<Net, Index>, std::remove_cvref_t<decltype(constants)>,
                                  Stored::rounding, PlanType::mode>
            run;
        run.constants = &constants;
        run.inputs = inputs;
        run.output = output;
        run.scratch = scratch;
        if constexpr (PlanType::graph.nodes[Index].state_count > 0)
            if (PlanType::mode == Mode::streaming)
                run.state = frame.state + PlanType::graph.nodes[Index].state_offset * Batch;
        run.rows = frame.rows;
        // Those of whole sequences may be laid out in another way than a piece wants.
        if constexpr (std::is_same_v<Int8PackedNodeOf<Net, Index>, Int8PackedNodeOf<StoredNet, Index>>)
            run.packed = frame.parameters->packed.template at<Index>();
        quantization::Int8Layer<engine::OpAt<Net, Index>>::forward(run);
    }

    /// The nodes that one step computes after its head, in order; without views, and without the limit that
    /// the head puts on its outputs itself.
    template <std::size_t Head, std::size_t Tail, std::size_t... Later>
    static constexpr auto chain() {
        if constexpr (Tail == passes::none || Tail == Head)
            return std::index_sequence<Later...>{};
        else if constexpr (passes::is_view(*PlanType::graph.nodes[Tail].rules, PlanType::mode) ||
                           quantization::clamps<Net>.head[Tail] != passes::none)
            return chain<Head, PlanType::graph.nodes[Tail].inputs[0], Later...>();
        else
            return chain<Head, PlanType::graph.nodes[Tail].inputs[0], Tail, Later...>();
    }
};

} // namespace detail

} // namespace burin
