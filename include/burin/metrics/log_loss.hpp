#pragma once

#include "burin/metrics/metric.hpp"
#include "burin/metrics/probability.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin::metrics {

/// What a Kind makes of the mean of −ln p(what was right): LogLoss and Perplexity are such. Outputs are
/// logits, or probabilities where `fit` knows that they are. Of a distribution as target its largest class
/// is right. Positions whose label is `ignore_index` do not count.
template <class Kind>
struct MeanSurprise {
    IgnoredLabel ignore_index{}; ///< If none is given, all count.
    Scores scores{};
    Mean mean{};

    static constexpr std::string_view name = Kind::name;

    void reset() noexcept { mean = {}; }

    template <Shape Output, class Scalar, class Target>
    void update(const Scalar* outputs, const Target* targets, std::size_t rows,
                const Scalar* weights = nullptr) noexcept {
        detail::for_each_probability<Output>(
            outputs, targets, rows, weights, scores, ignore_index,
            [&](const Scalar* row, std::size_t right, double weight) {
                mean.add(detail::surprise_of_class<Output.last()>(row, right, scores), weight);
            },
            [&](Scalar output, bool yes, double weight) {
                mean.add(detail::surprise_of_answer(output, yes, scores), weight);
            });
    }

    void merge(const MeanSurprise& other) noexcept { mean.merge(other.mean); }
    double result() const noexcept { return Kind::score(mean.value()); }
    std::array<double, 2> state() const noexcept { return mean.state(); }
    void restore(const std::array<double, 2>& state) noexcept { mean.restore(state); }
};

namespace detail {

struct KindLogLoss {
    static constexpr std::string_view name = "log_loss";
    static constexpr double score(double mean) noexcept { return mean; }
};
struct KindPerplexity {
    static constexpr std::string_view name = "perplexity";
    static double score(double mean) noexcept { return exponential(mean); }
};

} // namespace detail

/// The mean of −ln p(what was right), in nats: the cross-entropy, whatever loss was trained.
using LogLoss = MeanSurprise<detail::KindLogLoss>;

/// e to the power of the log loss: among how many equally likely words a language model has, in effect, to
/// choose. 1 before anything was seen.
///
///     Fit{.metrics = metrics::Perplexity{.ignore_index = padding}}
using Perplexity = MeanSurprise<detail::KindPerplexity>;

} // namespace burin::metrics
