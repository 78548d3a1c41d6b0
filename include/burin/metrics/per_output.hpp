#pragma once

#include "burin/core/language.hpp"

#include <tuple>
#include <type_traits>
#include <utility>

namespace burin::metrics {

namespace detail {

template <class Metric>
struct AsTuple {
    using type = std::tuple<Metric>;
};
template <class... Metrics>
struct AsTuple<std::tuple<Metrics...>> {
    using type = std::tuple<Metrics...>;
};

} // namespace detail

/// Metrics for each output of a network, in the order of its outputs: for each a metric, or a tuple of any
/// number.
///
///     PerOutput{MeanAbsoluteError{}, std::tuple{Accuracy{}, TopKAccuracy<3>{}}, std::tuple{}}
///
/// Each is told under the name of its output, as in `class_accuracy`.
template <class... Each>
struct PerOutput {
    std::tuple<typename detail::AsTuple<Each>::type...> outputs;

    constexpr explicit PerOutput(Each... each) : outputs(typename detail::AsTuple<Each>::type(each)...) {}
};

} // namespace burin::metrics
