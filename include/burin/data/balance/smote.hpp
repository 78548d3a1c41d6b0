#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/random.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/balance/class_counts.hpp"
#include "burin/data/balance/neighbours.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/number_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data {

/// Samples of small classes that are made up between those that there are. Chawla, Bowyer, Hall and
/// Kegelmeyer, "SMOTE: Synthetic Minority Over-sampling Technique", JAIR 16 (2002); arithmetic, neighbours
/// and counts as imbalanced-learn's `SMOTE`, whose draws are others.
struct Smote {
    std::size_t neighbours = 5; ///< Of a sample in its class, one of which is drawn.
    Resampling classes{};       ///< How many of each there are to be, and the seed.
};

/// The same near the border alone: only between samples of which at least half of the nearest
/// `border_neighbours` are of other classes, but not all (such are noise), and their neighbours in the class.
/// Han, Wang and Mao, "Borderline-SMOTE", ICIC 2005, its first kind. A class that has no such sample stays as
/// it is.
struct BorderlineSmote {
    std::size_t neighbours = 5;
    std::size_t border_neighbours = 10;
    Resampling classes{};
};

/// A point between others: that of number `pair / neighbours` among those asked for, and its neighbour number
/// `pair % neighbours`, `step` of the way (0 to 1).
struct SmoteDraw {
    std::size_t pair = 0;
    double step = 0;
};

/// The points that draws stand for: x + step · (neighbour − x). `neighbours` is `[asked, count]`, as
/// `nearest_neighbours` gives them.
template <class Scalar>
std::vector<Scalar>
between_neighbours(std::span<const Scalar> points, std::size_t width, std::span<const std::size_t> asked,
                   std::span<const std::size_t> neighbours, std::span<const SmoteDraw> draws) {
    const std::size_t count = asked.empty() ? 1 : neighbours.size() / asked.size();
    std::vector<Scalar> made;
    made.reserve(draws.size() * width);
    for (const SmoteDraw& draw : draws) {
        if (draw.pair >= neighbours.size())
            throw Error("between_neighbours: expected the number of a pair below " +
                        std::to_string(neighbours.size()) + ", got " + std::to_string(draw.pair));
        const Scalar* const from = points.data() + asked[draw.pair / count] * width;
        const Scalar* const to = points.data() + neighbours[draw.pair] * width;
        for (std::size_t i = 0; i < width; ++i) {
            const auto start = static_cast<double>(from[i]);
            made.push_back(static_cast<Scalar>(start + draw.step * (static_cast<double>(to[i]) - start)));
        }
    }
    return made;
}

/// Those of the samples asked for that lie at the border of their class.
template <class Scalar>
std::vector<std::size_t> at_border(std::span<const Scalar> points, std::size_t width,
                                   std::span<const Label> labels, std::span<const std::size_t> asked,
                                   std::size_t neighbours) {
    const std::vector<std::size_t> near =
        nearest_neighbours(points, width, asked, neighbours, "BorderlineSmote");
    std::vector<std::size_t> border;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        std::size_t others = 0;
        for (std::size_t n = 0; n < neighbours; ++n)
            others += labels[near[i * neighbours + n]] != labels[asked[i]];
        if (2 * others >= neighbours && others < neighbours)
            border.push_back(asked[i]);
    }
    return border;
}

namespace detail {

/// The set, and behind it the samples that are made up. `choose(members, points, labels)` is between which of
/// a class's samples and their neighbours.
template <class Scalar, class Choose>
Dataset<Label, Scalar> with_samples_between(const Dataset<Label, Scalar>& data, std::size_t neighbours,
                                            const Resampling& classes, std::string_view who,
                                            const Choose& choose) {
    std::vector<Label> labels = data.labels();
    const std::size_t width = data.input_shape().size();
    const auto members = members_of_classes(labels, who);
    const auto wanted = wanted_counts(members, classes, true, who);
    if (count_of_all(wanted, who) > std::vector<Scalar>().max_size() / std::max<std::size_t>(width, 1))
        throw std::bad_alloc();
    std::vector<Scalar> points, weights;
    points.reserve(data.size() * width);
    for (std::size_t i = 0; i < data.size(); ++i) {
        for (std::size_t f = 0; f < width; ++f) {
            if (!std::isfinite(data.input(i)[f]))
                throw Error(std::string(who) + ": sample " + std::to_string(i) + ", feature " +
                            std::to_string(f) + ": expected a finite number, got " +
                            number_text(data.input(i)[f]));
            points.push_back(data.input(i)[f]);
        }
        if (data.has_weights())
            weights.push_back(data.weight(i));
    }
    const std::span<const Scalar> originals = points;
    std::vector<Scalar> all_made;
    for (std::size_t c = 0; c < members.size(); ++c) {
        const std::size_t there = members[c].size();
        if (wanted[c] == there)
            continue;
        if (neighbours == 0 || there <= neighbours)
            throw Error(std::string(who) + ": class " + std::to_string(c) + ": expected more than " +
                        std::to_string(neighbours) + " samples, as each has so many neighbours, got " +
                        std::to_string(there));
        const std::vector<std::size_t> chosen =
            choose(members[c], originals, std::span<const Label>(labels).first(data.size()));
        if (chosen.empty())
            continue;
        // Neighbours within the class: by their places among its points.
        std::vector<Scalar> own;
        for (const std::size_t member : members[c])
            own.insert(own.end(), originals.begin() + static_cast<std::ptrdiff_t>(member * width),
                       originals.begin() + static_cast<std::ptrdiff_t>((member + 1) * width));
        std::vector<std::size_t> asked;
        for (const std::size_t sample : chosen)
            asked.push_back(
                static_cast<std::size_t>(std::ranges::lower_bound(members[c], sample) - members[c].begin()));
        const auto near = nearest_neighbours(std::span<const Scalar>(own), width, asked, neighbours, who);
        const RandomStream stream{classes.seed, Purpose::augmentation, static_cast<std::uint32_t>(c + 1)};
        std::vector<SmoteDraw> draws(wanted[c] - there);
        for (std::size_t i = 0; i < draws.size(); ++i)
            draws[i] = {stream.below(static_cast<std::uint32_t>(near.size()), 2 * i),
                        stream.uniform(2 * i + 1)};
        const auto made =
            between_neighbours(std::span<const Scalar>(own), width, std::span<const std::size_t>(asked),
                               std::span<const std::size_t>(near), draws);
        all_made.insert(all_made.end(), made.begin(), made.end());
        labels.insert(labels.end(), draws.size(), static_cast<Label>(c));
        if (data.has_weights())
            for (const SmoteDraw& draw : draws)
                weights.push_back(data.weight(members[c][asked[draw.pair / neighbours]]));
    }
    points.insert(points.end(), all_made.begin(), all_made.end());
    return Dataset<Label, Scalar>(data.input_shape(), std::move(points), std::move(labels),
                                  std::move(weights));
}

} // namespace detail

/// The set with samples of small classes made up behind its own; a made-up one weighs what the one weighs
/// that it was made from. Train on what comes of it, and validate on what was split off before. Scale the
/// features first: neighbours are those by distance.
///
///     const auto more = data::smote(train, data::Smote{.neighbours = 5, .classes = {.seed = 1}});
///
/// Throws Error for numbers that are not finite, and if a class to be larger has no more than `neighbours`
/// samples.
template <class Scalar>
Dataset<Label, Scalar> smote(const Dataset<Label, Scalar>& data, const Smote& options = {}) {
    return core::within_memory("smote", [&] {
        return detail::with_samples_between(
            data, options.neighbours, options.classes, "smote",
            [](const std::vector<std::size_t>& members, auto, auto) { return members; });
    });
}
template <class Scalar>
Dataset<Label, Scalar> smote(const Dataset<Label, Scalar>& data, const BorderlineSmote& options) {
    return core::within_memory("smote", [&] {
        return detail::with_samples_between(
            data, options.neighbours, options.classes, "smote",
            [&](const std::vector<std::size_t>& members, std::span<const Scalar> points,
                std::span<const Label> labels) {
                return at_border(points, data.input_shape().size(), labels,
                                 std::span<const std::size_t>(members), options.border_neighbours);
            });
    });
}

} // namespace burin::data
