#pragma once

#include "burin/metrics/calibration_bins.hpp"
#include "burin/metrics/metric.hpp"
#include "burin/metrics/probability.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin::metrics {

/// The expected calibration error: how far confidence and accuracy are apart, in bins of equal width. Of yes
/// or no the confidence is the probability of yes, of several classes the largest one. Outputs are logits, or
/// probabilities where `fit` knows that they are. An output of NaN makes it NaN.
template <std::size_t Bins = 10>
struct CalibrationError {
    static_assert(Bins > 0, "metrics::CalibrationError: expected at least one bin");

    IgnoredLabel ignore_index{}; ///< If none is given, all count.
    Scores scores{};
    std::array<CalibrationBin, Bins> bins{};

    static constexpr std::string_view name = "calibration_error";

    void reset() noexcept { bins = {}; }

    template <Shape Output, class Scalar, class Target>
    void update(const Scalar* outputs, const Target* targets, std::size_t rows,
                const Scalar* weights = nullptr) noexcept {
        constexpr std::size_t classes = Output.last();
        detail::for_each_probability<Output>(
            outputs, targets, rows, weights, scores, ignore_index,
            [&](const Scalar* logits, std::size_t right, double weight) {
                Scalar row[classes];
                detail::probabilities_of_row<classes>(logits, scores, row);
                const std::size_t best = argmax(row, classes);
                add(static_cast<double>(row[best]), best == right, weight);
            },
            [&](Scalar output, bool yes, double weight) {
                add(detail::probability_of_yes(output, scores), yes, weight);
            });
    }

    void merge(const CalibrationError& other) noexcept {
        for (std::size_t i = 0; i < Bins; ++i)
            bins[i].merge(other.bins[i]);
    }
    double result() const noexcept { return expected_calibration_error(bins.data(), Bins); }
    std::array<double, 3 * Bins> state() const noexcept {
        std::array<double, 3 * Bins> numbers;
        for (std::size_t i = 0; i < Bins; ++i) {
            numbers[3 * i] = bins[i].weight;
            numbers[3 * i + 1] = bins[i].confidence;
            numbers[3 * i + 2] = bins[i].right;
        }
        return numbers;
    }
    void restore(const std::array<double, 3 * Bins>& numbers) noexcept {
        for (std::size_t i = 0; i < Bins; ++i)
            bins[i] = {numbers[3 * i], numbers[3 * i + 1], numbers[3 * i + 2]};
    }

  private:
    void add(double confidence, bool is_right, double weight) noexcept {
        bins[calibration_bin(confidence, Bins)].add(confidence, is_right, weight);
    }
};

} // namespace burin::metrics
