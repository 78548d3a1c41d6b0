#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/reduction/projection.hpp"
#include "burin/data/reduction/width.hpp"

#include <concepts>
#include <cstddef>

namespace burin::data {

/// How principal components are found. `exact` takes samples · features² steps and some features³, and suits
/// a few hundred features; `randomized` takes as many sweeps over the data as its `iterations`, two each, and
/// suits few components of many features (Halko, Martinsson and Tropp, arXiv:0909.4061).
enum class PrincipalSolver { exact, randomized };

struct PCAOptions {
    PrincipalSolver solver = PrincipalSolver::exact;
};

/// A stage that makes `Components` features of all: the coordinates along the directions in which the samples
/// vary most, as scikit-learn's `PCA`; a direction's largest number is positive. Scale the features first
/// where their units differ. Fitted by `fit_pca.hpp`, which needs Eigen; what is fitted does not.
///
///     data::Pipeline<Input<64>, data::PCA<8>> preparation;
///     preparation.fit(train);
///
/// Expects finite numbers, and more samples than components.
template <std::size_t Components, PCAOptions Options = PCAOptions{}>
struct PCA {
    static constexpr Text<64> name() { return Text<64>("PCA<").append(Components).append(">"); }
    static constexpr Sentence problem(const Shape& input) { return detail::reject_width(input, Components); }
    static constexpr Shape output_shape(const Shape&) { return Shape(Components); }

    template <Shape In, std::floating_point Scalar>
    using Fitted = Projection<In.size(), Components, Scalar>;

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples);
};

} // namespace burin::data
