#pragma once

#include "burin/core/label.hpp"
#include "burin/graph/network.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"
#include "burin/metrics/accuracy.hpp"
#include "burin/metrics/mean_absolute_error.hpp"
#include "burin/metrics/metric.hpp"
#include "burin/training/history.hpp"
#include "burin/training/objective.hpp"

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace burin {

/// "The usual ones": accuracy for labels, for cross-entropies and for hinges, else the mean absolute error.
/// None for a network of several outputs; metrics that are given are those of its first.
struct UsualMetrics {};

namespace detail {

template <class Loss, class Scalar>
inline constexpr bool judges_classes =
    std::is_same_v<typename Loss::template Target<Scalar>, Label> || Loss::link != Link::none;

/// The metrics to use, as a tuple: those given, or the usual ones for the loss, which ignore what it ignores.
template <class Scalar, class Loss, class... Metrics>
std::tuple<Metrics...> choose_metrics(const Loss&, const std::tuple<Metrics...>& given) {
    return given;
}
template <class Scalar, class Loss, metrics::Metric Metric>
std::tuple<Metric> choose_metrics(const Loss&, const Metric& given) {
    return {given};
}
template <class Scalar, class Loss>
auto choose_metrics([[maybe_unused]] const Loss& loss, const UsualMetrics&) {
    if constexpr (Objective<Loss>::count > 1)
        return std::tuple<>{};
    else if constexpr (judges_classes<Loss, Scalar>)
        return std::tuple{metrics::Accuracy{.ignore_index = losses::ignored_label(loss)}};
    else
        return std::tuple<metrics::MeanAbsoluteError>{};
}

/// The loss that `evaluate` uses if none is given.
template <class Target>
auto usual_loss() {
    if constexpr (std::is_same_v<Target, Label>)
        return losses::SparseCategoricalCrossentropy{};
    else
        return losses::MeanSquaredError{};
}

/// A loss and metrics over the batches of an epoch: the samples' losses are summed up, the penalties
/// averaged.
template <class Loss, class Scalar, class Metrics>
class Measure {
  public:
    Measure(const Loss& loss, const Metrics& metrics) : loss_(&loss), metrics_(metrics) { reset(); }

    void reset() {
        sums_ = {};
        penalty_ = 0;
        batches_ = 0;
        std::apply([](auto&... each) { (each.reset(), ...); }, metrics_);
    }

    /// Adds the losses of each output in one batch, and what the weights cost then.
    void add(const OutputSums<Loss, Scalar>& sums, Scalar penalty) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            sums_[i].total += static_cast<double>(sums[i].total);
            sums_[i].weight += static_cast<double>(sums[i].weight);
        }
        penalty_ += static_cast<double>(penalty);
        ++batches_;
    }

    template <Shape Output, class Target>
    void update(const Scalar* outputs, const Target* targets, std::size_t rows) {
        std::apply([&](auto&... each) { (each.template update<Output>(outputs, targets, rows), ...); },
                   metrics_);
    }

    /// Appends `prefix` + name of each with its value.
    void append_to(std::vector<NamedValue>& values, const std::string& prefix = {}) const {
        const double penalty = batches_ == 0 ? 0 : penalty_ / static_cast<double>(batches_);
        values.push_back({prefix + "loss", reduce_outputs<Loss, double>(*loss_, sums_) + penalty});
        std::apply(
            [&](const auto&... each) {
                (values.push_back({std::string(prefix).append(each.name), each.result()}), ...);
            },
            metrics_);
    }

  private:
    const Loss* loss_;
    OutputSums<Loss, double> sums_;
    double penalty_;
    std::size_t batches_;
    Metrics metrics_;
};

} // namespace detail
} // namespace burin
