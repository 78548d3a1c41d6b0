#pragma once

#include "burin/graph/network.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/optimizer.hpp"
#include "burin/optimizers/strong_wolfe.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace burin::optimizers {

/// How far L-BFGS goes in the direction that it has found.
enum class LineSearch {
    none,         ///< As far as the learning rate says.
    strong_wolfe, ///< To where the strong Wolfe conditions hold.
};

/// L-BFGS: Newton's method, with the curvature learned from the last `History` steps. For full batches of few
/// parameters, which it brings to a minimum in few evaluations; a loss that changes from call to call, by
/// dropout or by small batches, misleads it.
///
///     fit(model, data, Fit{.optimizer = LBFGS<10, LineSearch::strong_wolfe>{}, .batch_size = batch<150>});
///
/// A step of the trainer makes up to max_iterations steps of its own and evaluates the gradients of the same
/// samples up to max_evaluations times; with a line search once more, since it begins with the loss. It is
/// over early where the largest gradient is at most tolerance_gradient, or where the parameters and the loss
/// change by less than tolerance_change. Liu and Nocedal, 1989, in PyTorch's form and with its defaults, but
/// its history, which is 100 there. Deterministic; all that it knows is in the optimizer's state.
///
/// Clipped gradients tell wrong curvatures, but may help over a wild beginning; `gradients` are clipped, and
/// the decay added, in their place. It minimizes all parameters together, so `ParameterGroups` can't split
/// it.
template <std::size_t History = 10, LineSearch Search = LineSearch::none>
struct LBFGS {
    static_assert(History > 0, "L-BFGS remembers one step at least");

    double learning_rate = 1; ///< How far a step goes, or where a line search begins.
    unsigned max_iterations = 20;
    unsigned max_evaluations = 0; ///< 0: 5 for every 4 iterations.
    double tolerance_gradient = 1e-7;
    double tolerance_change = 1e-9;
    double weight_decay = 0; ///< L2: weight_decay · parameter is added to the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr bool asks_again = true;

    /// The direction and the gradients of the last step, the history of both, and for a line search where it
    /// began and the gradients at both ends.
    static constexpr std::size_t state_vectors = 2 + 2 * History + (Search == LineSearch::none ? 0 : 3);
    template <class Net>
    static constexpr std::size_t extra_state = 5 + History;

    /// Updates all trained parameters. `state` holds state_vectors · trained_count + extra_state numbers that
    /// are 0 before the first step. `again()` computes the gradients at the parameters and returns the loss.
    template <class Net, class Scalar, class Again>
    void update_network(Scalar* parameters, Scalar* gradients, Scalar* state, std::uint64_t,
                        Again&& again) const noexcept {
        constexpr std::size_t count = trained_count<Net>;
        const detail::GradientTreatment treatment{clip_value, clip_norm, weight_decay};
        const auto evaluate = [&] {
            const auto sum = again();
            double loss = static_cast<double>(sum.total) / static_cast<double>(sum.weight) +
                          static_cast<double>(sum.penalty);
            if (weight_decay != 0)
                loss += weight_decay / 2 * Run<Scalar>::dot(count, parameters, parameters);
            detail::treat(treatment, parameters, gradients, count);
            return loss;
        };
        double loss = std::numeric_limits<double>::quiet_NaN();
        if constexpr (Search == LineSearch::none)
            detail::treat(treatment, parameters, gradients, count);
        else
            loss = evaluate();
        Run<Scalar>(*this, parameters, gradients, state, count).minimize(loss, evaluate);
    }

  private:
    template <class Scalar>
    class Run {
        using Vector = kernels::Vector<Scalar>;

      public:
        Run(const LBFGS& options, Scalar* parameters, Scalar* gradients, Scalar* state,
            std::size_t count) noexcept
            : options_(options), parameters_(parameters), gradients_(gradients), count_(count),
              direction_(state), last_gradients_(state + count), changes_(state + 2 * count),
              steps_(changes_ + History * count), line_(steps_ + History * count),
              numbers_(state + state_vectors * count) {}

        template <class Evaluate>
        void minimize(double loss, const Evaluate& evaluate) const noexcept {
            unsigned evaluations = 1;
            const unsigned most = options_.max_evaluations > 0
                                      ? options_.max_evaluations
                                      : options_.max_iterations + options_.max_iterations / 4;
            bool is_optimal = largest(gradients_) <= options_.tolerance_gradient;
            for (unsigned iteration = 1; iteration <= options_.max_iterations && !is_optimal; ++iteration) {
                const bool is_first = numbers_[begun] == Scalar(0);
                if (!is_first)
                    remember_step();
                find_direction();
                std::copy_n(gradients_, count_, last_gradients_);
                numbers_[begun] = 1;
                double t = options_.learning_rate;
                if (is_first)
                    t *= std::min(
                        1.0, 1 / static_cast<double>(kernels::sum<Scalar>(
                                     count_, [](const Vector& g) { return kernels::abs(g); }, gradients_)));
                numbers_[length] = static_cast<Scalar>(t);

                const LinePoint start{0, loss, dot(count_, gradients_, direction_)};
                if (start.slope > -options_.tolerance_change)
                    return;
                if constexpr (Search == LineSearch::none) {
                    add(parameters_, t, direction_);
                    if (iteration == options_.max_iterations)
                        return;
                    loss = evaluate();
                    ++evaluations;
                } else {
                    loss =
                        search(start, t, most > evaluations ? most - evaluations : 0, evaluations, evaluate);
                }
                is_optimal = largest(gradients_) <= options_.tolerance_gradient || evaluations >= most ||
                             static_cast<double>(numbers_[length]) * largest(direction_) <=
                                 options_.tolerance_change ||
                             std::abs(loss - start.loss) < options_.tolerance_change;
            }
        }

        static double dot(std::size_t count, const Scalar* a, const Scalar* b) noexcept {
            return static_cast<double>(
                kernels::sum<Scalar>(count, [](const Vector& x, const Vector& y) { return x * y; }, a, b));
        }

      private:
        using LinePoint = detail::LinePoint;

        // Where a number is among those behind the vectors.
        static constexpr std::size_t length = 0, curvature = 1, stored = 2, oldest = 3, begun = 4,
                                     weights = 5;

        /// How many pairs there are, and the slot of the oldest.
        std::size_t pair_count() const noexcept {
            return static_cast<std::size_t>(detail::count_in(numbers_[stored], History + 1));
        }
        std::size_t oldest_slot() const noexcept {
            return static_cast<std::size_t>(detail::count_in(numbers_[oldest], History));
        }
        /// Slot of the i-th pair, the oldest first.
        std::size_t slot(std::size_t i) const noexcept { return (oldest_slot() + i) % History; }
        Scalar* change(std::size_t at) const noexcept { return changes_ + at * count_; }
        Scalar* step(std::size_t at) const noexcept { return steps_ + at * count_; }

        /// to += factor · x
        void add(Scalar* to, double factor, const Scalar* x) const noexcept {
            kernels::map<Scalar>(
                count_, to,
                [by = Vector(static_cast<Scalar>(factor))](const Vector& a, const Vector& b) {
                    return kernels::fma(by, b, a);
                },
                to, x);
        }

        /// The largest size of an element; no number where one is none.
        double largest(const Scalar* x) const noexcept {
            Vector running(Scalar(0));
            kernels::for_each_vector<Scalar>(count_, [&](std::size_t, auto load, auto) {
                running = kernels::max_or_nan(kernels::abs(load(x)), running);
            });
            std::array<Scalar, kernels::width<Scalar>> lanes;
            kernels::store(lanes.data(), running);
            Scalar result = 0;
            for (const Scalar lane : lanes) {
                if (std::isnan(lane))
                    return static_cast<double>(lane);
                result = std::max(result, lane);
            }
            return static_cast<double>(result);
        }

        /// Takes the last step and what it changed of the gradients into the history, if the loss curves
        /// upwards along it.
        void remember_step() const noexcept {
            const Vector along(numbers_[length]);
            const auto step_of = [=](const Vector& direction) { return direction * along; };
            const double product = static_cast<double>(kernels::sum<Scalar>(
                count_,
                [=](const Vector& now, const Vector& last, const Vector& direction) {
                    return (now - last) * step_of(direction);
                },
                gradients_, last_gradients_, direction_));
            if (!(product > 1e-10))
                return;
            std::size_t at = oldest_slot();
            if (const std::size_t pairs = pair_count(); pairs < History) {
                at = slot(pairs);
                numbers_[stored] = static_cast<Scalar>(pairs + 1);
            } else {
                numbers_[oldest] = static_cast<Scalar>(slot(1));
            }
            kernels::map<Scalar>(
                count_, change(at), [](const Vector& now, const Vector& last) { return now - last; },
                gradients_, last_gradients_);
            kernels::map<Scalar>(count_, step(at), step_of, direction_);
            numbers_[weights + at] = static_cast<Scalar>(1 / product);
            numbers_[curvature] = static_cast<Scalar>(product / dot(count_, change(at), change(at)));
        }

        /// direction = − (the inverse Hessian that the history tells) · gradients, by two loops over it.
        void find_direction() const noexcept {
            const std::size_t pairs = pair_count();
            const auto scale = pairs > 0 ? numbers_[curvature] : Scalar(1);
            kernels::map<Scalar>(
                count_, direction_, [](const Vector& gradient) { return -gradient; }, gradients_);
            std::array<double, History> shares{};
            for (std::size_t i = pairs; i-- > 0;) {
                const std::size_t at = slot(i);
                shares[i] = dot(count_, step(at), direction_) * static_cast<double>(numbers_[weights + at]);
                add(direction_, -shares[i], change(at));
            }
            kernels::map<Scalar>(
                count_, direction_, [by = Vector(scale)](const Vector& x) { return x * by; }, direction_);
            for (std::size_t i = 0; i < pairs; ++i) {
                const std::size_t at = slot(i);
                const double share =
                    dot(count_, change(at), direction_) * static_cast<double>(numbers_[weights + at]);
                add(direction_, shares[i] - share, step(at));
            }
        }

        /// The line of a search, from where the parameters are.
        template <class Evaluate>
        struct Line {
            const Run& run;
            const Evaluate& evaluate;

            LinePoint at(double t) const noexcept {
                std::copy_n(run.line_, run.count_, run.parameters_);
                run.add(run.parameters_, t, run.direction_);
                const double loss = evaluate();
                return {t, loss, dot(run.count_, run.gradients_, run.direction_)};
            }
            void keep(std::size_t slot) const noexcept {
                std::copy_n(run.gradients_, run.count_, ends(slot));
            }
            void keep_start(std::size_t slot) const noexcept {
                std::copy_n(run.last_gradients_, run.count_, ends(slot));
            }
            Scalar* ends(std::size_t slot) const noexcept { return run.line_ + (1 + slot) * run.count_; }
        };

        /// Moves the parameters to where the line search ends, and returns the loss there.
        template <class Evaluate>
        double search(const LinePoint& start, double t, unsigned most, unsigned& evaluations,
                      const Evaluate& evaluate) const noexcept {
            std::copy_n(parameters_, count_, line_);
            const Line<Evaluate> line{*this, evaluate};
            const detail::LineEnd end =
                detail::strong_wolfe(line, start, t, largest(direction_), most, evaluations);
            numbers_[length] = static_cast<Scalar>(end.point.t);
            std::copy_n(line_, count_, parameters_);
            add(parameters_, end.point.t, direction_);
            std::copy_n(line.ends(end.slot), count_, gradients_);
            return end.point.loss;
        }

        const LBFGS& options_;
        Scalar* parameters_;
        Scalar* gradients_;
        std::size_t count_;
        Scalar* direction_;
        Scalar* last_gradients_;
        Scalar* changes_;
        Scalar* steps_;
        Scalar* line_;
        Scalar* numbers_;
    };
};

} // namespace burin::optimizers
