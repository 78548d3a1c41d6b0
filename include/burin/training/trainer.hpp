#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/diagnosis.hpp"
#include "burin/graph/execute.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/whole_samples.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/optimizers/optimizer.hpp"
#include "burin/schedules/schedule.hpp"
#include "burin/training/batch_in_parts.hpp"
#include "burin/training/constraints.hpp"
#include "burin/training/objective.hpp"
#include "burin/training/parts.hpp"
#include "burin/training/regularization.hpp"
#include "burin/training/run_traces.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace burin {

namespace fitting {

/// What `Trainer` tells nothing: for training without metrics.
struct NoMetrics {
    template <std::size_t Output, class Scalar>
    void operator()(std::integral_constant<std::size_t, Output>, const Scalar*, std::size_t) const noexcept {}
};

} // namespace fitting

/// Training, one step at a time: forward, loss, backward, update. Freestanding: no heap, no exceptions, no
/// system; it owns the gradients, the optimizer's state and the arena, and works on parameters that live
/// elsewhere.
///
/// `loss` and `optimizer` may be changed between steps, the learning rate for instance. Given the same
/// parameters, seed, step count and optimizer state, a step always gives the same bits. Within a step,
/// numbers too small to be normalized are 0 (on x86-64, where they take a hundred times as long).
///
/// A trainer is as large as its gradients, state and arena together (`training_bytes` says how large before
/// there is one): where that is much, `make_trainer` makes it on the heap. It and the parameters are one
/// thread's at a time.
///
/// With Workers, such as `parallel::Team`, which it is given to share its work with and which must outlive
/// it, a batch goes through the network in fixed parts (`fitting::parts_of`), each in an arena of its own:
/// the same bits at any number of threads, and other roundings than in one pass.
template <class Net, class Loss, class Optimizer, std::size_t Batch, class Scalar = float,
          class Workers = fitting::OneThread>
class Trainer : private core::DiagnosisOf<detail::ExaminedLoss<Net, Loss>> {
    static_assert(Batch > 0, "a batch holds at least one sample");

    static constexpr bool fits = fitting::loss_fits<Net, Loss>;
    using N = engine::Network<Net>;
    using PlanType =
        engine::Plan<typename N::Type, recipes::training.with(fitting::links_of<typename N::Type, Loss>)>;
    static constexpr bool has_workers = !std::is_same_v<Workers, fitting::OneThread>;
    static constexpr bool has_parts = [] {
        if constexpr (has_workers && fits)
            return fitting::parts_of<typename N::Type, Loss, Batch>.count > 1;
        else
            return false;
    }();

  public:
    using SamplesType = Samples<Net, Loss, Scalar>;
    static constexpr std::size_t batch_size = Batch;

    Loss loss;
    Optimizer optimizer;

    /// Trains `Parameters` or `TrainedParameters`, which must outlive the trainer. The seed is dropout's.
    explicit Trainer(engine::ParameterPointers<typename N::Type, Scalar> parameters, Loss loss_function = {},
                     Optimizer rule = {}, std::uint64_t seed = 0) noexcept
        requires(!has_workers)
        : loss(loss_function), optimizer(rule), parameters_(parameters), seed_(seed) {}

    explicit Trainer(engine::ParameterPointers<typename N::Type, Scalar> parameters, Loss loss_function,
                     Optimizer rule, std::uint64_t seed, Workers& workers) noexcept
        requires(has_workers)
        : loss(loss_function), optimizer(rule), parameters_(parameters), seed_(seed), workers_(&workers) {}

    /// One step on `samples.rows` ≤ Batch samples; of more only the first Batch count, and on none, or where
    /// inputs or targets are null, it is no step (see BURIN_ASSERT). Returns the sum of their weighted losses
    /// and of their weights before the update, and the penalty of `Regularized` weights.
    /// `metrics(output_index, outputs, rows)` sees each output (logits, where the loss wants them). A
    /// schedule sets the optimizer's learning rate first, to that of this step.
    template <class Metrics = fitting::NoMetrics, class Schedule = schedules::Unscheduled>
    losses::LossSum<Scalar> step(const SamplesType& samples, Metrics&& metrics = {},
                                 const Schedule& schedule = {}) noexcept {
        if (!are_there(samples))
            return {};
        const kernels::SubnormalsAreZero subnormals_are_zero;
        follow(schedule);
        ++steps_;
        traces_.before_first(samples.state);
        const losses::LossSum<Scalar> sum = compute_gradients(samples, metrics);
        traces_.after_first(parameters_.statistics, samples.state);
        if constexpr (has_workers)
            if (sweep_in_pieces())
                return sum;
        optimizers::apply<typename N::Type>(
            optimizer, parameters_.trained, gradients_.data(), state_.data(), steps_, [&]() noexcept {
                const fitting::OutputSums<Loss, Scalar> first = sums_;
                traces_.before_another(samples.state);
                losses::LossSum<Scalar> again = compute_gradients(samples, fitting::NoMetrics{});
                traces_.after_another(parameters_.statistics, samples.state);
                sums_ = first;
                // What is summed is not divided by its weight.
                if constexpr (N::output_count == 1)
                    if (fitting::Objective<Loss>::template get<0>(loss).reduction == losses::Reduction::sum)
                        again.weight = 1;
                return again;
            });
        fitting::constrain<typename N::Type>(parameters_.trained);
        return sum;
    }

    /// The same for a network of one input and one output: up to Batch whole samples and their targets. What
    /// has no target does not count.
    template <class Schedule = schedules::Unscheduled>
    losses::LossSum<Scalar> step(std::span<const Scalar> inputs,
                                 std::span<const typename SamplesType::template Target<0>> targets,
                                 const Schedule& schedule = {}) noexcept
        requires(N::input_count == 1 && N::output_count == 1)
    {
        SamplesType samples;
        samples.inputs = {inputs.data()};
        samples.targets = {targets.data()};
        samples.rows = detail::whole_samples<N::input_shapes[0].size(), Batch>(inputs.size());
        constexpr std::size_t targets_of_one =
            losses::target_size<fitting::LossAt<Loss, 0>>(N::output_shapes[0]);
        if constexpr (targets_of_one > 0) {
            BURIN_ASSERT(targets.size() / targets_of_one >= samples.rows,
                         "Trainer: expected the targets of each sample");
            samples.rows = std::min(samples.rows, targets.size() / targets_of_one);
        }
        return step(samples, fitting::NoMetrics{}, schedule);
    }

    /// A step without the update: afterwards `last_gradients()` are those of these samples.
    template <class Metrics = fitting::NoMetrics>
    losses::LossSum<Scalar> gradients(const SamplesType& samples, Metrics&& metrics = {}) noexcept {
        if (!are_there(samples))
            return {};
        const kernels::SubnormalsAreZero subnormals_are_zero;
        ++steps_;
        return compute_gradients(samples, metrics);
    }

    std::span<const Scalar> last_gradients() const noexcept { return gradients_.all(); }

    /// The loss of each output in the last step, without its weight and the penalty.
    const fitting::OutputSums<Loss, Scalar>& last_losses() const noexcept { return sums_; }

    /// Steps taken so far.
    std::uint64_t steps() const noexcept { return steps_; }

    /// What the optimizer remembers between steps; with `steps`, all that is needed to go on later.
    std::span<Scalar> optimizer_state() noexcept { return {state_.data(), state_size}; }
    std::span<const Scalar> optimizer_state() const noexcept { return {state_.data(), state_size}; }
    void resume(std::uint64_t steps) noexcept { steps_ = steps; }

  private:
    static constexpr std::size_t state_size = optimizers::state_size<Optimizer, typename N::Type>;

    template <class Schedule>
    void follow(const Schedule& schedule) noexcept {
        if constexpr (!std::is_same_v<Schedule, schedules::Unscheduled>) {
            optimizers::learning_rate(optimizer) = schedule(steps_);
            if constexpr (requires { schedule.momentum(steps_); })
                optimizers::set_momentum(optimizer, schedule.momentum(steps_));
        }
    }

    static bool are_there(const SamplesType& samples) noexcept {
        BURIN_ASSERT(samples.rows <= Batch, "Trainer: expected no more rows than its batch");
        bool all = samples.rows > 0;
        for (const Scalar* const input : samples.inputs)
            all = all && input != nullptr;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((all = all && (losses::target_size<fitting::LossAt<Loss, I>>(output_shape<Net, I>) == 0 ||
                            std::get<I>(samples.targets) != nullptr)),
             ...);
        }(std::make_index_sequence<fits ? fitting::Objective<Loss>::count : 0>{});
        BURIN_ASSERT(all, "Trainer: expected samples with all their inputs and targets");
        return all;
    }

    template <class Metrics>
    losses::LossSum<Scalar> compute_gradients(const SamplesType& samples, Metrics&& metrics) noexcept {
        engine::Frame<typename N::Type, Scalar> frame;
        frame.parameters = parameters_;
        frame.gradients = gradients_.data();
        frame.statistics = parameters_.statistics;
        frame.state = samples.state;
        frame.rows = std::min(samples.rows, Batch);
        frame.seed = seed_;
        frame.step = steps_;

        losses::LossSum<Scalar> total{};
        if constexpr (fits) {
            frame.inputs = samples.inputs;
            const auto lose = [&](auto output, const Scalar* outputs, Scalar* gradient,
                                  std::size_t rows) noexcept {
                metrics(output, outputs, rows);
                compute_loss<output.value>(samples, outputs, gradient, rows);
            };
            if constexpr (has_parts) {
                run_.run(*workers_, frame, lose);
            } else {
                frame.arena = run_.data();
                engine::execute<PlanType, Batch, Scalar>(frame, lose);
            }
            if constexpr (N::output_count == 1) {
                total = sums_[0];
            } else {
                total.weight = static_cast<Scalar>(frame.rows);
                total.total = fitting::reduce_outputs(loss, sums_) * total.weight;
            }
            total.penalty =
                fitting::weight_penalty<typename N::Type>(frame.parameters.trained, frame.gradients);
        }
        return total;
    }

    /// The update, shared by the workers where that pays and the optimizer's rule is one for each parameter.
    bool sweep_in_pieces() noexcept {
        constexpr std::size_t count = trained_count<Net>, piece = fitting::swept_at_a_time<Net>;
        if constexpr (optimizers::sweeps_in_pieces<Optimizer, typename N::Type, Scalar> &&
                      fitting::nanoseconds_of_sweep<Scalar>(count, 2 * Optimizer::state_vectors + 3) >=
                          fitting::least_shared_nanoseconds) {
            optimizers::update_in_pieces(optimizer, parameters_.trained, gradients_.data(), state_.data(),
                                         count, steps_, piece, *workers_);
            fitting::constrain<typename N::Type>(parameters_.trained);
            return true;
        }
        return false;
    }

    template <std::size_t Output>
    void compute_loss(const SamplesType& samples, const Scalar* outputs, Scalar* gradient,
                      std::size_t rows) noexcept {
        constexpr Shape shape = N::output_shapes[Output];
        const auto& function = fitting::Objective<Loss>::template get<Output>(loss);
        sums_[Output] = losses::value_and_gradient<shape>(
            function, outputs, std::get<Output>(samples.targets), samples.weights, gradient, rows);
        if constexpr (N::output_count > 1) {
            const auto weight = static_cast<Scalar>(fitting::Objective<Loss>::weight(loss, Output));
            const std::size_t count = rows * shape.size();
            if (weight == Scalar(0))
                std::fill_n(gradient, count, Scalar(0));
            else if (weight != Scalar(1))
                kernels::map<Scalar>(
                    count, gradient, [weight](auto g) { return g * decltype(g)(weight); }, gradient);
        }
    }

    detail::RunTraces<typename N::Type, Batch, Scalar, optimizers::asks_again<Optimizer>> traces_;
    engine::ParameterPointers<typename N::Type, Scalar> parameters_;
    std::uint64_t seed_;
    std::uint64_t steps_ = 0;
    fitting::OutputSums<Loss, Scalar> sums_{};
    Gradients<Net, Scalar> gradients_{};
    alignas(memory_alignment) std::array<Scalar, std::max<std::size_t>(state_size, 1)> state_{};
    using RunType =
        std::conditional_t<has_parts, detail::BatchInParts<PlanType, typename N::Type, Loss, Batch, Scalar>,
                           engine::Arena<PlanType, Batch, Scalar>>;
    RunType run_;
    [[no_unique_address]] std::conditional_t<has_workers, Workers*, fitting::OneThread> workers_{};
};

} // namespace burin
