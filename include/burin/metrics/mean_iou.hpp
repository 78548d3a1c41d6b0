#pragma once

#include "burin/metrics/class_score.hpp"

#include <cstddef>
#include <string_view>

namespace burin::metrics {

namespace detail {

struct KindMeanIoU {
    static constexpr std::string_view name = "mean_iou";
    static constexpr IoURule rule{};
    static constexpr bool leaves_out = true;
};

} // namespace detail

/// Intersection over union of each class, |named and right| / |named or right| (Jaccard's index); the mean
/// over the classes that occur or are named, NaN if there are none. For masks whose last axis are classes, or
/// of a single output (background and object).
///
///     metrics::MeanIoU<21>{.ignore_index = 255}
template <std::size_t Classes = 2>
using MeanIoU = ClassScore<detail::KindMeanIoU, Classes>;

} // namespace burin::metrics
