#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/reduction/width.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace burin::data {

/// What a random projection's matrix is drawn from: the normal distribution of variance 1/components, or few
/// numbers other than 0, ±√(√features/components), in a share 1/√features of the places (Li, Hastie and
/// Church, "Very Sparse Random Projections", KDD 2006), which take a quarter of the memory.
enum class RandomMatrix { gaussian, sparse };

/// A stage that makes `Components` features by a matrix that is drawn and learns nothing: distances between
/// samples stay what they were but for a share that `johnson_lindenstrauss_size` tells, whatever the samples
/// are. As scikit-learn's `GaussianRandomProjection` and `SparseRandomProjection`. `fit` draws, from the seed
/// of the pipeline: `fit_random_projection.hpp`.
///
///     data::Pipeline<Input<10'000>, data::RandomProjection<300, data::RandomMatrix::sparse>> preparation;
template <std::size_t Components, RandomMatrix Kind = RandomMatrix::gaussian>
struct RandomProjection {
    static constexpr Text<64> name() {
        return Text<64>("RandomProjection<")
            .append(Components)
            .append(Kind == RandomMatrix::gaussian ? ", gaussian>" : ", sparse>");
    }
    static constexpr Sentence problem(const Shape& input) { return detail::reject_width(input, Components); }
    static constexpr Shape output_shape(const Shape&) { return Shape(Components); }

    template <Shape In, std::floating_point Scalar>
    struct Gaussian {
        std::array<Scalar, Components * In.size()> matrix{}; ///< [Components, features].

        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            for (std::size_t o = 0; o < Components; ++o) {
                Scalar sum = 0;
                for (std::size_t i = 0; i < In.size(); ++i)
                    sum += matrix[o * In.size() + i] * in[i];
                out[o] = sum;
            }
        }
    };

    template <Shape In, std::floating_point Scalar>
    struct Sparse {
        std::array<Scalar, 1> scale{};
        std::array<std::uint8_t, Components * In.size()> signs{}; ///< 0: none, 1: plus, 2: minus.

        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            for (std::size_t o = 0; o < Components; ++o) {
                Scalar sum = 0;
                for (std::size_t i = 0; i < In.size(); ++i) {
                    const std::uint8_t sign = signs[o * In.size() + i];
                    if (sign != 0)
                        sum += sign == 1 ? in[i] : -in[i];
                }
                out[o] = sum * scale[0];
            }
        }
    };

    template <Shape In, std::floating_point Scalar>
    using Fitted =
        std::conditional_t<Kind == RandomMatrix::gaussian, Gaussian<In, Scalar>, Sparse<In, Scalar>>;

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples);
};

} // namespace burin::data
