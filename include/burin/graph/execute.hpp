#pragma once

#include "burin/core/random.hpp"
#include "burin/graph/epilogue.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/kernels/simd/subnormals.hpp"
#include "burin/kernels/simd/tiny.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/passes/program.hpp"
#include "burin/passes/traffic.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace burin {

/// What a run needs besides its plan: where the caller's data, the parameters and the arena are.
/// These may be stored in another type, if the plan widens them.
template <class Net, class Scalar, class Stored = Scalar>
struct Frame {
    std::array<const Scalar*, Network<Net>::input_count> inputs{};
    ParameterPointers<Net, const Stored> parameters{};
    Scalar* gradients = nullptr;
    Scalar* statistics = nullptr; ///< Where training updates them.
    Scalar* arena = nullptr;
    Scalar* state = nullptr; ///< What sequences carry from piece to piece; null if nothing.
    std::size_t rows = 0;
    std::uint64_t seed = 0;
    std::uint64_t step = 0; ///< Counts training steps, so that each draws numbers of its own.
};

namespace detail {

template <class PlanType, std::size_t Batch, class Scalar, class Stored = Scalar>
struct Execution {
    using N = typename PlanType::N;
    using Net = typename N::Type;
    using FrameType = Frame<Net, Scalar, Stored>;
    using Role = passes::Role;

    static constexpr auto& program = PlanType::program;
    static constexpr auto& memory = PlanType::template memory<Batch, Scalar>;

    /// The type of the epilogue that computes the nodes after Head up to Tail.
    template <std::size_t Head, std::size_t Tail, class... Later>
    static constexpr auto chain() {
        if constexpr (Tail == passes::none || Tail == Head)
            return Chain<Later...>{};
        else if constexpr (passes::is_view(*PlanType::graph.nodes[Tail].rules, PlanType::mode))
            return chain<Head, PlanType::graph.nodes[Tail].inputs[0], Later...>();
        else
            return chain<Head, PlanType::graph.nodes[Tail].inputs[0], OpAt<Net, Tail>, Later...>();
    }

    template <std::size_t NodeIndex>
    static constexpr auto signature() {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            constexpr auto& node = PlanType::graph.nodes[NodeIndex];
            return Signature<node.shape, PlanType::graph.nodes[node.inputs[I]].shape...>{};
        }(std::make_index_sequence<PlanType::graph.nodes[NodeIndex].input_count>{});
    }

    template <std::size_t Value>
    static const Scalar* read(const FrameType& frame) noexcept {
        if constexpr (Value == passes::none) {
            return nullptr;
        } else if constexpr (program.values[Value].is_external) {
            constexpr std::size_t index = [] {
                std::size_t externals = 0;
                for (std::size_t v = 0; v < Value; ++v)
                    externals += program.values[v].is_external;
                return externals;
            }();
            return frame.inputs[index];
        } else {
            return frame.arena + memory.offsets[PlanType::liveness.storage[Value]];
        }
    }

    template <std::size_t Value>
    static constexpr bool is_from_outside = [] {
        if constexpr (Value == passes::none)
            return false;
        else
            return program.values[Value].is_external;
    }();

    template <std::size_t Value>
    static Scalar* write(const FrameType& frame) noexcept {
        if constexpr (Value == passes::none)
            return nullptr;
        else
            return frame.arena + memory.offsets[PlanType::liveness.storage[Value]];
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

    template <std::size_t StepIndex, std::size_t... I>
    static std::array<const Scalar*, sizeof...(I)> read_inputs(const FrameType& frame,
                                                               std::index_sequence<I...>) noexcept {
        return {read<program.steps[StepIndex].input(I)>(frame)...};
    }

    template <std::size_t StepIndex, std::size_t... I>
    static std::array<Scalar*, sizeof...(I)> write_input_gradients(const FrameType& frame,
                                                                   std::index_sequence<I...>) noexcept {
        return {write<program.steps[StepIndex].input_gradient(I)>(frame)...};
    }

    template <std::size_t StepIndex, std::size_t... I>
    static constexpr std::array<bool, sizeof...(I)> wanted_gradients(std::index_sequence<I...>) {
        return {(program.steps[StepIndex].input_gradient(I) != passes::none)...};
    }

    /// Calls take as long as what such a program has to do for its only sample. (How much a compiler inlines
    /// by itself depends on the size of the program around it.)
    static constexpr bool is_brief = Batch == 1 && !passes::saves(PlanType::mode) && [] {
        std::size_t flops = 0;
        for (std::size_t s = 0; s < program.step_count; ++s)
            flops += passes::flops(program.steps[s], PlanType::graph.nodes);
        return program.step_count <= 16 && flops <= 8192;
    }();

    /// Whether to see to numbers that are too small. What that takes is as long as a brief run, which looks
    /// first whether there can be any: where no input and no state is tiny.
    [[gnu::always_inline]] static bool may_meet_subnormals(const FrameType& frame) noexcept {
        constexpr std::size_t most = 128;
        constexpr std::size_t count = [] {
            std::size_t sum = N::state_count;
            for (const Shape& shape : N::input_shapes)
                sum += shape.size();
            return sum;
        }();
        if constexpr (is_brief && count <= most)
            return [&]<std::size_t... I>(std::index_sequence<I...>) {
                return (kernels::have_tiny(frame.inputs[I], N::input_shapes[I].size()) || ...) ||
                       (frame.state != nullptr && kernels::have_tiny(frame.state, N::state_count));
            }(std::make_index_sequence<N::input_count>{});
        else
            return true;
    }

    static constexpr std::size_t rows(const FrameType& frame) noexcept { return is_brief ? 1 : frame.rows; }

    static constexpr std::uint64_t position(const FrameType& frame) noexcept { return frame.step << 32; }

    template <std::size_t NodeIndex>
    static constexpr RandomStream stream(const FrameType& frame) noexcept {
        return {frame.seed, Purpose::dropout, static_cast<std::uint32_t>(NodeIndex)};
    }

    template <class LossStep, class Observer>
    static void run(const FrameType& frame, LossStep& loss, Observer& observer) noexcept {
        run_inlined(frame, loss, observer);
    }

    template <class LossStep, class Observer>
    [[gnu::always_inline]] static void run_inlined(const FrameType& frame, LossStep& loss,
                                                   Observer& observer) noexcept {
        run_steps(frame, loss, observer, std::make_index_sequence<program.step_count>{});
    }

  private:
    template <class LossStep, class Observer, std::size_t... I>
    [[gnu::always_inline]] static void run_steps(const FrameType& frame, LossStep& loss, Observer& observer,
                                                 std::index_sequence<I...>) noexcept {
        // Not a fold: compilers limit the depth of an expression, and a program may have hundreds of steps.
        const int in_order[] = {0, (run_step<I>(frame, loss), observer.template after<I>(frame), 0)...};
        static_cast<void>(in_order);
    }

    template <std::size_t StepIndex, class LossStep>
    [[gnu::always_inline]] static void run_step(const FrameType& frame, LossStep& loss) noexcept {
        if constexpr (is_brief)
            run_step_inlined<StepIndex>(frame, loss);
        else
            run_step_called<StepIndex>(frame, loss);
    }

    template <std::size_t StepIndex, class LossStep>
    static void run_step_called(const FrameType& frame, LossStep& loss) noexcept {
        // Of a loop in which one pointer into the arena is computed from another g++ 12 believes that it ends
        // in an access to address 0, and leaves out calls of the function. Not of one that has such a
        // statement.
        asm volatile("" ::: "memory");
        run_step_inlined<StepIndex>(frame, loss);
    }

    template <std::size_t StepIndex, class LossStep>
    [[gnu::always_inline]] static void run_step_inlined(const FrameType& frame, LossStep& loss) noexcept {
        constexpr auto& step = program.steps[StepIndex];
        constexpr auto& node = PlanType::graph.nodes[step.node];
        using Op = OpAt<Net, step.node>;
        using Shapes = decltype(signature<step.node>());
        constexpr auto inputs = std::make_index_sequence<node.input_count>{};

        if constexpr (step.kind == passes::StepKind::forward) {
            using Epilogue = decltype(chain<step.node, step.epilogue>());
            constexpr bool widens_itself = !std::is_same_v<Stored, Scalar> && WidensParameters<Op>;
            using Run = ForwardContext<Scalar, Shapes, PlanType::mode, Epilogue, node.is_frozen,
                                       std::conditional_t<widens_itself, Stored, Scalar>,
                                       is_from_outside<step.input(0)>>;
            Run run;
            run.inputs = read_inputs<StepIndex>(frame, inputs);
            if constexpr (std::is_same_v<Stored, Scalar> || widens_itself) {
                run.parameters = parameters<step.node>(frame);
                run.widened = write<step[Role::widened]>(frame);
            } else if constexpr (step[Role::widened] != passes::none) {
                Scalar* const widened = write<step[Role::widened]>(frame);
                std::copy_n(parameters<step.node>(frame), node.parameter_count, widened);
                std::copy_n(statistics<step.node>(frame), node.statistics_count,
                            widened + node.parameter_count);
                run.parameters = widened;
            }
            if constexpr (node.statistics_count > 0) {
                if constexpr (!std::is_same_v<Stored, Scalar>)
                    run.statistics = run.parameters + node.parameter_count;
                else if constexpr (std::is_const_v<typename Run::Statistics>)
                    run.statistics = statistics<step.node>(frame);
                else
                    run.statistics = frame.statistics + (node.statistics_offset - N::parameter_count);
            }
            run.output = write<step[Role::result]>(frame);
            run.saved = write<step[Role::keeps]>(frame);
            run.scratch = write<step[Role::scratch]>(frame);
            if constexpr (node.state_count > 0)
                if (PlanType::mode == Mode::streaming || frame.state != nullptr)
                    run.state = frame.state + node.state_offset * Batch;
            run.rows = rows(frame);
            run.random = stream<step.node>(frame);
            run.position = position(frame);
            Op::forward(run);
        } else if constexpr (step.kind == passes::StepKind::loss) {
            loss(std::integral_constant<std::size_t, step.which>{}, read<step[Role::output]>(frame),
                 write<step[Role::result]>(frame), rows(frame));
        } else if constexpr (step.kind == passes::StepKind::backward_parameters) {
            ParameterGradientContext<Scalar, Shapes, step.adds> run;
            run.inputs = read_inputs<StepIndex>(frame, inputs);
            run.parameters = parameters<step.node>(frame);
            run.output = read<step[Role::output]>(frame);
            run.output_gradient = read<step[Role::output_gradient]>(frame);
            run.saved = read<step[Role::kept]>(frame);
            run.gradients = frame.gradients + node.parameter_offset;
            run.scratch = write<step[Role::scratch]>(frame);
            run.rows = rows(frame);
            Op::backward_parameters(run);
        } else if constexpr (step.kind == passes::StepKind::backward) {
            constexpr auto wanted = wanted_gradients<StepIndex>(inputs);
            GradientContext<Scalar, Shapes, step.trains, step.adds,
                            node.is_frozen || PlanType::mode == Mode::explaining, wanted, PlanType::mode>
                run;
            run.inputs = read_inputs<StepIndex>(frame, inputs);
            run.parameters = parameters<step.node>(frame);
            run.statistics = statistics<step.node>(frame);
            run.output = read<step[Role::output]>(frame);
            run.output_gradient = read<step[Role::output_gradient]>(frame);
            run.saved = read<step[Role::kept]>(frame);
            if constexpr (step.trains)
                run.gradients = frame.gradients + node.parameter_offset;
            run.input_gradients = write_input_gradients<StepIndex>(frame, inputs);
            run.scratch = write<step[Role::scratch]>(frame);
            run.rows = rows(frame);
            run.random = stream<step.node>(frame);
            run.position = position(frame);
            Op::backward(run);
        } else if constexpr (step.kind == passes::StepKind::backward_input) {
            using Derivative = typename decltype([] {
                if constexpr (step.epilogue == passes::none)
                    return std::type_identity<NoActivation>{};
                else
                    return std::type_identity<DerivativeOf<OpAt<Net, step.epilogue>>>{};
            }())::type;
            InputGradientContext<Scalar, Shapes, Derivative> run;
            run.inputs = read_inputs<StepIndex>(frame, inputs);
            run.parameters = parameters<step.node>(frame);
            run.output = read<step[Role::output]>(frame);
            run.output_gradient = read<step[Role::output_gradient]>(frame);
            run.saved = read<step[Role::kept]>(frame);
            if constexpr (step.epilogue != passes::none)
                run.activated = read<step.input(step.which)>(frame);
            run.input_gradient = write<step[Role::result]>(frame);
            run.scratch = write<step[Role::scratch]>(frame);
            run.rows = rows(frame);
            run.random = stream<step.node>(frame);
            run.position = position(frame);
            Op::template backward_input<step.which>(run);
        } else {
            kernels::map<Scalar>(
                node.shape.size() * rows(frame), write<step[Role::result]>(frame),
                [](auto a, auto b) { return a + b; }, read<step[Role::output_gradient]>(frame),
                read<step[Role::summand]>(frame));
        }
    }
};

/// The loss of a run that computes none.
struct NoLoss {
    template <std::size_t Output, class Scalar>
    void operator()(std::integral_constant<std::size_t, Output>, const Scalar*, Scalar*,
                    std::size_t) const noexcept {}
};

struct NoObserver {
    template <std::size_t StepIndex, class FrameType>
    void after(const FrameType&) const noexcept {}
};

} // namespace detail

/// Runs the steps of a plan, in order: one kernel call a step, every extent and offset a constant.
/// `loss(output_index, outputs, gradient, rows)` is called where the program has a loss.
/// `observer.after<step>(frame)` is called after each step; tests look into the arena with it.
/// Numbers too small to be normalized are 0 in all of it (on x86-64, where they take a hundred times as
/// long); in a brief run, only where an input or a state is tiny: else none come about unless parameters are
/// tiny, too.
template <class PlanType, std::size_t Batch, class Scalar, class Stored, class LossStep = detail::NoLoss,
          class Observer = detail::NoObserver>
[[gnu::always_inline]] inline void execute(const Frame<typename PlanType::N::Type, Scalar, Stored>& frame,
                                           LossStep&& loss = {}, Observer&& observer = {}) noexcept {
    using Run = detail::Execution<PlanType, Batch, Scalar, Stored>;
    const kernels::SubnormalsAreZero subnormals_are_zero(Run::may_meet_subnormals(frame));
    if constexpr (Run::is_brief)
        Run::run_inlined(frame, loss, observer);
    else
        Run::run(frame, loss, observer);
}

/// Where the results of a run are: in the arena, or in the caller's memory for an output that is an input.
template <class PlanType, std::size_t Batch, class Scalar, std::size_t Output = 0, class Stored = Scalar>
const Scalar* output_of(const Frame<typename PlanType::N::Type, Scalar, Stored>& frame) noexcept {
    return detail::Execution<PlanType, Batch, Scalar,
                             Stored>::template read<PlanType::program.outputs[Output]>(frame);
}

/// All of them.
template <class PlanType, std::size_t Batch, class Scalar, class Stored>
auto outputs_of(const Frame<typename PlanType::N::Type, Scalar, Stored>& frame) noexcept {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<const Scalar*, sizeof...(I)>{output_of<PlanType, Batch, Scalar, I>(frame)...};
    }(std::make_index_sequence<PlanType::N::output_count>{});
}

} // namespace burin
