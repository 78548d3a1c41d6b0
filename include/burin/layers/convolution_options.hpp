#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/core/type_name.hpp"
#include "burin/graph/op.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/layers/no_bias.hpp"
#include "burin/layers/window.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

/// Option of convolutions: channels and filters are parted into so many groups, and the filters of a group
/// see its channels only.
template <std::size_t Count>
struct Groups {
    static_assert(Count > 0, "there is at least one group");
    static constexpr Text<64> name() { return Text<64>("Groups<").append(Count).append(">"); }
};

namespace detail {

template <class Option>
inline constexpr std::size_t groups_of = 0;
template <std::size_t Count>
inline constexpr std::size_t groups_of<Groups<Count>> = Count;

/// What the template arguments of a layer say of its convolution.
template <std::size_t Rank, auto Kernel, class... Options>
struct ConvolutionOptions {
    static constexpr std::string_view misuse =
        is_window_size<Kernel, Rank>
            ? ""
            : "expected as kernel a number above 0, or a Shape with one for each axis: Shape{3, 5}";

    static constexpr Windowing<Rank> windowing =
        detail::windowing<Rank, Options...>(for_each_axis<Rank>(Kernel), for_each_axis<Rank>(1));
    static constexpr bool has_bias = !(std::is_same_v<Options, NoBias> || ...);
    static constexpr std::size_t groups = std::max<std::size_t>((groups_of<Options> + ... + 0), 1);

    template <class Option>
    static constexpr bool takes = is_window_option<Option, Rank> || std::is_same_v<Option, NoBias>;

    static constexpr std::array<std::size_t, Rank> kernel = windowing.size;

    static constexpr std::size_t taps() {
        std::size_t product = 1;
        for (const std::size_t extent : kernel)
            product *= extent;
        return product;
    }

    /// The convolution of an input of this shape; some `output` is 0 where the kernel does not fit.
    static constexpr kernels::Convolution convolution(const Shape& input, std::size_t filters) {
        kernels::Convolution result;
        for (std::size_t i = 0; i < Rank; ++i) {
            const Window window = windowing.along(i, input[i]);
            result.axes[3 - Rank + i] = {input[i],        window.size,   window.stride,
                                         window.dilation, window.before, window.output};
        }
        result.channels = input[Rank];
        result.filters = filters;
        result.groups = groups;
        return result;
    }

    /// Whether all that an output sees along the first axis is the input's.
    static constexpr bool is_unpadded_along_time() {
        return windowing.border == Border::same
                   ? kernel[0] == 1
                   : windowing.border != Border::causal && windowing.padding[0] + windowing.behind[0] == 0;
    }

    /// Whether each pixel is made of the same pixel alone: a 1 × 1 convolution.
    static constexpr bool is_pointwise() {
        constexpr std::size_t extent = 3; // A stride and padding show.
        Shape input;
        for (std::size_t i = 0; i < Rank; ++i)
            input.push_back(extent);
        input.push_back(groups);
        return convolution(input, groups).is_pointwise();
    }

    static constexpr Shape output_shape(const kernels::Convolution& convolution) {
        Shape shape;
        for (std::size_t i = 3 - Rank; i < 3; ++i)
            shape.push_back(convolution.axes[i].output);
        shape.push_back(convolution.filters);
        return shape;
    }

    /// [kernel..., rows, columns]
    static constexpr Shape weight_shape(std::size_t rows, std::size_t columns) {
        Shape shape;
        for (const std::size_t extent : kernel)
            shape.push_back(extent);
        shape.push_back(rows);
        shape.push_back(columns);
        return shape;
    }

    /// From the first element under the kernel to the last.
    static constexpr Shape reach() {
        Shape shape;
        for (std::size_t i = 0; i < Rank; ++i)
            shape.push_back((kernel[i] - 1) * windowing.dilation[i] + 1);
        return shape;
    }

    static constexpr const char* expected_input() {
        return Rank == 1   ? "input `[steps, channels]`"
               : Rank == 2 ? "input `[height, width, channels]`"
                           : "input `[depth, height, width, channels]`";
    }

    /// The problem with the input's rank or extents, if there is one.
    static constexpr InferredShape check_input(const Shape& input) {
        if (input.rank != Rank + 1)
            return {.expected = expected_input(), .hint = "put `Reshape` before it"};
        for (std::size_t i = 0; i < Rank; ++i)
            if (windowing.along(i, input[i]).output == 0)
                return {.expected = "an image at least as large as the kernel",
                        .expected_shape = reach(),
                        .hint = "use `Same` or a smaller kernel"};
        if (input[Rank] % groups != 0)
            return {.expected = "channels that its groups divide evenly"};
        return {};
    }

    /// `Conv2D<16, 3, Same>`
    static constexpr Text<64> name(const char* layer, std::size_t filters = 0) {
        Text<64> text(layer);
        text.append("<");
        if (filters > 0)
            text.append(filters).append(", ");
        append_window_size(text, kernel);
        (append_option(text, std::type_identity<Options>{}), ...);
        return text.append(">");
    }

  private:
    template <class Option>
    static constexpr void append_option(Text<64>& text, std::type_identity<Option>) {
        text.append(", ");
        if constexpr (std::is_same_v<Option, NoBias>)
            text.append("NoBias");
        else if constexpr (WindowOption<Option>::is_one)
            WindowOption<Option>::append_to(text);
        else if constexpr (requires { Option::name(); })
            text.append(Option::name().view());
        else
            text.append(core::type_name<Option>());
    }
};

} // namespace detail
} // namespace burin
