#pragma once

#include "burin/metrics/metric.hpp"
#include "burin/metrics/probability.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin::metrics {

/// The mean squared error of probabilities: of yes or no (p − target)², of several classes Σ (p_c − [c is
/// right])², halved if there are two (scikit-learn's `scale_by_half="auto"`). Outputs are logits, or
/// probabilities where `fit` knows that they are. The probabilities of one position stand on the stack.
struct BrierScore {
    IgnoredLabel ignore_index{}; ///< If none is given, all count.
    Scores scores{};
    Mean mean{};

    static constexpr std::string_view name = "brier_score";

    void reset() noexcept { mean = {}; }

    template <Shape Output, class Scalar, class Target>
    void update(const Scalar* outputs, const Target* targets, std::size_t rows,
                const Scalar* weights = nullptr) noexcept {
        constexpr std::size_t classes = Output.last();
        detail::for_each_probability<Output>(
            outputs, targets, rows, weights, scores, ignore_index,
            [&](const Scalar* logits, std::size_t right, double weight) {
                Scalar row[classes];
                detail::probabilities_of_row<classes>(logits, scores, row);
                double sum = 0;
                for (std::size_t c = 0; c < classes; ++c)
                    sum += square(static_cast<double>(row[c]) - (c == right ? 1 : 0));
                mean.add(classes == 2 ? sum / 2 : sum, weight);
            },
            [&](Scalar output, bool yes, double weight) {
                mean.add(square(detail::probability_of_yes(output, scores) - (yes ? 1 : 0)), weight);
            });
    }

    void merge(const BrierScore& other) noexcept { mean.merge(other.mean); }
    double result() const noexcept { return mean.value(); }
    std::array<double, 2> state() const noexcept { return mean.state(); }
    void restore(const std::array<double, 2>& state) noexcept { mean.restore(state); }

  private:
    static constexpr double square(double x) noexcept { return x * x; }
};

} // namespace burin::metrics
