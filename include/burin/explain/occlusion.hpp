#pragma once

#include "burin/core/shape.hpp"
#include "burin/explain/target.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace burin::explain {

/// How much the target y falls where a part of the input is covered: a window goes over input `input` in
/// steps of `stride`, and what is under it is set to `fill`. The attribution of an element is the mean of
/// y(x) − y(x covered) over the windows that cover it. Needs no gradient: an Explainer with `OfNothing`
/// suffices. Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", arXiv:1311.2901.
///
///     Explainer<Net, 16, OfNothing> explainer;
///     explain::Occlusion{.window = Shape(4, 4, 1), .stride = Shape(2, 2, 1)}(explainer, parameters, sample,
///                                                                            {.element = 3}, attribution);
///
/// Axes that `window` or `stride` do not have count as 1: by default each element is covered by itself. The
/// last window of an axis ends with it, if need be cut off, as in Captum. `attribution` holds as many numbers
/// as that input.
struct Occlusion {
    Shape window{};
    Shape stride{};
    double fill = 0;
    std::size_t input = 0;

    /// Returns y(x).
    template <class Explainer>
    typename Explainer::Scalar operator()(Explainer& explainer, typename Explainer::Pointers parameters,
                                          std::span<const typename Explainer::Scalar> sample,
                                          const Target& target,
                                          std::span<typename Explainer::Scalar> attribution) const noexcept {
        using Scalar = typename Explainer::Scalar;
        Scalar value = 0;
        explainer.for_each_input([&](auto which, std::size_t) {
            constexpr Shape shape = Explainer::input_shapes[which.value];
            if (which.value != input)
                return;
            if (!detail::fits<Explainer>(sample, attribution, shape.size()))
                return;
            std::ranges::fill(attribution, Scalar(0));
            const Windows windows(*this, shape);
            // Before the windows the sample as it is.
            detail::run_all(
                explainer, parameters, windows.count() + 1, target,
                [&](std::size_t index, std::size_t row) {
                    explainer.put(row, sample);
                    Scalar* const to = explainer.template input<which.value>().data() + row * shape.size();
                    if (index > 0)
                        windows.for_each_covered(index - 1,
                                                 [&](std::size_t i) { to[i] = static_cast<Scalar>(fill); });
                },
                [&](std::size_t index, std::size_t row) {
                    const Scalar found = detail::value_of(explainer, target, row);
                    if (index == 0)
                        value = found;
                    else
                        windows.for_each_covered(index - 1,
                                                 [&](std::size_t i) { attribution[i] += value - found; });
                });
            for (std::size_t i = 0; i < shape.size(); ++i)
                attribution[i] /= static_cast<Scalar>(windows.covering(i));
        });
        return value;
    }

  private:
    /// The windows over a shape, counted row-major.
    class Windows {
      public:
        Windows(const Occlusion& options, const Shape& shape) noexcept : shape_(shape) {
            for (std::size_t axis = 0; axis < shape.rank; ++axis) {
                const auto option = [&](const Shape& given) {
                    return axis < given.rank && given[axis] > 0 ? given[axis] : std::size_t{1};
                };
                window_[axis] = std::min(option(options.window), shape[axis]);
                // With a longer stride there were gaps.
                stride_[axis] = std::min(option(options.stride), window_[axis]);
                counts_[axis] = (shape[axis] - window_[axis] + stride_[axis] - 1) / stride_[axis] + 1;
            }
        }

        std::size_t count() const noexcept {
            std::size_t product = 1;
            for (std::size_t axis = 0; axis < shape_.rank; ++axis)
                product *= counts_[axis];
            return product;
        }

        template <class Function>
        void for_each_covered(std::size_t index, Function f) const noexcept {
            std::array<std::size_t, Shape::max_rank> first{}, last{}, at{};
            for (std::size_t axis = shape_.rank; axis-- > 0;) {
                first[axis] = index % counts_[axis] * stride_[axis];
                last[axis] = std::min(first[axis] + window_[axis], shape_[axis]);
                index /= counts_[axis];
            }
            at = first;
            for (;;) {
                std::size_t element = 0;
                for (std::size_t axis = 0; axis < shape_.rank; ++axis)
                    element = element * shape_[axis] + at[axis];
                f(element);
                std::size_t axis = shape_.rank;
                while (axis > 0 && ++at[axis - 1] == last[axis - 1]) {
                    --axis;
                    at[axis] = first[axis];
                }
                if (axis == 0)
                    return;
            }
        }

        /// How many windows cover an element.
        std::size_t covering(std::size_t element) const noexcept {
            std::size_t product = 1;
            for (std::size_t axis = shape_.rank; axis-- > 0;) {
                const std::size_t place = element % shape_[axis];
                element /= shape_[axis];
                const std::size_t from =
                    place < window_[axis] ? 0 : (place - window_[axis]) / stride_[axis] + 1;
                product *= std::min(place / stride_[axis], counts_[axis] - 1) + 1 - from;
            }
            return product;
        }

      private:
        Shape shape_;
        std::array<std::size_t, Shape::max_rank> window_{}, stride_{}, counts_{};
    };
};

} // namespace burin::explain
