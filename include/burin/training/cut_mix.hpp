#pragma once

#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/training/mixing.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin {

namespace detail {

template <class Batch>
struct CutImages {
    static constexpr Sentence problem = [] {
        Sentence sentence;
        const auto& shapes = Batch::input_shapes;
        if (shapes.size() != 1 || shapes[0].rank < 2 || shapes[0].rank > 3)
            sentence
                .append("CutMix: expected one input `[height, width]` or `[height, width, channels]`, got `")
                .append(shapes[0])
                .append("`");
        return sentence;
    }();
};

} // namespace detail

/// Trains on images with a piece of another: each pair of images of a batch exchange a rectangle, at the same
/// place, and their targets become λ · one + (1 − λ) · the other, 1 − λ being the rectangle's part of the
/// image. Its sides are √(1 − λ) of the image's with λ from Beta(alpha, alpha), its middle is anywhere, and
/// what hangs out is cut off; one rectangle for each batch. Else as `MixUp`.
///
///     fit(model, data::one_hot(train, 10),
///         Fit{.loss = losses::CategoricalCrossentropy{}, .augment = CutMix{}});
///
/// Yun, Han, Oh, Chun, Choe and Yoo, arXiv:1905.04899.
struct CutMix {
    double alpha = 1; ///< 0: nothing is cut.

    /// What can't be cut or mixed is refused when compiling.
    template <class Batch>
    struct Examined {
        static constexpr Sentence problem = detail::CutImages<Batch>::problem.empty()
                                                ? detail::MixedTargets<"CutMix", Batch>::problem
                                                : detail::CutImages<Batch>::problem;
    };

    template <class Batch>
    void operator()(Batch& batch, const RandomStream& stream) const {
        if constexpr (Examined<Batch>::problem.empty()) {
            constexpr Shape shape = Batch::input_shapes[0];
            constexpr std::size_t height = shape[0], width = shape[1],
                                  channels = shape.size() / height / width;
            detail::Draws draws(stream);
            const double side = std::sqrt(1 - detail::beta_number(alpha, draws));
            const auto [top, bottom] = cut(height, side, draws);
            const auto [left, right] = cut(width, side, draws);
            detail::for_each_pair(batch.rows, [&](std::size_t row, std::size_t partner) {
                const auto one = detail::row_of(batch.inputs[0], batch.rows, row);
                const auto other = detail::row_of(batch.inputs[0], batch.rows, partner);
                for (std::size_t y = top; y < bottom; ++y) {
                    const std::size_t first = (y * width + left) * channels;
                    const auto piece = one.subspan(first, (right - left) * channels);
                    std::swap_ranges(piece.begin(), piece.end(), other.subspan(first).begin());
                }
            });
            const double area = static_cast<double>((bottom - top) * (right - left));
            detail::mix_targets(batch, 1 - area / static_cast<double>(height * width));
        }
    }

  private:
    struct Interval {
        std::size_t first = 0, last = 0;
    };

    static Interval cut(std::size_t extent, double side, detail::Draws& draws) noexcept {
        const auto length = static_cast<std::size_t>(static_cast<double>(extent) * side);
        const std::size_t middle = draws.below(extent), before = length / 2;
        return {middle > before ? middle - before : 0, std::min(middle + (length - before), extent)};
    }
};

} // namespace burin
