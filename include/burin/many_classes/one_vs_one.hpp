#pragma once

#include "burin/many_classes/members.hpp"
#include "burin/many_classes/pairwise.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace burin::many_classes {

/// One model for each pair of classes, trained on the samples of these two; the class that wins most duels is
/// the answer. All models are of one network type with one output. There are classes · (classes − 1) / 2,
/// each with a small part of the data. Knerr, Personnaz and Dreyfus, "Single-layer Learning Revisited", 1990.
///
/// Used as `OneVsRest`. Members are in the order (0, 1), (0, 2), …, (1, 2), ….
template <class Net, class Scalar = float>
class OneVsOne : public Members<Net, Scalar> {
  public:
    explicit OneVsOne(std::size_t classes, std::uint64_t seed = 0)
        : Members<Net, Scalar>("OneVsOne", classes, classes < 2 ? 0 : pair_count(classes), seed) {
        for_each_pair(classes, [&](std::size_t, std::size_t a, std::size_t b) { pairs_.push_back({a, b}); });
    }

    template <class Data, class Options = BinaryFit>
    void fit(const Data& data, const Options& options = {}) {
        this->fit_members(data, options, [&](std::size_t member, std::size_t label) {
            const auto [a, b] = pairs_[member];
            return label == b ? 1 : label == a ? 0 : -1;
        });
    }

    /// What speaks for each class, `[samples, classes]`: see `count_votes`.
    template <class Inputs>
    std::vector<Scalar> decision(const Inputs& inputs) const {
        const auto scores = this->scores(inputs);
        const std::size_t classes = this->class_count(), rows = scores.size() / pairs_.size();
        std::vector<Scalar> votes(rows * classes);
        for (std::size_t row = 0; row < rows; ++row)
            count_votes(std::span<const Scalar>(scores).subspan(row * pairs_.size(), pairs_.size()),
                        std::span<Scalar>(votes).subspan(row * classes, classes));
        return votes;
    }

    /// The number of each sample's class.
    template <class Inputs>
    std::vector<Label> predict(const Inputs& inputs) const {
        return detail::largest_of_rows(decision(inputs), this->class_count());
    }

    /// `[samples, classes]` by `couple`, each row's sum 1. The likeliest class may be another than that with
    /// most votes.
    template <class Inputs>
    std::vector<Scalar> predict_proba(const Inputs& inputs) const {
        const auto of_pairs = this->probabilities(inputs);
        const std::size_t classes = this->class_count(), rows = of_pairs.size() / pairs_.size();
        std::vector<Scalar> result;
        std::vector<double> given(pairs_.size()), found(classes);
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t pair = 0; pair < pairs_.size(); ++pair)
                given[pair] = static_cast<double>(of_pairs[row * pairs_.size() + pair]);
            couple(given, found);
            for (const double each : found)
                result.push_back(static_cast<Scalar>(each));
        }
        return result;
    }

  private:
    std::vector<std::pair<std::size_t, std::size_t>> pairs_;
};

} // namespace burin::many_classes
