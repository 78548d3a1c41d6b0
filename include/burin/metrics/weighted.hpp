#pragma once

#include "burin/metrics/metric.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin::metrics {

namespace detail {

template <std::string_view const& Name>
struct WeightedName {
    static constexpr std::string_view prefix = "weighted_";
    static constexpr auto letters = [] {
        std::array<char, prefix.size() + Name.size()> text{};
        for (std::size_t i = 0; i < text.size(); ++i)
            text[i] = i < prefix.size() ? prefix[i] : Name[i - prefix.size()];
        return text;
    }();
};

} // namespace detail

/// A metric to which `fit` and `evaluate` give the samples' weights, told as `weighted_…`. Without it a
/// metric counts each sample once, as in Keras.
///
///     Fit{.metrics = std::tuple{metrics::Accuracy{}, metrics::Weighted{metrics::Accuracy{}}}}
template <class M>
struct Weighted : M {
    static constexpr bool takes_weights = true;
    static constexpr std::string_view name{detail::WeightedName<M::name>::letters.data(),
                                           detail::WeightedName<M::name>::letters.size()};
};
template <class M>
Weighted(M) -> Weighted<M>;

} // namespace burin::metrics
