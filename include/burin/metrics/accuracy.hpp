#pragma once

#include "burin/metrics/metric.hpp"

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace burin::metrics {

/// The share of positions whose largest output is the target's class. With a single output, of those where
/// (output > threshold) is (target > 0.5); the default threshold is that of a logit.
/// Positions whose label is `ignore_index` do not count.
struct Accuracy {
    double threshold = 0;
    Label ignore_index = no_label; ///< If none is given, all count.
    Share share{};

    static constexpr std::string_view name = "accuracy";

    void reset() noexcept { share = {}; }

    template <Shape Output, class Scalar, class Target>
    void update(const Scalar* outputs, const Target* targets, std::size_t rows) noexcept {
        constexpr std::size_t classes = Output.last();
        const std::size_t positions = rows * (Output.size() / classes);
        for (std::size_t i = 0; i < positions; ++i) {
            if constexpr (std::is_same_v<Target, Label>)
                if (ignore_index != no_label && targets[i] == ignore_index)
                    continue;
            ++share.count;
            if constexpr (classes == 1)
                share.correct +=
                    (static_cast<double>(outputs[i]) > threshold) == (static_cast<double>(targets[i]) > 0.5);
            else
                share.correct += argmax(outputs + i * classes, classes) == target_class<classes>(targets, i);
        }
    }

    double result() const noexcept { return share.value(); }
};

} // namespace burin::metrics
