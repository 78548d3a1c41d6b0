#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/pooling.hpp"
#include "burin/layers/window.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

/// Option of pooling: the last window may reach beyond the image and its padding, if it begins before the end
/// of the image, so that n elements give ⌈(n + padding − reach) / stride⌉ + 1: PyTorch's ceil_mode.
struct CeilMode {};

/// Option of AveragePool: the zeros of `Padding` or `Same` count in means: PyTorch's count_include_pad. What
/// a window reaches beyond them with `CeilMode` does not.
struct CountPadding {};

namespace detail {

template <>
struct WindowOption<CeilMode> {
    static constexpr bool is_one = true;
    static constexpr bool fits(std::size_t) { return true; }
    template <std::size_t Rank>
    static constexpr void apply(Windowing<Rank>& windowing) {
        windowing.reaches_beyond = true;
    }
    static constexpr void append_to(Text<64>& text) { text.append("CeilMode"); }
};

template <>
struct WindowOption<CountPadding> {
    static constexpr bool is_one = true;
    static constexpr bool fits(std::size_t) { return true; }
    template <std::size_t Rank>
    static constexpr void apply(Windowing<Rank>&) {}
    static constexpr void append_to(Text<64>& text) { text.append("CountPadding"); }
};

enum class Pooling { max, average };

/// What all layers have in common that make one element of the elements under a window, channel by channel.
/// `Windows::over(image)` are the windows over an image's axes.
template <Pooling Kind, std::size_t Rank, class Windows>
struct Pool : Op {
    static_assert(Rank >= 1 && Rank <= 3, "pooling is over one to three axes");

    static constexpr OpTraits traits{
        .accepts_epilogue = true,
        .accepts_gradient_epilogue = Windows::are_disjoint,
        .streams = Windows::stream,
        .input_gradient = Kind == Pooling::max ? Reads{.input = true, .output = true} : Reads{},
        .keeps_range = true};

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != Rank + 1)
            return {.expected = image_of<Rank>, .hint = "channels are the last axis"};
        const auto axes = Windows::over(inputs[0]);
        InferredShape result;
        for (std::size_t axis = 0; axis < Rank; ++axis) {
            if (axes[axis].count == 0)
                return {.expected = "an image not smaller than the window,",
                        .expected_shape = Windows::smallest(inputs[0])};
            // Gaps may be larger than the image.
            for (std::size_t window = 0; axes[axis].extent < axes[axis].dilation && window < axes[axis].count;
                 ++window)
                if (axes[axis].end(window) <= axes[axis].begin(window))
                    return {.expected = "less padding, or an image of which each window has an element"};
            if (Windows::keeps_axes)
                result.shape.push_back(axes[axis].count);
        }
        result.shape.push_back(inputs[0].last());
        return result;
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        const auto windows = over(inputs[0]);
        std::size_t operations = windows.channels;
        for (const auto& axis : windows.axes) {
            std::size_t elements = 0;
            for (std::size_t window = 0; window < axis.count; ++window)
                elements += (axis.end(window) - axis.begin(window) + axis.dilation - 1) / axis.dilation;
            operations *= elements;
        }
        return operations;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr auto windows = over(Context::Shapes::inputs[0]);
        typename Context::Epilogue epilogue;
        if constexpr (Kind == Pooling::max)
            kernels::max_pool<windows>(run.inputs[0], run.output, run.rows, epilogue);
        else
            kernels::average_pool<windows>(run.inputs[0], run.output, run.rows, epilogue);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        constexpr auto windows = over(Context::Shapes::inputs[0]);
        typename Context::Derivative derivative;
        if constexpr (Kind == Pooling::max)
            kernels::max_pool_gradient<windows>(run.inputs[0], run.output, run.output_gradient,
                                                run.input_gradient, run.activated, run.rows, derivative);
        else
            kernels::average_pool_gradient<windows>(run.output_gradient, run.input_gradient, run.activated,
                                                    run.rows, derivative);
    }

    static constexpr Pooling pooling = Kind;
    static constexpr bool is_only_float = false; ///< Whether 8-bit networks don't have it.
    static constexpr auto over(const Shape& image) {
        kernels::PoolWindowsOf<typename Windows::Axis> windows{.channels = image.last()};
        const auto axes = Windows::over(image);
        for (std::size_t axis = 0; axis < Rank; ++axis)
            windows.axes[3 - Rank + axis] = axes[axis];
        return windows;
    }

  protected:
    static constexpr std::string_view kind = Kind == Pooling::max ? "MaxPool" : "AveragePool";
};

template <std::size_t Rank, auto Size, class... Options>
struct StridedWindows {
    static constexpr bool has_window = is_window_size<Size, Rank>;
    static_assert(
        (is_window_option<Options, Rank> && ...),
        "pooling takes the options Stride, Same, Valid, Padding, Dilation, CeilMode and CountPadding; those "
        "with numbers take one, or one for each axis");

    static constexpr auto size = for_each_axis<Rank>(Size);
    static constexpr auto options = windowing<Rank, Options...>(size, size);
    static constexpr bool keeps_axes = true;

    static constexpr bool each_axis(auto condition) {
        for (std::size_t axis = 0; axis < Rank; ++axis)
            if (!condition(axis))
                return false;
        return true;
    }
    static constexpr bool has_ceil_mode = (std::is_same_v<Options, CeilMode> || ...);
    static constexpr bool counts_padding = (std::is_same_v<Options, CountPadding> || ...);
    static_assert(options.border != Border::causal, "pooling is not Causal");
    static_assert(!has_window || each_axis([](std::size_t axis) {
        return std::max(options.padding[axis], options.behind[axis]) <
               (size[axis] - 1) * options.dilation[axis] + 1;
    }),
                  "the padding of a pooling layer is less than its window, so that no window is empty");

    static constexpr bool is_dilated =
        !each_axis([](std::size_t axis) { return options.dilation[axis] == 1; });
    static constexpr bool has_gaps = is_dilated || (counts_padding && options.border != Border::valid);
    using Axis = std::conditional_t<has_gaps, kernels::GappedPoolAxis, kernels::PoolAxis>;
    static constexpr bool are_disjoint =
        !is_dilated && each_axis([](std::size_t axis) { return options.stride[axis] >= size[axis]; });
    static constexpr bool stream =
        options.padding[0] + options.behind[0] == 0 && options.border != Border::same && !has_ceil_mode;

    static constexpr std::array<Axis, Rank> over(const Shape& image) {
        std::array<Axis, Rank> axes{};
        for (std::size_t axis = 0; axis < Rank; ++axis) {
            const Window window = options.along(axis, image[axis]);
            axes[axis] = {.extent = window.extent,
                          .count = window.output,
                          .size = window.size,
                          .stride = window.stride,
                          .before = window.before};
            if constexpr (has_gaps) {
                axes[axis].dilation = window.dilation;
                axes[axis].counted = options.border == Border::same ? window.after : options.behind[axis];
                axes[axis].counts_padding = counts_padding;
            }
        }
        return axes;
    }
    static constexpr Shape smallest(const Shape& image) {
        Shape shape;
        for (std::size_t axis = 0; axis < Rank; ++axis)
            shape.push_back((size[axis] - 1) * options.dilation[axis] + 1 -
                            std::min((size[axis] - 1) * options.dilation[axis],
                                     options.padding[axis] + options.behind[axis]));
        shape.push_back(image.last());
        return shape;
    }
    static constexpr Text<64> name(std::string_view kind) {
        Text<64> text(kind);
        text.append(Rank).append("D<");
        append_window_size(text, size);
        ((text.append(", "), WindowOption<Options>::append_to(text)), ...);
        return text.append(">");
    }
};

template <Pooling Kind, std::size_t Rank, auto Size, class... Options>
struct StridedPool : Pool<Kind, Rank, StridedWindows<Rank, Size, Options...>> {
    using Windows = StridedWindows<Rank, Size, Options...>;
    static constexpr std::string_view misuse =
        !Windows::has_window ? "expected as window a number above 0, or a Shape with one for each axis"
        : Kind == Pooling::max && Windows::counts_padding
            ? "expected no `CountPadding`: it is an option of AveragePool only"
        : Windows::has_ceil_mode && Windows::options.border == Border::same
            ? "expected `CeilMode` with `Valid` or `Padding`: `Same` has all windows that begin in the image"
            : "";
    static constexpr bool is_only_float = Windows::has_gaps;
    static constexpr Text<64> name() {
        return StridedWindows<Rank, Size, Options...>::name(StridedPool::kind);
    }
};

template <std::size_t Rank>
struct WholeImage {
    using Axis = kernels::PoolAxis;
    static constexpr bool keeps_axes = false;
    static constexpr bool are_disjoint = true;
    static constexpr bool stream = false;

    static constexpr std::array<kernels::PoolAxis, Rank> over(const Shape& image) {
        std::array<kernels::PoolAxis, Rank> axes{};
        for (std::size_t axis = 0; axis < Rank; ++axis)
            axes[axis] = {.extent = image[axis], .size = image[axis], .stride = image[axis]};
        return axes;
    }
    static constexpr Shape smallest(const Shape& image) { return image; }
};

template <Pooling Kind, std::size_t Rank>
struct GlobalPool : Pool<Kind, Rank, WholeImage<Rank>> {
    static constexpr Text<64> name() {
        return Text<64>("Global").append(GlobalPool::kind).append(Rank).append("D");
    }
};

template <std::size_t... Counts>
struct EvenWindows {
    static_assert(((Counts > 0) && ...), "adaptive pooling gives at least one element along each axis");

    using Axis = kernels::PoolAxis;
    static constexpr std::size_t rank = sizeof...(Counts);
    static constexpr bool keeps_axes = true;
    static constexpr bool are_disjoint = false; // Depends on the image.
    static constexpr bool stream = false;

    static constexpr std::array<kernels::PoolAxis, rank> over(const Shape& image) {
        std::array<kernels::PoolAxis, rank> axes{};
        const std::size_t counts[] = {Counts...};
        for (std::size_t axis = 0; axis < rank; ++axis)
            axes[axis] = {.extent = image[axis],
                          .count = counts[axis],
                          .size = image[axis] / counts[axis],
                          .stride = image[axis] / counts[axis],
                          .is_adaptive = true};
        return axes;
    }
    static constexpr Shape smallest(const Shape& image) { return image; }
};

template <Pooling Kind, std::size_t... Counts>
struct AdaptivePool : Pool<Kind, sizeof...(Counts), EvenWindows<Counts...>> {
    static constexpr Text<64> name() {
        Text<64> text("Adaptive");
        text.append(AdaptivePool::kind).append(sizeof...(Counts));
        append_numbers<Counts...>(text, "D");
        return text;
    }
};

} // namespace detail

/// y = the largest element under the window, channel by channel, as the window moves over `[length,
/// channels]`.
///
/// `MaxPool1D<2>` halves the length. The window moves by its own size, or by `Stride<…>`. Without padding
/// (`Valid`) what is left at the end is dropped; `Same` gives ⌈length / stride⌉ outputs; `Padding<n>` is
/// PyTorch's. Padding is never the largest. In the backward pass the first of the largest elements gets the
/// gradient, as in PyTorch. `Dilation<2>` takes every other element, and with `CeilMode` the last window may
/// reach beyond the image.
///
/// A window that moves by its own size can run on a stream, in pieces whose length is a multiple of it.
template <auto Size, class... Options>
struct MaxPool1D : detail::StridedPool<detail::Pooling::max, 1, Size, Options...> {};

/// As MaxPool1D over `[height, width, channels]`. Numbers are for all axes; where axes differ the window is a
/// `Shape`, as in `MaxPool2D<Shape{1, 4}>`, and options take one number for each axis.
template <auto Size, class... Options>
struct MaxPool2D : detail::StridedPool<detail::Pooling::max, 2, Size, Options...> {};

/// As MaxPool2D over `[depth, height, width, channels]`.
template <auto Size, class... Options>
struct MaxPool3D : detail::StridedPool<detail::Pooling::max, 3, Size, Options...> {};

/// y = the mean of the elements under the window, channel by channel; windows and options as for MaxPool1D.
/// Padding does not count: the mean is over what lies inside the image, as in Keras (PyTorch's
/// count_include_pad=False); with `CountPadding` it does, as in PyTorch if nothing is said.
template <auto Size, class... Options>
struct AveragePool1D : detail::StridedPool<detail::Pooling::average, 1, Size, Options...> {};

/// As AveragePool1D over `[height, width, channels]`.
template <auto Size, class... Options>
struct AveragePool2D : detail::StridedPool<detail::Pooling::average, 2, Size, Options...> {};

/// As AveragePool1D over `[depth, height, width, channels]`.
template <auto Size, class... Options>
struct AveragePool3D : detail::StridedPool<detail::Pooling::average, 3, Size, Options...> {};

/// The largest element of each channel: `[length, channels]` becomes `[channels]`.
struct GlobalMaxPool1D : detail::GlobalPool<detail::Pooling::max, 1> {};
/// `[height, width, channels]` becomes `[channels]`.
struct GlobalMaxPool2D : detail::GlobalPool<detail::Pooling::max, 2> {};
/// `[depth, height, width, channels]` becomes `[channels]`.
struct GlobalMaxPool3D : detail::GlobalPool<detail::Pooling::max, 3> {};

/// The mean of each channel: `[length, channels]` becomes `[channels]`.
struct GlobalAveragePool1D : detail::GlobalPool<detail::Pooling::average, 1> {};
/// `[height, width, channels]` becomes `[channels]`.
struct GlobalAveragePool2D : detail::GlobalPool<detail::Pooling::average, 2> {};
/// `[depth, height, width, channels]` becomes `[channels]`.
struct GlobalAveragePool3D : detail::GlobalPool<detail::Pooling::average, 3> {};

/// The largest elements of windows that are spread evenly, so many along the axis whatever the length:
/// `[length, channels]` becomes `[Length, channels]`. Window i is from ⌊i · length / Length⌋ to ⌈(i + 1) ·
/// length / Length⌉, as in PyTorch: they may overlap by one.
template <std::size_t Length>
struct AdaptiveMaxPool1D : detail::AdaptivePool<detail::Pooling::max, Length> {};
/// `[height, width, channels]` becomes `[Height, Width, channels]`.
template <std::size_t Height, std::size_t Width>
struct AdaptiveMaxPool2D : detail::AdaptivePool<detail::Pooling::max, Height, Width> {};
/// `[depth, height, width, channels]` becomes `[Depth, Height, Width, channels]`.
template <std::size_t Depth, std::size_t Height, std::size_t Width>
struct AdaptiveMaxPool3D : detail::AdaptivePool<detail::Pooling::max, Depth, Height, Width> {};

/// The means of the windows of AdaptiveMaxPool1D.
template <std::size_t Length>
struct AdaptiveAveragePool1D : detail::AdaptivePool<detail::Pooling::average, Length> {};
/// `[height, width, channels]` becomes `[Height, Width, channels]`.
template <std::size_t Height, std::size_t Width>
struct AdaptiveAveragePool2D : detail::AdaptivePool<detail::Pooling::average, Height, Width> {};
/// `[depth, height, width, channels]` becomes `[Depth, Height, Width, channels]`.
template <std::size_t Depth, std::size_t Height, std::size_t Width>
struct AdaptiveAveragePool3D : detail::AdaptivePool<detail::Pooling::average, Depth, Height, Width> {};

} // namespace burin
