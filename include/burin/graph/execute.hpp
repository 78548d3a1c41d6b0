#pragma once

#include "burin/graph/brief_run.hpp"
#include "burin/graph/frame.hpp"
#include "burin/graph/operands.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/step_runner.hpp"
#include "burin/kernels/simd/subnormals.hpp"

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace burin {

namespace detail {

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

/// What `engine::execute` does.
template <class PlanType, std::size_t Batch, class Scalar,
          class Steps = std::make_index_sequence<PlanType::program.step_count>>
struct Execution;

template <class PlanType, std::size_t Batch, class Scalar, std::size_t... I>
struct Execution<PlanType, Batch, Scalar, std::index_sequence<I...>> {
    template <class Stored, class LossStep = NoLoss, class Observer = NoObserver>
    [[gnu::always_inline]] void
    operator()(const engine::Frame<typename PlanType::N::Type, Scalar, Stored>& frame, LossStep&& loss = {},
               Observer&& observer = {}) const noexcept {
        using Runner = StepRunner<PlanType, Batch, Scalar, Stored>;
        const kernels::SubnormalsAreZero subnormals_are_zero(may_meet_subnormals<PlanType, Batch>(frame));
        if constexpr (!is_brief<PlanType, Batch>) {
            frame.for_each_object([](const void* object) __attribute__((always_inline)) {
                kernels::SubnormalsAreZero::bind(object);
            });
        }
        // Not folds: compilers limit the depth of an expression, and a program may have hundreds of steps.
        if constexpr (is_brief<PlanType, Batch>) {
            // Forward steps only, in the place of the call.
            const int in_order[] = {
                0, (Runner::template forward<I>(frame), observer.template after<I>(frame), 0)...};
            static_cast<void>(in_order);
        } else {
            const int in_order[] = {
                0, (Runner::template step<I>(frame, loss), observer.template after<I>(frame), 0)...};
            static_cast<void>(in_order);
        }
    }
};

} // namespace detail

namespace engine {

/// `execute<PlanType, Batch, Scalar>(frame, loss, observer)` runs the steps of a plan, in order: one kernel
/// call a step, every extent and offset a constant.
/// `loss(output_index, outputs, gradient, rows)` is called where the program has a loss.
/// `observer.after<step>(frame)` is called after each step; tests look into the arena with it.
/// Numbers too small to be normalized are 0 in all of it (on x86-64, where they take a hundred times as
/// long); in a brief run, only where an input or a state is tiny. Else what comes about between layers (SiLU
/// of −92, a small gate times a small cell) stays as small as it is.
template <class PlanType, std::size_t Batch, class Scalar>
inline constexpr detail::Execution<PlanType, Batch, Scalar> execute{};

/// Where the results of a run are: in the arena, or in the caller's memory for an output that is an input.
template <class PlanType, std::size_t Batch, class Scalar, std::size_t Output = 0, class Stored = Scalar>
const Scalar* output_of(const Frame<typename PlanType::N::Type, Scalar, Stored>& frame) noexcept {
    using Memory = detail::Operands<PlanType, Batch, Scalar, Stored>;
    return Memory::template read<PlanType::program.outputs[Output]>(frame);
}

/// All of them.
template <class PlanType, std::size_t Batch, class Scalar, class Stored>
auto outputs_of(const Frame<typename PlanType::N::Type, Scalar, Stored>& frame) noexcept {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<const Scalar*, sizeof...(I)>{output_of<PlanType, Batch, Scalar, I>(frame)...};
    }(std::make_index_sequence<PlanType::N::output_count>{});
}

/// What a step gave, for an observer of it.
template <class PlanType, std::size_t Batch, class Scalar, std::size_t StepIndex, class Stored>
const Scalar* result_of(const Frame<typename PlanType::N::Type, Scalar, Stored>& frame) noexcept {
    using Memory = detail::Operands<PlanType, Batch, Scalar, Stored>;
    return Memory::template read<PlanType::program.steps[StepIndex][passes::Role::result]>(frame);
}

} // namespace engine

} // namespace burin
