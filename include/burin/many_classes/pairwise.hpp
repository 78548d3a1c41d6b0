#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

// What becomes of the answers of models that tell two classes apart. Pairs (a, b) with a < b are in the order
// (0, 1), (0, 2), …, (1, 2), …, and the model's yes, a score above 0, means b.

namespace burin::many_classes {

constexpr std::size_t pair_count(std::size_t classes) noexcept {
    return classes * (classes - 1) / 2;
}

/// Calls f(pair, a, b) for all pairs of classes.
template <class Function>
constexpr void for_each_pair(std::size_t classes, Function f) {
    std::size_t pair = 0;
    for (std::size_t a = 0; a < classes; ++a)
        for (std::size_t b = a + 1; b < classes; ++b)
            f(pair++, a, b);
}

/// How much speaks for each class, from the scores of all pairs for one sample: a vote for each duel that it
/// wins, and the sum of its scores s, made smaller than half a vote by s / (3 · (|s| + 1)), for where votes
/// are equal. As scikit-learn's OneVsOneClassifier.
template <class Scalar>
void count_votes(std::span<const Scalar> scores, std::span<Scalar> votes) noexcept {
    std::ranges::fill(votes, Scalar(0));
    for_each_pair(votes.size(), [&](std::size_t pair, std::size_t a, std::size_t b) {
        votes[b] += scores[pair];
        votes[a] -= scores[pair];
    });
    for (Scalar& sum : votes)
        sum /= 3 * (std::abs(sum) + 1);
    for_each_pair(votes.size(), [&](std::size_t pair, std::size_t a, std::size_t b) {
        votes[scores[pair] > 0 ? b : a] += 1;
    });
}

/// Probabilities p of the classes from those of the pairs for one sample (r_ab, that it is a where it is a or
/// b; given is that of b): those that make Σ_a Σ_b (r_ba · p_a − r_ab · p_b)² least. Wu, Lin and Weng,
/// "Probability Estimates for Multi-class Classification by Pairwise Coupling", JMLR 5 (2004), second method;
/// as LIBSVM.
inline void couple(std::span<const double> of_second, std::span<double> probabilities) {
    const std::size_t classes = probabilities.size();
    std::vector<double> q(classes * classes, 0), qp(classes);
    for_each_pair(classes, [&](std::size_t pair, std::size_t a, std::size_t b) {
        // None is certain, so that there is one solution.
        const double second = std::clamp(of_second[pair], 1e-7, 1 - 1e-7), first = 1 - second;
        q[a * classes + a] += second * second;
        q[b * classes + b] += first * first;
        q[a * classes + b] = q[b * classes + a] = -second * first;
    });
    std::ranges::fill(probabilities, 1 / static_cast<double>(classes));
    const std::size_t most = std::max<std::size_t>(1000, 10 * classes);
    for (std::size_t repeat = 0; repeat < most; ++repeat) {
        double pqp = 0, worst = 0;
        for (std::size_t t = 0; t < classes; ++t) {
            qp[t] = 0;
            for (std::size_t j = 0; j < classes; ++j)
                qp[t] += q[t * classes + j] * probabilities[j];
            pqp += probabilities[t] * qp[t];
        }
        for (const double each : qp)
            worst = std::max(worst, std::abs(each - pqp));
        if (!(worst > 1e-12))
            break;
        for (std::size_t t = 0; t < classes; ++t) {
            const double change = (pqp - qp[t]) / q[t * classes + t], scale = 1 / (1 + change);
            probabilities[t] += change;
            pqp = (pqp + change * (change * q[t * classes + t] + 2 * qp[t])) * scale * scale;
            for (std::size_t j = 0; j < classes; ++j) {
                qp[j] = (qp[j] + change * q[t * classes + j]) * scale;
                probabilities[j] *= scale;
            }
        }
    }
}

} // namespace burin::many_classes
