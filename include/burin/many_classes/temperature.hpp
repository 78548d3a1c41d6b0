#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace burin::many_classes {

namespace detail {

/// The mean negative log-likelihood of labels under softmax(β · z), and its derivatives by β. One logit a
/// sample stands for the logits 0 and z.
struct Likelihood {
    double value = 0;
    double slope = 0;
    double curvature = 0;
};

template <class Scalar>
Likelihood likelihood(std::span<const Scalar> logits, std::span<const Label> labels, double beta) {
    const std::size_t classes = logits.size() / labels.size();
    Likelihood result;
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const auto logit = [&](std::size_t each) {
            return classes == 1 ? (each == 0 ? 0.0 : static_cast<double>(logits[row]))
                                : static_cast<double>(logits[row * classes + each]);
        };
        const std::size_t count = std::max<std::size_t>(classes, 2);
        double largest = logit(0);
        for (std::size_t each = 1; each < count; ++each)
            largest = std::max(largest, logit(each));
        double sum = 0, first = 0, second = 0;
        for (std::size_t each = 0; each < count; ++each) {
            const double below = logit(each) - largest, weight = std::exp(beta * below);
            sum += weight;
            first += weight * below;
            second += weight * below * below;
        }
        const double mean = first / sum, own = logit(labels[row]) - largest;
        result.value += std::log(sum) - beta * own;
        result.slope += mean - own;
        result.curvature += second / sum - mean * mean;
    }
    const auto rows = static_cast<double>(labels.size());
    return {result.value / rows, result.slope / rows, result.curvature / rows};
}

} // namespace detail

/// Makes probabilities as sure as they are right: logits are divided by one number, which is found on samples
/// that were not trained on. The class with the largest logit stays the same. Guo et al., "On Calibration of
/// Modern Neural Networks", arXiv:1706.04599.
///
///     const auto temperature = many_classes::Temperature::fit(model, held_out);
///     const std::vector<float> sure = temperature.predict_proba(model, test);
///
/// For logits of one class of several (softmax), or one logit of yes or no (sigmoid).
struct Temperature {
    double value = 1; ///< More than 1 where the network is too sure of itself.

    /// The temperature between 0.01 and 100 at which the labels are likeliest (by Newton's method in 1 / T,
    /// of which the mean negative log-likelihood is a convex function; in double); some small one where all
    /// answers are right, 1 where all logits of a sample are equal. `logits` is `[samples, classes]`, or one
    /// logit a sample for labels 0 and 1. Throws Error if they do not fit together or are not finite.
    template <class Scalar>
    static Temperature fit(std::span<const Scalar> logits, std::span<const Label> labels) {
        if (labels.empty() || logits.empty() || logits.size() % labels.size() != 0)
            throw Error("Temperature: expected the logits of each of " + std::to_string(labels.size()) +
                        " samples, got " + std::to_string(logits.size()) + " numbers");
        const std::size_t count = std::max<std::size_t>(logits.size() / labels.size(), 2);
        for (std::size_t row = 0; row < labels.size(); ++row)
            if (labels[row] >= count)
                throw Error("Temperature: sample " + std::to_string(row) + ": expected a label below " +
                            std::to_string(count) + ", got " + std::to_string(labels[row]));
        for (const Scalar logit : logits)
            if (!std::isfinite(static_cast<double>(logit)))
                throw Error("Temperature: expected finite logits, got " +
                            std::to_string(static_cast<double>(logit)));
        // The slope grows with β: its zero is always between these two.
        double low = 0.01, high = 100, beta = 1;
        for (int repeat = 0; repeat < 200; ++repeat) {
            const detail::Likelihood at = detail::likelihood(logits, labels, beta);
            if (at.slope == 0) // The minimum, or all temperatures are alike.
                break;
            (at.slope > 0 ? high : low) = beta;
            const double newton = beta - at.slope / at.curvature;
            const double next = newton >= low && newton <= high ? newton : (low + high) / 2;
            const double step = std::abs(next - beta);
            beta = next;
            if (step <= 1e-15 * beta)
                break;
        }
        return {1 / beta};
    }

    /// The same for a model's outputs, which are logits, and data with one label a sample (as `Label`, or as
    /// a number that is one).
    template <class Net, class Scalar, class Data>
    static Temperature fit(const Model<Net, Scalar>& model, const Data& data) {
        return core::within_memory("Temperature", [&] {
            check_network<Net>();
            if (data.target_size() != 1)
                throw Error("Temperature: expected one label a sample, got " +
                            std::to_string(data.target_size()) + " targets");
            constexpr std::size_t count = std::max<std::size_t>(output_shape<Net>.size(), 2);
            std::vector<Label> labels(data.size());
            for (std::size_t i = 0; i < data.size(); ++i) {
                const auto target = static_cast<double>(data.target(i)[0]);
                if (!(target >= 0 && target < static_cast<double>(count) && target == std::floor(target)))
                    throw Error("Temperature: sample " + std::to_string(i) + ": expected a label below " +
                                std::to_string(count) + ", got " + std::to_string(target));
                labels[i] = static_cast<Label>(target);
            }
            const std::vector<Scalar> logits = predict(model, data);
            return fit(std::span<const Scalar>(logits), std::span<const Label>(labels));
        });
    }

    /// Logits become those of the calibrated probabilities.
    template <class Scalar>
    void apply(std::span<Scalar> logits) const noexcept {
        for (Scalar& logit : logits)
            logit = static_cast<Scalar>(static_cast<double>(logit) / value);
    }

    /// Calibrated probabilities of a model whose outputs are logits: by softmax over the last axis, of a
    /// single output by sigmoid.
    template <class Net, class Scalar, class Inputs>
    std::vector<Scalar> predict_proba(const Model<Net, Scalar>& model, const Inputs& inputs) const {
        return core::within_memory("Temperature", [&] {
            check_network<Net>();
            std::vector<Scalar> outputs = predict(model, inputs);
            apply(std::span<Scalar>(outputs));
            burin::detail::apply_link<Net, 0>(output_shape<Net>.size() == 1 ? Link::sigmoid : Link::softmax,
                                              outputs);
            return outputs;
        });
    }

  private:
    template <class Net>
    static constexpr void check_network() {
        static_assert(engine::Network<Net>::output_count == 1 && output_shape<Net>.rank == 1,
                      "Temperature takes a network of one output [classes]");
        static_assert(
            burin::detail::known_values<Net, 0> == core::Values::any,
            "Temperature takes a network that ends in logits: leave out Softmax and Sigmoid, they are in "
            "the loss");
    }
};

} // namespace burin::many_classes
