#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace burin::optimizers::detail {

/// A place on the line of a search: how far along, the loss there and its slope.
struct LinePoint {
    double t = 0;
    double loss = 0;
    double slope = 0;
};

/// Where the cubic through two points and their slopes is least, within [low, high]; the middle of these
/// where it has no minimum or a loss or slope is no finite number.
inline double cubic_minimum(const LinePoint& a, const LinePoint& b, double low, double high) noexcept {
    const auto& [left, right] = a.t <= b.t ? std::pair(a, b) : std::pair(b, a);
    const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
    const double d2 = std::sqrt(d1 * d1 - a.slope * b.slope);
    const double least =
        right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
    return std::isnan(least) ? (low + high) / 2 : std::min(std::max(least, low), high);
}

/// One end of the interval that holds what is searched, and in which of two slots its gradients are.
struct LineEnd {
    LinePoint point{};
    std::size_t slot = 0;
};

/// Searches a t > 0 that fulfils the strong Wolfe conditions: the loss falls by at least 1e-4 of what the
/// slope at 0 promises, and the slope is at most 0.9 of that in size. Nocedal and Wright, "Numerical
/// Optimization", algorithms 3.5 and 3.6, as PyTorch has them, trial by trial; but a loss that is infinite
/// halves the interval.
///
/// `line.at(t)` goes there, `line.keep(slot)` keeps the gradients of where it is and `line.keep_start(slot)`
/// those at 0. `longest` is the largest element of the direction, and `most` how many trials there may be
/// after the first. Returns the best point found, and counts the trials.
template <class Line>
LineEnd strong_wolfe(const Line& line, const LinePoint& start, double first_t, double longest, unsigned most,
                     unsigned& evaluations) noexcept {
    const auto is_too_high = [&](const LinePoint& point) {
        return point.loss > start.loss + 1e-4 * point.t * start.slope;
    };
    const auto is_flat = [&](const LinePoint& point) { return std::abs(point.slope) <= -0.9 * start.slope; };
    unsigned trials = 0;
    const auto go_to = [&](double t) {
        ++evaluations;
        return line.at(t);
    };

    // Goes on until there is what is searched between two points.
    LinePoint previous = start, now = go_to(first_t);
    line.keep_start(0);
    for (; trials < most; ++trials) {
        if (is_too_high(now) || (trials > 1 && now.loss >= previous.loss))
            break;
        if (is_flat(now)) {
            line.keep(1);
            return {now, 1};
        }
        if (now.slope >= 0)
            break;
        const double next = cubic_minimum(previous, now, now.t + 0.01 * (now.t - previous.t), now.t * 10);
        line.keep(0);
        previous = std::exchange(now, go_to(next));
    }
    if (trials == most) {
        previous = start;
        line.keep_start(0);
    }
    line.keep(1);

    // Makes the interval smaller.
    LineEnd ends[2] = {{previous, 0}, {now, 1}};
    const auto lower_end = [&] { return ends[0].point.loss <= ends[1].point.loss ? 0 : 1; };
    int low = lower_end();
    bool was_near_end = false;
    for (; trials < most; ++trials) {
        const auto [least, largest] = std::minmax({ends[0].point.t, ends[1].point.t});
        if ((largest - least) * longest < 1e-9)
            break;
        double t = cubic_minimum(ends[0].point, ends[1].point, least, largest);
        // Twice near the same end would be little progress.
        const double margin = 0.1 * (largest - least);
        const bool is_near_end = std::min(largest - t, t - least) < margin;
        const bool moves = is_near_end && (was_near_end || t >= largest || t <= least);
        if (moves)
            t = largest - t < t - least ? largest - margin : least + margin;
        was_near_end = is_near_end && !moves;

        now = go_to(t);
        LineEnd &lower = ends[low], &higher = ends[1 - low];
        if (is_too_high(now) || now.loss >= lower.point.loss) {
            higher.point = now;
            line.keep(higher.slot);
            low = lower_end();
            continue;
        }
        if (!is_flat(now) && now.slope * (higher.point.t - lower.point.t) >= 0)
            std::swap(lower, higher);
        lower.point = now;
        line.keep(lower.slot);
        if (is_flat(now))
            break;
    }
    return ends[low];
}

} // namespace burin::optimizers::detail
