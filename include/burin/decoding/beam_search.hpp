#pragma once

#include "burin/core/label.hpp"
#include "burin/kernels/softmax.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace burin::decoding {

/// A sequence of labels that is being written, the first of which was given.
template <std::size_t Length>
struct Hypothesis {
    std::array<Label, Length> labels{};
    std::size_t length = 0;     ///< How many labels there are, the first and a final `end` included.
    double log_probability = 0; ///< Of all labels but the first.
    bool is_finished = false;   ///< Whether it came to its end, not to that of the room for it.
    std::size_t parent = 0;     ///< Which of the hypotheses of the step before it continues.

    /// What was written: without the first label, and without the end. Nothing if it was never begun.
    constexpr std::span<const Label> written() const noexcept {
        if (length < 2)
            return {};
        return {labels.data() + 1, length - 1 - (is_finished ? 1 : 0)};
    }
};

/// Finds likely sequences under a model that scores the next label: keeps the `Width` likeliest beginnings at
/// each step. `Width` 1 is greedy decoding.
///
///     decoding::BeamSearch<12, 32, 4> search;
///     const auto found = search({.begin = 1, .end = 2}, [&](auto beginnings, float* scores) { … });
///     use(found.best().written());
///
/// The model is called as `model(std::span<const Hypothesis<Length>>, Scalar* scores)` with all beginnings of
/// a step, at most Width, all of one length; it writes one logit a class for each, row by row. A model that
/// carries states finds in `parent` whose state each beginning goes on from.
///
/// A sequence ends with `end`, or after Length labels, the first included. Results are compared by
/// log-probability / (labels written)^length_penalty: 0, the default, compares probabilities; a positive
/// penalty favours longer sequences. The search ends when nothing can surpass what is found; equals keep the
/// order of beams and classes. Scores that are no numbers are never chosen.
///
/// Takes O(Length · Width · Classes) comparisons besides the model's work. All memory is in the object.
template <std::size_t Length, std::size_t Classes, std::size_t Width = 1, class Scalar = float>
class BeamSearch {
    static_assert(Length > 1, "a sequence needs room for the first label and one more");
    static_assert(Width > 0 && Classes > 1, "a search needs a beam and two classes");

  public:
    using HypothesisType = Hypothesis<Length>;

    struct Options {
        Label begin = 0; ///< What sequences begin with.
        Label end = 0;   ///< What they end with.
        double length_penalty = 0;
    };

    /// The likeliest first. There may be less than Width if the model rules the others out.
    struct Results {
        std::array<HypothesisType, Width> hypotheses{};
        std::size_t count = 0;

        constexpr const HypothesisType& best() const noexcept { return hypotheses[0]; }
        constexpr std::span<const HypothesisType> all() const noexcept { return {hypotheses.data(), count}; }
    };

    template <class Model>
    Results operator()(const Options& options, Model&& model) {
        options_ = options;
        results_ = {};
        live_count_ = 1;
        live_[0] = {};
        live_[0].labels[0] = options.begin;
        live_[0].length = 1;
        for (std::size_t length = 1; length < Length && live_count_ > 0 && !is_decided(); ++length) {
            model(std::span<const HypothesisType>(live_.data(), live_count_), scores_.data());
            kernels::log_softmax<Classes>(scores_.data(), scores_.data(), live_count_);
            find_candidates();
            if (candidate_count_ == 0)
                break;
            advance();
        }
        for (std::size_t i = 0; i < live_count_; ++i)
            add_result(live_[i]);
        return results_;
    }

  private:
    struct Candidate {
        std::size_t parent = 0;
        Label label = 0;
        double log_probability = 0;
    };

    // As at most one continuation of each beginning ends it, so many contain Width that do not.
    static constexpr std::size_t most_candidates = 2 * Width;

    double merit(double log_probability, std::size_t length) const {
        if (options_.length_penalty == 0)
            return log_probability;
        return log_probability / std::pow(static_cast<double>(length - 1), options_.length_penalty);
    }
    double merit(const HypothesisType& hypothesis) const {
        return merit(hypothesis.log_probability, hypothesis.length);
    }

    /// Whether no continuation can be better than the worst result: labels only take from the probability,
    /// and the penalty helps the longest most.
    bool is_decided() const {
        if (results_.count < Width)
            return false;
        const std::size_t longest = options_.length_penalty > 0 ? Length : live_[0].length + 1;
        return merit(results_.hypotheses[Width - 1]) >= merit(live_[0].log_probability, longest);
    }

    void find_candidates() noexcept {
        candidate_count_ = 0;
        for (std::size_t i = 0; i < live_count_; ++i)
            for (std::size_t c = 0; c < Classes; ++c) {
                const double p = live_[i].log_probability + static_cast<double>(scores_[i * Classes + c]);
                if (!(p > -std::numeric_limits<double>::infinity()))
                    continue;
                std::size_t at = candidate_count_;
                while (at > 0 && candidates_[at - 1].log_probability < p)
                    --at;
                insert(candidates_, candidate_count_, at, Candidate{i, static_cast<Label>(c), p});
            }
    }

    /// The next live hypotheses, and results from those candidates that end and are among the best Width.
    void advance() {
        const auto before = live_;
        live_count_ = 0;
        for (std::size_t rank = 0; rank < candidate_count_; ++rank) {
            const Candidate& candidate = candidates_[rank];
            const bool ends = candidate.label == options_.end;
            if (ends ? rank >= Width : live_count_ == Width)
                continue;
            HypothesisType next = before[candidate.parent];
            next.labels[next.length++] = candidate.label;
            next.log_probability = candidate.log_probability;
            next.parent = candidate.parent;
            next.is_finished = ends;
            if (ends)
                add_result(next);
            else
                live_[live_count_++] = next;
        }
    }

    void add_result(const HypothesisType& hypothesis) {
        std::size_t at = results_.count;
        while (at > 0 && merit(results_.hypotheses[at - 1]) < merit(hypothesis))
            --at;
        insert(results_.hypotheses, results_.count, at, hypothesis);
    }

    /// Puts a value at its place in a sorted array; the last one falls out if there is no room.
    template <class T, std::size_t Size>
    static void insert(std::array<T, Size>& array, std::size_t& count, std::size_t at,
                       const T& value) noexcept {
        if (at == Size)
            return;
        count = std::min(count + 1, Size);
        for (std::size_t i = count - 1; i > at; --i)
            array[i] = array[i - 1];
        array[at] = value;
    }

    Options options_{};
    Results results_{};
    std::array<HypothesisType, Width> live_{};
    std::size_t live_count_ = 0;
    std::array<Candidate, most_candidates> candidates_{};
    std::size_t candidate_count_ = 0;
    std::array<Scalar, Width * Classes> scores_{};
};

} // namespace burin::decoding
