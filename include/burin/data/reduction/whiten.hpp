#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/reduction/pca.hpp"
#include "burin/data/reduction/projection.hpp"
#include "burin/data/reduction/width.hpp"

#include <concepts>
#include <cstddef>

namespace burin::data {

/// A stage as `PCA`, whose features all have variance 1 on what it was fitted on, and no correlation:
/// scikit-learn's `PCA(whiten=True)`.
template <std::size_t Components, PCAOptions Options = PCAOptions{}>
struct Whiten {
    static constexpr Text<64> name() { return Text<64>("Whiten<").append(Components).append(">"); }
    static constexpr Sentence problem(const Shape& input) { return detail::reject_width(input, Components); }
    static constexpr Shape output_shape(const Shape&) { return Shape(Components); }

    template <Shape In, std::floating_point Scalar>
    using Fitted = Projection<In.size(), Components, Scalar>;

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples);
};

/// A stage that whitens and keeps the features where they were: x ↦ V (Λ + ε)^(-1/2) Vᵀ (x − mean), with the
/// eigenvectors V and eigenvalues Λ of the covariance. Of all whitenings it changes the samples least (Bell
/// and Sejnowski, "The 'independent components' of natural scenes are edge filters", 1997). `Epsilon` keeps
/// directions in which nothing varies from being blown up. The shape stays.
template <double Epsilon = 1e-5>
struct WhitenZCA {
    static_assert(Epsilon >= 0, "WhitenZCA: expected an epsilon of at least 0");

    static constexpr Text<64> name() { return Text<64>("WhitenZCA<").append(Epsilon).append(">"); }
    static constexpr Shape output_shape(const Shape& input) { return input; }

    template <Shape In, std::floating_point Scalar>
    using Fitted = Projection<In.size(), In.size(), Scalar>;

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples);
};

} // namespace burin::data
