#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/number_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace burin::data {

/// t-SNE: places in the plane such that near points stay near. Van der Maaten and Hinton, "Visualizing Data
/// using t-SNE", JMLR 9 (2008). Rules and defaults are those of scikit-learn's `TSNE(method="exact")`. Near
/// places mean near points; how far groups are apart and how large they are means little.
struct TSNE {
    double perplexity = 30; ///< Some number of neighbours that each point has, fewer than there are points.
    double early_exaggeration = 12; ///< By which similarities are multiplied in the first steps.
    double learning_rate = 0;       ///< 0: points/exaggeration/4, at least 50.
    std::size_t early_steps = 250;  ///< Of them all.
    std::size_t steps = 1000;
};

/// Where points were put.
struct Embedding {
    std::vector<double> places; ///< [points, 2].
    double divergence = 0; ///< The Kullback-Leibler divergence that is left, in nats: what t-SNE makes small.
    std::size_t steps = 0; ///< Taken before nothing became better.
};

namespace detail {

/// Squared distances of all pairs of points, [points, points], in units of the largest number, so that none
/// is infinite.
inline std::vector<double> square_distances(std::span<const double> points, std::size_t width) {
    const std::size_t count = points.size() / width;
    double unit = 0;
    for (const double value : points)
        unit = std::max(unit, std::abs(value));
    std::vector<double> scaled(points.begin(), points.end());
    for (double& value : scaled)
        value = unit > 0 ? value / unit : 0;
    std::vector<double> result(count * count);
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            double sum = 0;
            for (std::size_t f = 0; f < width; ++f) {
                const double difference = scaled[i * width + f] - scaled[j * width + f];
                sum += difference * difference;
            }
            result[i * count + j] = result[j * count + i] = sum;
        }
    return result;
}

} // namespace detail

/// How similar the points of each pair are, [points, points], all together 1: each point's similarities to
/// the others are those of a normal distribution whose entropy is that of `perplexity` equally likely ones,
/// and those of both directions are added.
inline std::vector<double> similarities(std::span<const double> points, std::size_t width,
                                        double perplexity) {
    const std::size_t count = points.size() / width;
    const std::vector<double> distances = detail::square_distances(points, width);
    std::vector<double> own(count * count);
    for (std::size_t i = 0; i < count; ++i) {
        const double* const distance = distances.data() + i * count;
        double* const similarity = own.data() + i * count;
        // Less the least one nothing vanishes; the shares are the same.
        double nearest = std::numeric_limits<double>::infinity();
        for (std::size_t j = 0; j < count; ++j)
            if (j != i)
                nearest = std::min(nearest, distance[j]);
        double precision = 1, low = 0, high = std::numeric_limits<double>::infinity();
        for (int step = 0; step < 200; ++step) {
            double sum = 0, weighted = 0;
            for (std::size_t j = 0; j < count; ++j) {
                const double away = distance[j] - nearest;
                similarity[j] = j == i ? 0 : std::exp(-precision * away);
                sum += similarity[j];
                weighted += similarity[j] * away;
            }
            for (std::size_t j = 0; j < count; ++j)
                similarity[j] /= sum;
            const double excess = std::log(sum) + precision * weighted / sum - std::log(perplexity);
            if (std::abs(excess) <= 1e-10)
                break;
            (excess > 0 ? low : high) = precision;
            precision = std::isinf(high) ? precision * 2 : low / 2 + high / 2;
        }
    }
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < i; ++j)
            own[i * count + j] = own[j * count + i] =
                std::max((own[i * count + j] + own[j * count + i]) / (2 * static_cast<double>(count)),
                         std::numeric_limits<double>::epsilon());
    return own;
}

/// The divergence of places from similarities, and its gradient by the places. `kernel` is scratch of as many
/// numbers as there are similarities.
inline double divergence(std::span<const double> similarities, std::span<const double> places,
                         std::span<double> gradient, std::span<double> kernel) {
    const std::size_t count = places.size() / 2;
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const double x = places[2 * i] - places[2 * j], y = places[2 * i + 1] - places[2 * j + 1];
            kernel[i * count + j] = 1 / (1 + x * x + y * y);
            sum += 2 * kernel[i * count + j];
        }
    std::ranges::fill(gradient, 0.0);
    double result = 0;
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const double p = similarities[i * count + j], near = kernel[i * count + j];
            const double q = std::max(near / sum, std::numeric_limits<double>::epsilon());
            result += 2 * p * std::log(p / q);
            const double pull = 4 * (p - q) * near;
            const double x = pull * (places[2 * i] - places[2 * j]);
            const double y = pull * (places[2 * i + 1] - places[2 * j + 1]);
            gradient[2 * i] += x;
            gradient[2 * i + 1] += y;
            gradient[2 * j] -= x;
            gradient[2 * j + 1] -= y;
        }
    return result;
}

/// Puts points, rows of `width` numbers, into the plane, from `start`, [points, 2]: the first two principal
/// components, of which `tsne(data)` makes the first deviate by 10⁻⁴. Nothing is drawn: the same points have
/// the same places from one program; another compiler's rounding leads elsewhere. Each step takes points²
/// steps, and memory for three times as many numbers. Throws Error for numbers that are not finite, and for a
/// perplexity that is not below the number of points.
inline Embedding tsne(std::span<const double> points, std::size_t width, std::span<const double> start,
                      const TSNE& options = {}) {
    return core::within_memory("tsne", [&] {
        const std::size_t count = width == 0 ? 0 : points.size() / width;
        if (count < 2 || points.size() != count * width || start.size() != 2 * count)
            throw Error("tsne: expected two or more points of " + std::to_string(width) +
                        " numbers, and two numbers of each to start at, got " +
                        std::to_string(points.size()) + " and " + std::to_string(start.size()));
        if (!(options.perplexity >= 1 && options.perplexity < static_cast<double>(count)))
            throw Error("tsne: expected a perplexity from 1 to below " + std::to_string(count) +
                        ", the number of points, got " + number_text(options.perplexity));
        for (std::size_t i = 0; i < points.size(); ++i)
            if (!std::isfinite(points[i]))
                throw Error("tsne: point " + std::to_string(i / width) + ", feature " +
                            std::to_string(i % width) + ": expected a finite number, got " +
                            number_text(points[i]));
        std::vector<double> similar = similarities(points, width, options.perplexity);
        const double rate = options.learning_rate > 0
                                ? options.learning_rate
                                : std::max(static_cast<double>(count) / options.early_exaggeration / 4, 50.0);
        Embedding result;
        result.places.assign(start.begin(), start.end());
        std::vector<double> gradient(2 * count), speed(2 * count), gains(2 * count, 1), kernel(count * count);
        const auto scale = [&](double factor) {
            for (double& similarity : similar)
                similarity *= factor;
        };
        // Places far apart first pull each other near, and then come to rest.
        const auto descend = [&](std::size_t steps, double momentum) {
            double best = std::numeric_limits<double>::infinity();
            std::size_t best_step = 0;
            for (std::size_t step = 0; step < steps; ++step, ++result.steps) {
                result.divergence = divergence(similar, result.places, gradient, kernel);
                if (result.divergence < best) {
                    best = result.divergence;
                    best_step = step;
                } else if (step - best_step > 300) {
                    break;
                }
                double norm = 0;
                for (std::size_t i = 0; i < gradient.size(); ++i) {
                    norm += gradient[i] * gradient[i];
                    gains[i] = std::max(speed[i] * gradient[i] < 0 ? gains[i] + 0.2 : gains[i] * 0.8, 0.01);
                    speed[i] = momentum * speed[i] - rate * gains[i] * gradient[i];
                    result.places[i] += speed[i];
                }
                if (norm <= 1e-14)
                    break;
            }
        };
        scale(options.early_exaggeration);
        descend(std::min(options.early_steps, options.steps), 0.5);
        scale(1 / options.early_exaggeration);
        // Each part of the way begins at rest.
        std::ranges::fill(speed, 0.0);
        std::ranges::fill(gains, 1.0);
        descend(options.steps - std::min(options.early_steps, options.steps), 0.8);
        result.divergence = divergence(similar, result.places, gradient, kernel);
        return result;
    });
}

} // namespace burin::data
