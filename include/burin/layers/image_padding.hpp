#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/padding.hpp"
#include "burin/layers/window.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace burin {

namespace detail {

/// What a border is made of.
enum class BorderOf { reflection, edge, other_side, mirror };

/// Where the element `at` of an axis with borders comes from: `before` elements, `extent` of the image, and
/// the border behind it.
constexpr std::size_t source_in_image(BorderOf kind, std::size_t at, std::size_t before, std::size_t extent) {
    if (at >= before && at < before + extent)
        return at - before;
    const bool is_before = at < before;
    switch (kind) {
    case BorderOf::reflection:
        return is_before ? before - at : 2 * (extent - 1) - (at - before);
    case BorderOf::edge:
        return is_before ? 0 : extent - 1;
    case BorderOf::mirror:
        return is_before ? before - 1 - at : 2 * extent - 1 - (at - before);
    case BorderOf::other_side:
        break;
    }
    return is_before ? at + extent - before : at - before - extent;
}

/// An image with borders made of itself.
template <BorderOf Kind, std::size_t Rank, std::size_t... Counts>
struct ImagePadding : Op {
    static constexpr BorderOf kind = Kind;
    static constexpr Borders<Rank> border = borders<Rank, Counts...>();

    static constexpr OpTraits traits{.streams = border.before[0] + border.after[0] == 0, .keeps_range = true};
    static constexpr Text<64> name() {
        return name_with_borders<Rank, Counts...>(Kind == BorderOf::reflection ? "ReflectPadding"
                                                  : Kind == BorderOf::edge     ? "ReplicatePadding"
                                                  : Kind == BorderOf::mirror   ? "SymmetricPadding"
                                                                               : "CircularPadding");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != Rank + 1)
            return {.expected = image_of<Rank>, .hint = "channels are the last axis"};
        InferredShape result{.shape = inputs[0]};
        for (std::size_t axis = 0; axis < Rank; ++axis) {
            const std::size_t most = std::max(border.before[axis], border.after[axis]);
            if (Kind == BorderOf::reflection && most >= inputs[0][axis])
                return {.expected = "an image larger than each border, which is its reflection"};
            if (Kind == BorderOf::other_side && most > inputs[0][axis])
                return {.expected = "an image as large as each border, which is its other side"};
            if (Kind == BorderOf::mirror && most > inputs[0][axis])
                return {.expected = "an image as large as each border, which is its mirror image"};
            result.shape.extents[axis] += border.before[axis] + border.after[axis];
        }
        return result;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        copy<typename Context::Shapes>(run.inputs[0], run.output, run.rows);
    }

    /// The image with its borders. 8-bit networks, whose other paddings fill theirs with a number, do the
    /// same.
    template <class Shapes, class Scalar>
    static void copy(const Scalar* image, Scalar* output, std::size_t rows, Scalar = Scalar(0)) noexcept {
        for_each_piece<Shapes>(rows, [=](std::size_t inside, std::size_t whole, std::size_t count) {
            std::copy_n(image + inside, count, output + whole);
        });
    }

    /// Each element gets the sum of the gradients of all its copies.
    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        std::fill_n(run.input_gradient, run.rows * Context::Shapes::inputs[0].size(), Scalar(0));
        for_each_piece<typename Context::Shapes>(
            run.rows, [&run](std::size_t inside, std::size_t whole, std::size_t count) {
                Scalar* const to = run.input_gradient + inside;
                kernels::map<Scalar>(
                    count, to, [](auto sum, auto more) { return sum + more; }, static_cast<const Scalar*>(to),
                    static_cast<const Scalar*>(run.output_gradient) + whole);
            });
    }

    /// Calls f(offset in the image, offset in what has borders, count) for pieces that together are all of
    /// the latter: of each line the pixels of its borders, and the image's between them.
    template <class Shapes, class Function>
    static void for_each_piece(std::size_t rows, const Function& f) noexcept {
        constexpr Shape image = Shapes::inputs[0], whole = Shapes::output;
        constexpr std::size_t axis = Rank - 1, channels = whole.last();
        constexpr std::size_t before = border.before[axis], width = image[axis], padded = whole[axis];
        constexpr std::size_t lines = whole.size() / (padded * channels);
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t line = 0; line < lines; ++line) {
                const std::size_t from =
                    r * image.size() + line_in_image(image, whole, line) * width * channels;
                const std::size_t to = (r * lines + line) * padded * channels;
                const auto border_pixel = [&](std::size_t x) {
                    f(from + source_in_image(Kind, x, before, width) * channels, to + x * channels, channels);
                };
                for (std::size_t x = 0; x < before; ++x)
                    border_pixel(x);
                f(from, to + before * channels, width * channels);
                for (std::size_t x = before + width; x < padded; ++x)
                    border_pixel(x);
            }
    }

  private:
    /// The number of the image's line that a line of the whole is a copy of.
    static constexpr std::size_t line_in_image(const Shape& image, const Shape& whole, std::size_t line) {
        std::size_t result = 0, stride = 1;
        for (std::size_t axis = Rank - 1; axis-- > 0;) {
            result += source_in_image(Kind, line % whole[axis], border.before[axis], image[axis]) * stride;
            line /= whole[axis];
            stride *= image[axis];
        }
        return result;
    }
};

} // namespace detail

/// The image, mirrored at its first and last pixels, which are not doubled: 1 2 3 becomes 3 2 1 2 3 2 1 with
/// `ReflectPadding1D<2>`. Borders are given as for ZeroPadding1D, and smaller than the image.
template <std::size_t... Counts>
struct ReflectPadding1D : detail::ImagePadding<detail::BorderOf::reflection, 1, Counts...> {};
/// As ReflectPadding1D, with borders as for ZeroPadding2D.
template <std::size_t... Counts>
struct ReflectPadding2D : detail::ImagePadding<detail::BorderOf::reflection, 2, Counts...> {};
/// As ReflectPadding1D, with borders as for ZeroPadding3D.
template <std::size_t... Counts>
struct ReflectPadding3D : detail::ImagePadding<detail::BorderOf::reflection, 3, Counts...> {};

/// The image between copies of its first and last pixels: 1 2 3 becomes 1 1 1 2 3 3 3 with
/// `ReplicatePadding1D<2>`. Borders are given as for ZeroPadding1D.
template <std::size_t... Counts>
struct ReplicatePadding1D : detail::ImagePadding<detail::BorderOf::edge, 1, Counts...> {};
/// As ReplicatePadding1D, with borders as for ZeroPadding2D.
template <std::size_t... Counts>
struct ReplicatePadding2D : detail::ImagePadding<detail::BorderOf::edge, 2, Counts...> {};
/// As ReplicatePadding1D, with borders as for ZeroPadding3D.
template <std::size_t... Counts>
struct ReplicatePadding3D : detail::ImagePadding<detail::BorderOf::edge, 3, Counts...> {};

/// The image as one period: 1 2 3 becomes 2 3 1 2 3 1 2 with `CircularPadding1D<2>`. Borders are given as for
/// ZeroPadding1D, and not larger than the image.
template <std::size_t... Counts>
struct CircularPadding1D : detail::ImagePadding<detail::BorderOf::other_side, 1, Counts...> {};
/// As CircularPadding1D, with borders as for ZeroPadding2D.
template <std::size_t... Counts>
struct CircularPadding2D : detail::ImagePadding<detail::BorderOf::other_side, 2, Counts...> {};
/// As CircularPadding1D, with borders as for ZeroPadding3D.
template <std::size_t... Counts>
struct CircularPadding3D : detail::ImagePadding<detail::BorderOf::other_side, 3, Counts...> {};

/// The image, mirrored at its borders, so that its first and last pixels are doubled: 1 2 3 becomes 2 1 1 2 3
/// 3 2 with `SymmetricPadding1D<2>`: NumPy's and TensorFlow's "symmetric". Borders are given as for
/// ZeroPadding1D, and not larger than the image.
template <std::size_t... Counts>
struct SymmetricPadding1D : detail::ImagePadding<detail::BorderOf::mirror, 1, Counts...> {};
/// As SymmetricPadding1D, with borders as for ZeroPadding2D.
template <std::size_t... Counts>
struct SymmetricPadding2D : detail::ImagePadding<detail::BorderOf::mirror, 2, Counts...> {};
/// As SymmetricPadding1D, with borders as for ZeroPadding3D.
template <std::size_t... Counts>
struct SymmetricPadding3D : detail::ImagePadding<detail::BorderOf::mirror, 3, Counts...> {};

} // namespace burin
