#pragma once

#include "burin/core/text.hpp"
#include "burin/metrics/metric.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>

namespace burin::metrics {

/// The coefficient of determination, 1 − Σ (y − t)² / Σ (t − mean of t)²: what share of the targets' variance
/// is explained; 0 for a model that always gives the mean, and less for a worse one. Of several outputs the
/// mean of that of each. Constant targets are explained fully (1) or not at all (0); fewer than two give NaN:
/// as in scikit-learn. Targets that all are near a number far from 0 lose no digits (Welford's sums).
///
///     metrics::RSquared<3>       // of a network of three outputs
template <std::size_t Outputs = 1>
struct RSquared {
    /// Of one output: the sum of weights, the mean, and the sums of squares of what is about it, and of
    /// errors.
    struct Sums {
        double weight = 0, mean = 0, squares = 0, errors = 0;
    };

    std::array<Sums, Outputs> outputs{};
    double count = 0; ///< Targets of each output.

    static constexpr std::string_view name = "r_squared";

    /// Why it can't judge such outputs; empty if it can.
    static constexpr Sentence reject(const Shape& output) {
        Sentence sentence;
        if (Outputs != 1 && output.last() != Outputs)
            sentence.append("expected the number of outputs, ")
                .append(output.last())
                .append(", or 1 for all, got ")
                .append(Outputs);
        return sentence;
    }

    void reset() noexcept {
        outputs = {};
        count = 0;
    }

    template <Shape Output, class Scalar>
    void update(const Scalar* values, const Scalar* targets, std::size_t rows,
                const Scalar* weights = nullptr) noexcept {
        static_assert(reject(Output).empty(),
                      "RSquared: expected as many outputs as the last axis has, or 1");
        for_each_position<Output.size()>(rows, weights, [&](std::size_t i, double weight) {
            const auto target = static_cast<double>(targets[i]);
            const double error = static_cast<double>(values[i]) - target;
            Sums& sums = outputs[i % Outputs];
            sums.weight += weight;
            const double from_mean = target - sums.mean;
            sums.mean += weight / sums.weight * from_mean;
            sums.squares += weight * from_mean * (target - sums.mean);
            sums.errors += weight * error * error;
            count += i % Outputs == 0 ? 1 : 0;
        });
    }

    void merge(const RSquared& other) noexcept {
        for (std::size_t i = 0; i < Outputs; ++i) {
            Sums& mine = outputs[i];
            const Sums& theirs = other.outputs[i];
            if (theirs.weight == 0)
                continue;
            const double weight = mine.weight + theirs.weight, apart = theirs.mean - mine.mean;
            mine.squares += theirs.squares + apart * apart * (mine.weight / weight * theirs.weight);
            mine.mean += theirs.weight / weight * apart;
            mine.errors += theirs.errors;
            mine.weight = weight;
        }
        count += other.count;
    }

    double result() const noexcept {
        if (count < 2)
            return std::numeric_limits<double>::quiet_NaN();
        double sum = 0;
        for (const Sums& each : outputs)
            sum += each.squares == 0 ? (each.errors == 0 ? 1.0 : 0.0) : 1 - each.errors / each.squares;
        return sum / static_cast<double>(Outputs);
    }

    std::array<double, 4 * Outputs + 1> state() const noexcept {
        std::array<double, 4 * Outputs + 1> numbers;
        for (std::size_t i = 0; i < Outputs; ++i) {
            numbers[4 * i] = outputs[i].weight;
            numbers[4 * i + 1] = outputs[i].mean;
            numbers[4 * i + 2] = outputs[i].squares;
            numbers[4 * i + 3] = outputs[i].errors;
        }
        numbers[4 * Outputs] = count;
        return numbers;
    }
    void restore(const std::array<double, 4 * Outputs + 1>& numbers) noexcept {
        for (std::size_t i = 0; i < Outputs; ++i)
            outputs[i] = {numbers[4 * i], numbers[4 * i + 1], numbers[4 * i + 2], numbers[4 * i + 3]};
        count = numbers[4 * Outputs];
    }
};

} // namespace burin::metrics
