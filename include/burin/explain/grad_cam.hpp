#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/shape.hpp"
#include "burin/explain/target.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace burin::explain {

/// Which places of a feature map speak for the target y: Σ_c w_c · A_c, where A_c is channel c of what a node
/// gives (a convolution, say, or the activation behind it) and w_c the mean of ∂y / ∂A_c over all places;
/// with `relu` what speaks against it is 0. Selvaraju et al., "Grad-CAM", arXiv:1610.02391.
///
///     Explainer<Net, 1, OfNode<"conv2">> explainer;
///     explain::GradCam{}(explainer, parameters, image, {.element = 3}, map);
///     explain::resize(map, Shape(7, 7), heat, Shape(28, 28));
///
/// `map` has one number for each place of the node: its shape without the last axis. Returns y.
struct GradCam {
    bool relu = true;

    template <class Explainer>
    typename Explainer::Scalar operator()(Explainer& explainer, typename Explainer::Pointers parameters,
                                          std::span<const typename Explainer::Scalar> sample,
                                          const Target& target,
                                          std::span<typename Explainer::Scalar> map) const noexcept {
        using Scalar = typename Explainer::Scalar;
        constexpr std::size_t channels = Explainer::node_shape().last();
        constexpr std::size_t places = Explainer::node_shape().size() / channels;
        if (!detail::fits<Explainer>(sample, map, places))
            return 0;
        explainer.put(0, sample);
        explainer.run(parameters, 1, detail::OneHot<Explainer>{target});
        const Scalar *const features = explainer.node(), *const gradient = explainer.gradient();
        std::ranges::fill(map, Scalar(0));
        if (gradient != nullptr)
            for (std::size_t channel = 0; channel < channels; ++channel) {
                Scalar weight = 0;
                for (std::size_t place = 0; place < places; ++place)
                    weight += gradient[place * channels + channel];
                weight /= static_cast<Scalar>(places);
                for (std::size_t place = 0; place < places; ++place)
                    map[place] += weight * features[place * channels + channel];
            }
        if (relu)
            for (Scalar& sum : map)
                sum = sum < 0 ? Scalar(0) : sum;
        return detail::value_of(explainer, target, 0);
    }
};

/// An image `[height, width]` of another size, by linear interpolation between the centres of its pixels;
/// beyond the outermost ones as these. As PyTorch's `interpolate(mode="bilinear", align_corners=False)`.
template <class Scalar>
void resize(std::span<const Scalar> from, const Shape& from_shape, std::span<Scalar> to,
            const Shape& to_shape) noexcept {
    BURIN_ASSERT(from_shape.rank >= 2 && to_shape.rank >= 2, "resize: expected shapes [height, width]");
    BURIN_ASSERT(from.size() == from_shape[0] * from_shape[1] && to.size() == to_shape[0] * to_shape[1],
                 "resize: expected images of the shapes");
    if (from_shape.rank < 2 || to_shape.rank < 2 || from.size() != from_shape[0] * from_shape[1] ||
        from.empty() || to.size() != to_shape[0] * to_shape[1])
        return;
    struct Place {
        std::size_t before, behind;
        Scalar share; ///< Of the one behind.
    };
    const auto place = [](std::size_t index, std::size_t extent, std::size_t count) {
        const Scalar at = std::max((static_cast<Scalar>(index) + Scalar(0.5)) * static_cast<Scalar>(extent) /
                                           static_cast<Scalar>(count) -
                                       Scalar(0.5),
                                   Scalar(0));
        const std::size_t before = std::min(static_cast<std::size_t>(at), extent - 1);
        return Place{before, std::min(before + 1, extent - 1), at - static_cast<Scalar>(before)};
    };
    const std::size_t width = from_shape[1];
    for (std::size_t y = 0; y < to_shape[0]; ++y) {
        const Place row = place(y, from_shape[0], to_shape[0]);
        for (std::size_t x = 0; x < to_shape[1]; ++x) {
            const Place column = place(x, width, to_shape[1]);
            const auto line = [&](std::size_t from_row) {
                const Scalar left = from[from_row * width + column.before];
                return left + column.share * (from[from_row * width + column.behind] - left);
            };
            const Scalar above = line(row.before);
            to[y * to_shape[1] + x] = above + row.share * (line(row.behind) - above);
        }
    }
}

} // namespace burin::explain
