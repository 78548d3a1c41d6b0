#pragma once

#include "burin/metrics/metric.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace burin::metrics {

/// The share of positions where fewer than K outputs are larger than that of the target's class. Positions
/// whose label is `ignore_index` do not count; another label that is no class is never right.
template <std::size_t K = 5>
struct TopKAccuracy {
    IgnoredLabel ignore_index{}; ///< If none is given, all count.
    Share share{};

    static constexpr std::string_view name = "top_k_accuracy";

    void reset() noexcept { share = {}; }

    template <Shape Output, class Scalar, class Target>
    void update(const Scalar* outputs, const Target* targets, std::size_t rows,
                const Scalar* weights = nullptr) noexcept {
        constexpr std::size_t classes = Output.last();
        for_each_position<Output.size() / classes>(rows, weights, [&](std::size_t i, double weight) {
            if constexpr (std::is_same_v<Target, Label>)
                if (ignore_index.matches(targets[i]))
                    return;
            const Scalar* const scores = outputs + i * classes;
            const std::size_t target = target_class<classes>(targets, i);
            std::size_t larger = target < classes ? 0 : K;
            // Not ">": a network whose outputs are NaN must not seem right.
            for (std::size_t c = 0; target < classes && c < classes; ++c)
                larger += c != target && !(scores[c] <= scores[target]);
            share.add(larger < K && scores[target] <= scores[target], weight);
        });
    }

    void merge(const TopKAccuracy& other) noexcept { share.merge(other.share); }
    double result() const noexcept { return share.value(); }
    std::array<double, 2> state() const noexcept { return share.state(); }
    void restore(const std::array<double, 2>& state) noexcept { share.restore(state); }
};

} // namespace burin::metrics
