#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/reduction/selection.hpp"

#include <concepts>
#include <cstddef>

namespace burin::data {

/// A stage that keeps the features whose variance exceeds `Threshold`, in their order, as scikit-learn's
/// `VarianceThreshold`. As the width is known to the compiler, it says how many these are; `fit` refuses data
/// of which others are, and names their number. `fit_selection.hpp`.
///
///     data::Pipeline<Input<64>, data::VarianceThreshold<61>> preparation;
template <std::size_t Features, double Threshold = 0.0>
struct VarianceThreshold : detail::KeepFeatures<Features> {
    static_assert(Threshold >= 0, "VarianceThreshold: expected a threshold of at least 0");

    static constexpr Text<64> name() {
        return Text<64>("VarianceThreshold<").append(Features).append(", ").append(Threshold).append(">");
    }

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples);
};

} // namespace burin::data
