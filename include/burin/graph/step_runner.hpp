#pragma once

#include "burin/core/half.hpp"
#include "burin/core/random.hpp"
#include "burin/graph/brief_run.hpp"
#include "burin/graph/epilogue.hpp"
#include "burin/graph/frame.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/op.hpp"
#include "burin/graph/operands.hpp"
#include "burin/graph/recipe.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/program.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace burin::detail {

/// Runs the steps of a plan: each is one call of a layer's rule, with a context that has what the rule reads
/// and writes. How depends on the numbers that the plan's program computes with; this one is for real
/// numbers.
template <class PlanType, std::size_t Batch, class Scalar, class Stored>
struct StepRunner {
    using Memory = Operands<PlanType, Batch, Scalar, Stored>;
    using FrameType = typename Memory::FrameType;
    using N = typename PlanType::N;
    using Net = typename N::Type;
    using Role = passes::Role;

    static constexpr auto& program = PlanType::program;

    /// Of forward steps. Batches of training are nearly always whole; others may be of any size.
    static constexpr std::size_t most_rows = PlanType::mode == Mode::training || Batch == 1 ? Batch : 0;

    template <std::size_t StepIndex>
    using OpOf = engine::OpAt<Net, program.steps[StepIndex].node>;

    /// Runs one step.
    template <std::size_t StepIndex, class LossStep>
    static void step(const FrameType& frame, LossStep& loss) noexcept {
        // Of a loop in which one pointer into the arena is computed from another g++ 12 believes that it ends
        // in an access to address 0, and leaves out calls of the function. Not of one that has such a
        // statement.
        asm volatile("" ::: "memory");
        constexpr auto& step = program.steps[StepIndex];
        using Op = OpOf<StepIndex>;
        if constexpr (step.kind == StepKind::forward)
            forward<StepIndex>(frame);
        else if constexpr (step.kind == StepKind::loss)
            loss(std::integral_constant<std::size_t, step.which>{},
                 Memory::template read<step[Role::output]>(frame),
                 Memory::template write<step[Role::result]>(frame), rows(frame));
        else if constexpr (step.kind == StepKind::backward_parameters)
            Op::backward_parameters(parameter_gradient_context<StepIndex>(frame));
        else if constexpr (step.kind == StepKind::backward)
            Op::backward(gradient_context<StepIndex>(frame));
        else if constexpr (step.kind == StepKind::backward_input)
            Op::template backward_input<step.which>(input_gradient_context<StepIndex>(frame));
        else
            kernels::map<Scalar>(
                PlanType::graph.nodes[step.node].shape.size() * rows(frame),
                Memory::template write<step[Role::result]>(frame), [](auto a, auto b) { return a + b; },
                Memory::template read<step[Role::output_gradient]>(frame),
                Memory::template read<step[Role::summand]>(frame));
    }

    /// Runs a forward step.
    template <std::size_t StepIndex>
    [[gnu::always_inline]] static void forward(const FrameType& frame) noexcept {
        constexpr auto& step = program.steps[StepIndex];
        if constexpr (step.then == passes::none)
            OpOf<StepIndex>::forward(forward_context<StepIndex, step.node, step.epilogue>(frame));
        else
            strips<StepIndex>(frame);
    }

  private:
    /// Strip by strip: the lines of the first layer, then what the second makes of them. From the last one
    /// back where the result lies over the input, behind it.
    template <std::size_t StepIndex>
    [[gnu::always_inline]] static void strips(const FrameType& frame) noexcept {
        constexpr auto& step = program.steps[StepIndex];
        constexpr Shape between = PlanType::graph.nodes[step.node].shape,
                        result = PlanType::graph.nodes[step.then].shape;
        constexpr std::size_t height = between[0], pixels = between.size() / between.last() / height;
        constexpr std::size_t of_sample = (height + step.lines - 1) / step.lines;
        constexpr bool is_backward = Memory::template begins_first<step.input(0), step[Role::result]>;
        auto first = forward_context<StepIndex, step.node, step.epilogue>(frame);
        auto second = forward_context<StepIndex, step.then, step.then_epilogue>(frame);
        Scalar* const output = second.output;
        const Scalar* const summand = second.summand;
        first.output = first.scratch;
        second.inputs[0] = first.scratch;
        const std::size_t count = rows(frame) * of_sample;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = is_backward ? count - 1 - i : i, sample = at / of_sample,
                              line = at % of_sample * step.lines;
            const std::size_t lines = std::min(step.lines, height - line);
            OpOf<StepIndex>::forward_lines(first, sample, line, lines);
            const std::size_t done = sample * result.size() + line * pixels * result.last();
            second.output = output + done;
            if constexpr (step[Role::summand] != passes::none)
                second.summand = summand + done;
            engine::OpAt<Net, step.then>::forward_pixels(second, lines * pixels);
        }
    }

    /// Of one of the nodes that a forward step computes, and what is fused behind it up to `Tail`.
    template <std::size_t StepIndex, std::size_t NodeIndex, std::size_t Tail>
    [[gnu::always_inline]] static auto forward_context(const FrameType& frame) noexcept {
        constexpr auto& step = program.steps[StepIndex];
        constexpr auto& node = PlanType::graph.nodes[NodeIndex];
        using Op = engine::OpAt<Net, NodeIndex>;
        using Shapes = decltype(engine::node_signature<PlanType, NodeIndex>());
        constexpr auto inputs = std::make_index_sequence<node.input_count>{};
        using Epilogue = decltype(chain<NodeIndex, Tail>());
        constexpr bool widens_itself = !std::is_same_v<Stored, Scalar> && WidensParameters<Op>;
        using Run = ForwardContext<
            Scalar, Shapes, PlanType::mode, Epilogue, node.is_frozen,
            std::conditional_t<widens_itself, Stored, Scalar>,
            Memory::template is_from_outside<NodeIndex == step.then ? passes::none : step.input(0)>,
            most_rows>;
        Run run;
        run.inputs = Memory::template read_inputs<StepIndex>(frame, inputs);
        if constexpr (std::is_same_v<Stored, Scalar> || widens_itself) {
            run.parameters = parameters<NodeIndex>(frame);
            run.widened = Memory::template write<step[Role::widened]>(frame);
        } else if constexpr (step[Role::widened] != passes::none) {
            Scalar* const widened = Memory::template write<step[Role::widened]>(frame);
            std::copy_n(parameters<NodeIndex>(frame), node.parameter_count, widened);
            std::copy_n(statistics<NodeIndex>(frame), node.statistics_count, widened + node.parameter_count);
            run.parameters = widened;
        }
        if constexpr (node.statistics_count > 0) {
            if constexpr (!std::is_same_v<Stored, Scalar>)
                run.statistics = run.parameters + node.parameter_count;
            else if constexpr (std::is_const_v<typename Run::Statistics>)
                run.statistics = statistics<NodeIndex>(frame);
            else
                run.statistics = frame.statistics + (node.statistics_offset - N::parameter_count);
        }
        if constexpr (step[Role::summand] != passes::none)
            run.summand = Memory::template read<step[Role::summand]>(frame);
        run.output = Memory::template write<step[Role::result]>(frame);
        run.saved = Memory::template write<step[Role::saves]>(frame);
        run.scratch = Memory::template write<step[Role::scratch]>(frame);
        if constexpr (node.state_count > 0)
            if (PlanType::mode == Mode::streaming || frame.state != nullptr)
                run.state = frame.state + node.state_offset * Batch;
        run.rows = rows(frame);
        run.random = stream<NodeIndex>(frame);
        run.position = position<NodeIndex>(frame);
        return run;
    }

    /// What every backward rule reads, its scratch and, where it may draw numbers, where they come from.
    template <std::size_t StepIndex>
    [[gnu::always_inline]] static void fill_backward(auto& run, const FrameType& frame) noexcept {
        constexpr auto& step = program.steps[StepIndex];
        constexpr auto inputs = std::make_index_sequence<PlanType::graph.nodes[step.node].input_count>{};
        run.inputs = Memory::template read_inputs<StepIndex>(frame, inputs);
        run.parameters = parameters<step.node>(frame);
        run.output = Memory::template read<step[Role::output]>(frame);
        run.output_gradient = Memory::template read<step[Role::output_gradient]>(frame);
        run.saved = Memory::template read<step[Role::saved]>(frame);
        run.scratch = Memory::template write<step[Role::scratch]>(frame);
        run.rows = rows(frame);
        if constexpr (requires { run.random; }) {
            run.random = stream<step.node>(frame);
            run.position = position<step.node>(frame);
        }
    }

    template <std::size_t StepIndex>
    [[gnu::always_inline]] static auto parameter_gradient_context(const FrameType& frame) noexcept {
        constexpr auto& step = program.steps[StepIndex];
        constexpr auto& node = PlanType::graph.nodes[step.node];
        using Shapes = decltype(engine::node_signature<PlanType, step.node>());
        ParameterGradientContext<Scalar, Shapes, step.adds, Batch> run;
        fill_backward<StepIndex>(run, frame);
        run.gradients = frame.gradients + node.parameter_offset;
        return run;
    }

    template <std::size_t StepIndex>
    [[gnu::always_inline]] static auto gradient_context(const FrameType& frame) noexcept {
        constexpr auto& step = program.steps[StepIndex];
        constexpr auto& node = PlanType::graph.nodes[step.node];
        using Shapes = decltype(engine::node_signature<PlanType, step.node>());
        constexpr auto inputs = std::make_index_sequence<node.input_count>{};
        constexpr auto wanted = Memory::template wanted_gradients<StepIndex>(inputs);
        GradientContext<Scalar, Shapes, step.trains, step.adds,
                        node.is_frozen || PlanType::mode == Mode::explaining, wanted, PlanType::mode, Batch>
            run;
        fill_backward<StepIndex>(run, frame);
        run.statistics = statistics<step.node>(frame);
        if constexpr (step.trains)
            run.gradients = frame.gradients + node.parameter_offset;
        run.input_gradients = Memory::template write_input_gradients<StepIndex>(frame, inputs);
        return run;
    }

    template <std::size_t StepIndex>
    [[gnu::always_inline]] static auto input_gradient_context(const FrameType& frame) noexcept {
        constexpr auto& step = program.steps[StepIndex];
        using Shapes = decltype(engine::node_signature<PlanType, step.node>());
        using Derivative = typename decltype([] {
            if constexpr (step.epilogue == passes::none)
                return std::type_identity<engine::NoActivation>{};
            else
                return std::type_identity<engine::DerivativeOf<engine::OpAt<Net, step.epilogue>>>{};
        }())::type;
        InputGradientContext<Scalar, Shapes, Derivative, Batch> run;
        fill_backward<StepIndex>(run, frame);
        if constexpr (step.epilogue != passes::none)
            run.activated = Memory::template read<step.input(step.which)>(frame);
        run.input_gradient = Memory::template write<step[Role::result]>(frame);
        return run;
    }

    /// The type of the epilogue that computes the nodes after Head up to Tail.
    template <std::size_t Head, std::size_t Tail, class... Later>
    static constexpr auto chain() {
        if constexpr (Tail == passes::none || Tail == Head)
            return engine::Chain<Later...>{};
        else if constexpr (passes::is_view(*PlanType::graph.nodes[Tail].rules, PlanType::mode))
            return chain<Head, PlanType::graph.nodes[Tail].inputs[0], Later...>();
        else if constexpr (PlanType::graph.nodes[Tail].rules->traits.is_sum)
            return engine::SumChain<
                decltype(chain<Head, passes::chained_input(PlanType::graph.nodes[Tail])>()),
                engine::Chain<Later...>>{};
        else
            return chain<Head, PlanType::graph.nodes[Tail].inputs[0], engine::OpAt<Net, Tail>, Later...>();
    }

    template <std::size_t NodeIndex>
    static const Stored* parameters(const FrameType& frame) noexcept {
        constexpr auto& node = PlanType::graph.nodes[NodeIndex];
        if constexpr (node.parameter_count > 0 && node.is_frozen)
            return frame.parameters.frozen + (node.parameter_offset - N::trained_count);
        else
            return frame.parameters.trained + node.parameter_offset;
    }

    template <std::size_t NodeIndex>
    static const Stored* statistics(const FrameType& frame) noexcept {
        constexpr auto& node = PlanType::graph.nodes[NodeIndex];
        if constexpr (node.statistics_count == 0)
            return nullptr;
        else if constexpr (node.is_frozen)
            return frame.parameters.frozen + (node.statistics_offset - N::trained_count);
        else
            return frame.parameters.statistics + (node.statistics_offset - N::parameter_count);
    }

    static constexpr std::size_t rows(const FrameType& frame) noexcept {
        return is_brief<PlanType, Batch> ? 1 : frame.rows;
    }

    /// A part of a batch draws the numbers that its samples have in the whole.
    template <std::size_t NodeIndex>
    static constexpr std::uint64_t position(const FrameType& frame) noexcept {
        constexpr auto& node = PlanType::graph.nodes[NodeIndex];
        using Op = engine::OpAt<Net, NodeIndex>;
        constexpr std::size_t drawn = [] {
            if constexpr (TellsDrawn<Op>)
                return Op::drawn(decltype(engine::node_signature<PlanType, NodeIndex>())::inputs);
            else
                return node.shape.size();
        }();
        return (frame.step << 32) + frame.first_row * drawn;
    }

    template <std::size_t NodeIndex>
    static constexpr RandomStream stream(const FrameType& frame) noexcept {
        return {frame.seed, Purpose::dropout, static_cast<std::uint32_t>(NodeIndex)};
    }
};

} // namespace burin::detail
