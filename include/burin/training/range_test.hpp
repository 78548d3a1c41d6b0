#pragma once

#include "burin/core/error.hpp"
#include "burin/schedules/exponential.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace burin {

struct RangeTestOptions {
    double from = 1e-6; ///< The lowest rate, of the first batch, and the highest.
    double to = 1;
    std::size_t steps = 100; ///< Batches, if the loss does not diverge before.
    double smoothing = 0.98; ///< Of the loss: the share that stays of what was before; 0 leaves it as it is.
    double divergence = 4;   ///< The test ends where the smoothed loss is so many times its least.
};

/// What a range test of the learning rate found: the loss of each batch at its rate.
struct RangeTest {
    /// Of a test: less has nothing to compare.
    static constexpr std::size_t least_steps = 13;

    std::vector<double> rates; ///< Each the same multiple of the one before.
    std::vector<double>
        losses; ///< Of a batch, before its step; without the penalty of `Regularized` weights.
    std::vector<double> smoothed; ///< Their average, weighted exponentially, its bias corrected.

    /// The rate at which the smoothed loss falls fastest over the logarithm of the rate, without the first
    /// ten points and the last, which are uncertain: what Lightning's learning rate finder suggests. A rate
    /// to begin with; for the peak of a cycle it may be a few times higher. Throws Error if there are fewer
    /// than two points to compare, or the loss falls nowhere.
    double steepest() const {
        const std::size_t last = smoothed.size() < 1 ? 0 : smoothed.size() - 1;
        if (smoothed.size() < least_steps)
            throw Error("find_learning_rate: expected a loss that does not diverge in " +
                        std::to_string(least_steps) + " steps, got one that does after " +
                        std::to_string(smoothed.size()) + "; begin with a lower rate, or take more steps");
        double least = 0;
        std::size_t place = last;
        for (std::size_t i = first_certain; i < last; ++i)
            if (const double slope = slope_at(i, first_certain, last - 1); slope < least) {
                least = slope;
                place = i;
            }
        if (place == last)
            throw Error("find_learning_rate: expected a loss that falls somewhere between the rates " +
                        std::to_string(rates.front()) + " and " + std::to_string(rates.back()) +
                        ", got one that never does");
        return rates[place];
    }

    /// A tenth of the rate at which the smoothed loss is least: fastai's `minimum`, more careful where the
    /// loss falls for long. Throws Error if there are no points.
    double minimum() const {
        if (smoothed.empty())
            throw Error("find_learning_rate: expected a loss that is a finite number, got none");
        return rates[static_cast<std::size_t>(std::ranges::min_element(smoothed) - smoothed.begin())] / 10;
    }

  private:
    static constexpr std::size_t first_certain = 10;

    /// By both neighbours, at the ends by one.
    double slope_at(std::size_t place, std::size_t first, std::size_t last) const {
        const std::size_t before = std::max(place, first + 1) - 1, after = std::min(place + 1, last);
        return (smoothed[after] - smoothed[before]) / static_cast<double>(after - before);
    }
};

namespace detail {

/// Notes each batch's rate and loss, and stops where these diverge.
struct RangeRecorder {
    RangeTestOptions options;
    RangeTest result{};
    double average = 0, best = std::numeric_limits<double>::infinity(), remaining = 1;

    template <class Context>
    void on_batch_end(Context& context) {
        const auto& trainer = context.trainer();
        const double loss = static_cast<double>(fitting::reduce_outputs(trainer.loss, trainer.last_losses()));
        if (!record(context.learning_rate(), loss) || result.rates.size() == options.steps)
            context.stop();
    }

    /// Whether it did not diverge.
    bool record(double rate, double loss) {
        average = options.smoothing * average + (1 - options.smoothing) * loss;
        remaining *= options.smoothing;
        const double smoothed = average / (1 - remaining);
        if (!std::isfinite(smoothed))
            return false;
        result.rates.push_back(rate);
        result.losses.push_back(loss);
        result.smoothed.push_back(smoothed);
        best = std::min(best, smoothed);
        // A loss that may be below 0 is compared with how far it fell.
        const double scale = best > 0 ? best : std::max(std::abs(best), result.smoothed.front() - best);
        return smoothed - best <= (options.divergence - 1) * scale;
    }
};

} // namespace detail

/// A range test of the learning rate: trains a copy of the model for some batches while the rate rises
/// exponentially, and notes the loss until it diverges. Smith, arXiv:1506.01186. The model is not changed.
///
/// `fit` says how: loss, optimizer, batch size, order and seed; its schedule, callbacks and validation are
/// left out. Throws Error if `fit` would, or if the options are not 0 < from < to (finite), steps ≥ 13, 0 ≤
/// smoothing < 1 and divergence > 1.
///
///     const RangeTest found = find_learning_rate(model, train, Fit{.optimizer = optimizers::Momentum{}});
///     report::save_svg("rates.svg", report::svg_plot(found));
///     const schedules::OneCycle schedule{.learning_rate = found.steepest(), .steps = 1000};
template <class Net, class Scalar, class Data, class Options = Fit<>>
RangeTest find_learning_rate(const Model<Net, Scalar>& model, const Data& data, const Options& fit = {},
                             const RangeTestOptions& options = {}) {
    const auto expect = [](bool holds, const char* expected, double found) {
        if (!holds)
            throw Error(std::string("find_learning_rate: expected ") + expected + ", got " +
                        std::to_string(found));
    };
    expect(options.from > 0 && std::isfinite(options.from), "a finite .from above 0", options.from);
    expect(options.to > options.from && std::isfinite(options.to), "a finite .to above .from", options.to);
    expect(options.steps >= RangeTest::least_steps, ".steps of at least 13",
           static_cast<double>(options.steps));
    expect(options.smoothing >= 0 && options.smoothing < 1, ".smoothing from 0 to below 1",
           options.smoothing);
    expect(options.divergence > 1, ".divergence above 1", options.divergence);

    Model<Net, Scalar> copy(core::within_memory(
        "find_learning_rate", [&] { return std::make_unique<Parameters<Net, Scalar>>(model.parameters()); }));
    detail::RangeRecorder recorder{options};
    constexpr std::size_t batch_size = decltype(fit.batch_size)::value;
    const std::size_t batches = std::max<std::size_t>((data.size() + batch_size - 1) / batch_size, 1);
    const auto trial = Fit{.loss = fit.loss,
                           .optimizer = fit.optimizer,
                           .schedule = schedules::Exponential{.learning_rate = options.from,
                                                              .factor = options.to / options.from,
                                                              .steps = options.steps - 1},
                           .batch_size = fit.batch_size,
                           .epochs = (options.steps + batches - 1) / batches,
                           .metrics = std::tuple<>{},
                           .callbacks = &recorder,
                           .augment = fit.augment,
                           .shuffle = fit.shuffle,
                           .seed = fit.seed,
                           .verbose = false,
                           .allow_not_finite = fit.allow_not_finite};
    burin::fit(copy, data, trial);
    return recorder.result;
}

} // namespace burin
