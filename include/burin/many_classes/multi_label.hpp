#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/initializers/default.hpp"
#include "burin/losses/binary_crossentropy.hpp"
#include "burin/many_classes/members.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::many_classes {

/// For each label the threshold with the best F_β measure on these samples: probabilities above it mean yes.
/// `probabilities` and `answers` (0 and 1) are `[samples, labels]`. Between two neighbouring probabilities
/// the threshold is their middle; of thresholds that are equally good the lowest. 0.5 for a label that nobody
/// has. Throws Error if they do not fit together or are not finite.
template <class Scalar>
std::vector<double> best_thresholds(std::span<const Scalar> probabilities, std::span<const Label> answers,
                                    std::size_t labels, double beta = 1) {
    if (labels == 0 || answers.size() % labels != 0 || probabilities.size() != answers.size())
        throw Error("best_thresholds: expected a probability and an answer of each of " +
                    std::to_string(labels) + " labels for each sample, got " +
                    std::to_string(probabilities.size()) + " and " + std::to_string(answers.size()));
    for (const Scalar probability : probabilities)
        if (!std::isfinite(probability))
            throw Error("best_thresholds: expected finite probabilities, got " + std::to_string(probability));
    const std::size_t rows = answers.size() / labels;
    const double weight = beta * beta;
    std::vector<double> thresholds(labels, 0.5);
    std::vector<std::size_t> order(rows);
    for (std::size_t label = 0; label < labels; ++label) {
        const auto probability = [&](std::size_t row) {
            return static_cast<double>(probabilities[row * labels + label]);
        };
        const auto has = [&](std::size_t row) { return answers[row * labels + label] != 0; };
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order,
                          [&](std::size_t a, std::size_t b) { return probability(a) > probability(b); });
        double all = 0;
        for (const std::size_t row : order)
            all += has(row);
        double hits = 0, best = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            hits += has(order[i]);
            const double here = probability(order[i]), below = i + 1 < rows ? probability(order[i + 1]) : 0;
            if (i + 1 < rows && below == here)
                continue;
            const double measure = (1 + weight) * hits / (static_cast<double>(i + 1) + weight * all);
            if (measure >= best && measure > 0) {
                best = measure;
                thresholds[label] = here + (below - here) / 2;
            }
        }
    }
    return thresholds;
}

/// Several labels at once: a network with an output for each, every one a question of its own (sigmoid), and
/// a threshold for each, since for what is rare 0.5 is seldom the best. Targets are 0 or 1 for each label.
///
///     using Net = Sequential<Input<20>, Dense<16>, ReLU, Dense<5>>;
///     many_classes::MultiLabel<Net> tags;
///     tags.fit(train, Fit{.loss = losses::BinaryCrossentropy{}, .epochs = 20});
///     tags.fit_thresholds(held_out);
///     const std::vector<Label> has = tags.predict(test);      // [samples, labels], 0 or 1
template <class Net, class Scalar = float>
class MultiLabel {
    static_assert(engine::Network<Net>::output_count == 1 && output_shape<Net>.rank == 1,
                  "MultiLabel takes a network of one output [labels]");

  public:
    static constexpr std::size_t label_count = output_shape<Net>.size();

    template <class Initializer = initializers::Default>
    explicit MultiLabel(const ModelOptions<Initializer>& options = {})
        : model_(options), thresholds_(label_count, 0.5) {}

    Model<Net, Scalar>& model() noexcept { return model_; }
    const Model<Net, Scalar>& model() const noexcept { return model_; }

    template <class Data, class Options = BinaryFit>
    History fit(const Data& data, const Options& options = {}) {
        static_assert(losses::link_of<decltype(Options::loss)> == Link::sigmoid,
                      "MultiLabel trains with a loss for several yes and no, such as BinaryCrossentropy");
        return burin::fit(model_, data, options);
    }

    /// One for each label, at first 0.5.
    const std::vector<double>& thresholds() const noexcept { return thresholds_; }
    /// Throws Error unless there is one for each.
    void set_thresholds(std::vector<double> thresholds) {
        if (thresholds.size() != label_count)
            throw Error("MultiLabel: expected a threshold for each of " + std::to_string(label_count) +
                        " labels, got " + std::to_string(thresholds.size()));
        thresholds_ = std::move(thresholds);
    }

    /// Chooses them by `best_thresholds`. Throws Error if the data have not a target for each label.
    template <class Data>
    void fit_thresholds(const Data& data, double beta = 1) {
        if (data.target_size() != label_count)
            throw Error("MultiLabel: expected " + std::to_string(label_count) + " targets a sample, got " +
                        std::to_string(data.target_size()));
        std::vector<Label> answers;
        for (std::size_t i = 0; i < data.size(); ++i)
            for (const auto target : data.target(i))
                answers.push_back(target > 0 ? 1 : 0);
        const std::vector<Scalar> probabilities = predict_proba(data);
        thresholds_ = best_thresholds(std::span<const Scalar>(probabilities), std::span<const Label>(answers),
                                      label_count, beta);
    }

    /// `[samples, labels]`.
    template <class Inputs>
    std::vector<Scalar> predict_proba(const Inputs& inputs) const {
        return burin::predict_proba(model_, inputs, losses::BinaryCrossentropy{});
    }

    /// `[samples, labels]`: 1 where the probability is above the label's threshold, else 0.
    template <class Inputs>
    std::vector<Label> predict(const Inputs& inputs) const {
        const std::vector<Scalar> probabilities = predict_proba(inputs);
        std::vector<Label> has(probabilities.size());
        for (std::size_t i = 0; i < has.size(); ++i)
            has[i] = static_cast<double>(probabilities[i]) > thresholds_[i % label_count] ? 1 : 0;
        return has;
    }

  private:
    Model<Net, Scalar> model_;
    std::vector<double> thresholds_;
};

} // namespace burin::many_classes
