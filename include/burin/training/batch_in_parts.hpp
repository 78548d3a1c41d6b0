#pragma once

#include "burin/graph/carried_state.hpp"
#include "burin/graph/execute.hpp"
#include "burin/graph/frame.hpp"
#include "burin/graph/operands.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/passes/node.hpp"
#include "burin/training/objective.hpp"
#include "burin/training/parts.hpp"
#include "burin/training/training_flops.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

namespace burin::detail {

/// Where a program has computed all that losses read, and where it has begun to go backward.
template <class PlanType>
struct Turn {
    static constexpr auto& program = PlanType::program;

    /// Behind the last loss.
    static constexpr std::size_t step = [] {
        std::size_t turn = 0;
        for (std::size_t s = 0; s < program.step_count; ++s)
            if (program.steps[s].kind == StepKind::loss)
                turn = s + 1;
        return turn;
    }();
    static constexpr bool is_clean = [] {
        for (std::size_t s = 0; s < step; ++s)
            if (program.steps[s].kind != StepKind::forward && program.steps[s].kind != StepKind::loss)
                return false;
        return true;
    }();
};

/// Gradients of a batch in fixed parts, each of which goes through the network by itself, in an arena and to
/// gradients of its own; in between the losses see all samples at once. The gradients of the parts are added
/// in their order. So it does not matter which worker does which part.
template <class PlanType, class Net, class Loss, std::size_t Batch, class Scalar>
class BatchInParts {
    using N = engine::Network<Net>;
    using FrameType = engine::Frame<typename N::Type, Scalar>;
    static constexpr fitting::Parts parts = fitting::parts_of<Net, Loss, Batch>;
    using Memory = Operands<PlanType, parts.rows, Scalar>;
    static constexpr auto& program = PlanType::program;
    static constexpr std::size_t turn = Turn<PlanType>::step;
    static_assert(Turn<PlanType>::is_clean, "a program that trains goes forward, then backward");

  public:
    /// The gradients are added up in `gradients`, which are those of the first part.
    /// `lose(output, outputs, gradient, rows)` computes a loss of all samples, as `engine::execute` asks for.
    template <class Workers, class LossStep>
    void run(Workers& workers, const FrameType& whole, const LossStep& lose) noexcept {
        const std::size_t used = (whole.rows + parts.rows - 1) / parts.rows;
        const auto for_each_part = [&](const auto& work) {
            if (used > 1 && fitting::nanoseconds_of(training_flops<Net, Loss> * whole.rows) >=
                                fitting::least_shared_nanoseconds)
                workers.for_each(used, work);
            else
                fitting::InTurn{}.for_each(used, work);
        };
        for_each_part([&](std::size_t part) { go_forward(frame_of(whole, part), part); });
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (lose(std::integral_constant<std::size_t, I>{}, std::get<I>(outputs_).data(),
                  std::get<I>(outputs_).data(), whole.rows),
             ...);
        }(std::make_index_sequence<N::output_count>{});
        for_each_part([&](std::size_t part) { go_backward(frame_of(whole, part)); });
        if (used > 1)
            add_up(workers, whole.gradients, used);
    }

  private:
    struct Part {
        engine::Arena<PlanType, parts.rows, Scalar> arena;
        CarriedState<Net, parts.rows, Scalar> state;
    };

    static constexpr auto empty_outputs() {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return std::tuple<std::array<Scalar, Batch * N::output_shapes[I].size()>...>{};
        }(std::make_index_sequence<N::output_count>{});
    }

    FrameType frame_of(const FrameType& whole, std::size_t part) noexcept {
        FrameType frame = whole;
        frame.first_row = part * parts.rows;
        frame.rows = std::min(parts.rows, whole.rows - frame.first_row);
        for (std::size_t i = 0; i < N::input_count; ++i)
            frame.inputs[i] += frame.first_row * N::input_shapes[i].size();
        frame.arena = parts_[part].arena.data();
        if (part > 0)
            frame.gradients = further_gradients_[part - 1].data();
        return frame;
    }

    template <std::size_t First, std::size_t... I, class LossStep>
    static void run_steps(const FrameType& frame, LossStep&& loss, std::index_sequence<I...>) noexcept {
        Execution<PlanType, parts.rows, Scalar, std::index_sequence<First + I...>>{}(frame, loss);
    }

    /// Of each part's outputs, to where all are.
    void go_forward(FrameType frame, std::size_t part) noexcept {
        Scalar* const carried = frame.state;
        if (N::state_count > 0 && carried != nullptr) {
            copy_state<false>(carried, frame, part);
            frame.state = parts_[part].state.data();
        }
        const auto keep = [&](auto output, const Scalar* values, Scalar*, std::size_t rows) noexcept {
            constexpr std::size_t size = N::output_shapes[output.value].size();
            std::copy_n(values, rows * size,
                        std::get<output.value>(outputs_).data() + frame.first_row * size);
        };
        run_steps<0>(frame, keep, std::make_index_sequence<turn>{});
        if (N::state_count > 0 && carried != nullptr)
            copy_state<true>(carried, frame, part);
    }

    void go_backward(const FrameType& frame) noexcept {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (put_gradient<I>(frame), ...);
        }(std::make_index_sequence<turn>{});
        run_steps<turn>(frame, NoLoss{}, std::make_index_sequence<program.step_count - turn>{});
    }

    /// The gradient that the loss of this step would have written.
    template <std::size_t StepIndex>
    void put_gradient(const FrameType& frame) noexcept {
        constexpr auto& step = program.steps[StepIndex];
        if constexpr (step.kind == StepKind::loss) {
            constexpr std::size_t size = N::output_shapes[step.which].size();
            Scalar* const gradient = Memory::template write<step[passes::Role::result]>(frame);
            if (gradient != nullptr)
                std::copy_n(std::get<step.which>(outputs_).data() + frame.first_row * size, frame.rows * size,
                            gradient);
        }
    }

    template <bool Back>
    void copy_state(Scalar* carried, const FrameType& frame, std::size_t part) noexcept {
        for (const passes::LoweredNode& node : N::graph.nodes) {
            Scalar* const whole = carried + node.state_offset * Batch + frame.first_row * node.state_count;
            Scalar* const own = parts_[part].state.data() + node.state_offset * parts.rows;
            const std::size_t count = frame.rows * node.state_count;
            if constexpr (Back)
                std::copy_n(own, count, whole);
            else
                std::copy_n(whole, count, own);
        }
    }

    /// In blocks that stay in the first-level cache.
    template <class Workers>
    void add_up(Workers& workers, Scalar* gradients, std::size_t used) noexcept {
        constexpr std::size_t count = trained_count<Net>, piece = fitting::swept_at_a_time<Net>, block = 1024,
                              pieces = (count + piece - 1) / piece;
        const auto add_piece = [&](std::size_t which) {
            const kernels::SubnormalsAreZero subnormals_are_zero;
            const std::size_t end = std::min(count, (which + 1) * piece);
            for (std::size_t first = which * piece; first < end; first += block) {
                Scalar* const sum = gradients + first;
                for (std::size_t part = 1; part < used; ++part)
                    kernels::map<Scalar>(
                        std::min(block, end - first), sum, [](auto a, auto b) { return a + b; },
                        static_cast<const Scalar*>(sum),
                        static_cast<const Scalar*>(further_gradients_[part - 1].data() + first));
            }
        };
        if (pieces > 1 &&
            fitting::nanoseconds_of_sweep<Scalar>(count, used + 1) >= fitting::least_shared_nanoseconds)
            workers.for_each(pieces, add_piece);
        else
            fitting::InTurn{}.for_each(pieces, add_piece);
    }

    std::array<Part, parts.count> parts_;
    std::array<Gradients<Net, Scalar>, parts.count - 1> further_gradients_;
    alignas(memory_alignment) decltype(empty_outputs()) outputs_;
};

} // namespace burin::detail
