#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/reduction/selection.hpp"

#include <array>
#include <concepts>
#include <cstddef>

namespace burin::data {

/// What a feature alone says of the target. The first three are scikit-learn's `f_classif`, `f_regression`
/// and `chi2` (for features that are counts or shares, none below 0); the last `mutual_info_classif`.
enum class FeatureScore {
    anova_f,            ///< Of classes: how far their means are apart, against how far samples are.
    regression_f,       ///< Of a number: the correlation.
    chi_squared,        ///< Of classes: how far a feature's sums are from what they were if all were alike.
    mutual_information, ///< Of classes: any dependence, from the nearest neighbours.
};

/// A stage that keeps the `Features` features with the best score, in their order, as scikit-learn's
/// `SelectKBest`; of equally good ones the later. It sees one feature at a time: of two that say the same
/// both are kept. `fit_selection.hpp`.
///
///     data::Pipeline<Input<64>, data::SelectBest<20, data::FeatureScore::anova_f>> preparation;
template <std::size_t Features, FeatureScore Score = FeatureScore::anova_f>
struct SelectBest : detail::KeepFeatures<Features> {
    static constexpr Text<64> name() {
        constexpr std::array names{"anova_f", "regression_f", "chi_squared", "mutual_information"};
        return Text<64>("SelectBest<")
            .append(Features)
            .append(", ")
            .append(names[static_cast<std::size_t>(Score)])
            .append(">");
    }

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples);
};

} // namespace burin::data
