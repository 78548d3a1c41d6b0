#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace burin {

/// Option of layers that move a window over an image: how far it moves from one output to the next. One
/// number for all axes, or one for each.
template <std::size_t... Steps>
struct Stride {
    static_assert(((Steps > 0) && ...), "a stride is at least 1");
};

/// How far the elements under the window are from each other.
template <std::size_t... Steps>
struct Dilation {
    static_assert(((Steps > 0) && ...), "a dilation is at least 1");
};

/// The window stays inside the image: n elements give ⌊(n − reach) / stride⌋ + 1. The default.
struct Valid {};

/// n elements give ⌈n / stride⌉, whatever the window is: what the window needs beyond the image is padding,
/// half of it before and half behind, the odd element behind, as Keras does it.
struct Same {};

/// No option: `Same` is. With Keras's spelling a layer then says so, where a compiler else knows no such
/// name.
struct same {};

/// n elements give ⌈n / stride⌉, and no output sees what comes after it: all padding is before.
struct Causal {};

/// So many elements of padding before and as many behind. One number for all axes, or one for each; or two
/// for each, before and behind: `Padding<1, 0, 2, 2>` of an image is a line above, and two columns on either
/// side.
template <std::size_t... Elements>
struct Padding {};

namespace detail {

/// What a layer over so many axes wants, for its shape rule.
template <std::size_t Rank>
inline constexpr std::string_view image_of = Rank == 1   ? "input `[length, channels]`"
                                             : Rank == 2 ? "input `[height, width, channels]`"
                                                         : "input `[depth, height, width, channels]`";

enum class Border { valid, same, causal, given };

/// A window along one axis.
struct Window {
    std::size_t extent = 1; ///< Elements of the input.
    std::size_t size = 1;   ///< Elements under the window.
    std::size_t stride = 1;
    std::size_t dilation = 1;
    std::size_t before = 0; ///< Elements of padding.
    std::size_t after = 0;
    std::size_t output = 0; ///< How many places the window takes; 0 if it does not fit.

    /// Elements from the first under the window to the last.
    constexpr std::size_t reach() const { return (size - 1) * dilation + 1; }

    /// The first k for which element `place · stride + k · dilation` of the padded input is no padding.
    constexpr std::size_t first(std::size_t place) const {
        const std::size_t start = place * stride;
        return start >= before ? 0 : std::min(size, (before - start + dilation - 1) / dilation);
    }
    /// One behind the last such k.
    constexpr std::size_t last(std::size_t place) const {
        const std::size_t start = place * stride, end = before + extent;
        return start >= end ? 0 : std::min(size, (end - start + dilation - 1) / dilation);
    }
    /// The element of the input for a k between them.
    constexpr std::size_t element(std::size_t place, std::size_t k) const {
        return place * stride + k * dilation - before;
    }
};

/// What the arguments of a layer say of its window, axis by axis.
template <std::size_t Rank>
struct Windowing {
    std::array<std::size_t, Rank> size{};
    std::array<std::size_t, Rank> stride{};
    std::array<std::size_t, Rank> dilation{};
    std::array<std::size_t, Rank> padding{}; ///< Before the image.
    std::array<std::size_t, Rank> behind{};
    Border border = Border::valid;
    bool reaches_beyond = false; ///< The last window may be part beyond the padding, as with CeilMode.

    constexpr Window along(std::size_t axis, std::size_t extent) const {
        Window window{extent, size[axis], stride[axis], dilation[axis]};
        if (border == Border::same || border == Border::causal) {
            window.output = (extent + window.stride - 1) / window.stride;
            const std::size_t wanted = (window.output - 1) * window.stride + window.reach();
            const std::size_t missing = wanted > extent ? wanted - extent : 0;
            // Causal: the window that starts `reach − 1` before the first element ends with it.
            window.before = border == Border::same ? missing / 2 : window.reach() - 1;
            window.after = border == Border::same ? missing - missing / 2 : 0;
        } else {
            window.before = padding[axis];
            window.after = behind[axis];
            const std::size_t padded = extent + window.before + window.after;
            // With reaches_beyond one more that is not whole, if it begins before what is behind the image.
            const std::size_t spare = reaches_beyond ? window.stride - 1 : 0;
            window.output =
                padded + spare < window.reach() ? 0 : (padded + spare - window.reach()) / window.stride + 1;
            if (window.output > 1 && (window.output - 1) * window.stride >= extent + window.before)
                window.output -= reaches_beyond;
            const std::size_t read =
                (std::max<std::size_t>(window.output, 1) - 1) * window.stride + window.reach();
            if (reaches_beyond && read > padded)
                window.after = read - extent - window.before;
        }
        return window;
    }
};

/// One number for all axes, or a `Shape` of one for each.
template <std::size_t Rank>
constexpr std::array<std::size_t, Rank> for_each_axis(const auto& size) {
    std::array<std::size_t, Rank> all{};
    if constexpr (std::same_as<std::remove_cvref_t<decltype(size)>, Shape>)
        std::copy_n(size.extents.begin(), Rank, all.begin());
    else
        all.fill(static_cast<std::size_t>(size));
    return all;
}

/// Whether a layer's argument says how large a window over so many axes is.
template <auto Size, std::size_t Rank>
inline constexpr bool is_window_size = [] {
    if constexpr (std::same_as<std::remove_cvref_t<decltype(Size)>, Shape>)
        return Size.rank == Rank && Size.size() > 0;
    else if constexpr (std::integral<decltype(Size)>)
        return Size > 0;
    else
        return false;
}();

/// What each option changes, and how it is written.
template <class Option>
struct WindowOption {
    static constexpr bool is_one = false;
};

template <std::size_t... Values>
constexpr bool for_rank(std::size_t rank) {
    return sizeof...(Values) == 1 || sizeof...(Values) == rank;
}

template <std::size_t Rank, std::size_t... Values>
constexpr std::array<std::size_t, Rank> for_each_axis_of() {
    if constexpr (sizeof...(Values) == 1)
        return for_each_axis<Rank>((Values + ...));
    else
        return {Values...};
}

template <std::size_t... Values>
constexpr void append_numbers(Text<64>& text, const char* name) {
    text.append(name).append("<");
    std::size_t index = 0;
    ((text.append(index++ == 0 ? "" : ", ").append(Values)), ...);
    text.append(">");
}

template <std::size_t... Steps>
struct WindowOption<Stride<Steps...>> {
    static constexpr bool is_one = true;
    static constexpr bool fits(std::size_t rank) { return for_rank<Steps...>(rank) && ((Steps > 0) && ...); }
    template <std::size_t Rank>
    static constexpr void apply(Windowing<Rank>& windowing) {
        windowing.stride = for_each_axis_of<Rank, Steps...>();
    }
    static constexpr void append_to(Text<64>& text) { append_numbers<Steps...>(text, "Stride"); }
};

template <std::size_t... Steps>
struct WindowOption<Dilation<Steps...>> {
    static constexpr bool is_one = true;
    static constexpr bool fits(std::size_t rank) { return for_rank<Steps...>(rank) && ((Steps > 0) && ...); }
    template <std::size_t Rank>
    static constexpr void apply(Windowing<Rank>& windowing) {
        windowing.dilation = for_each_axis_of<Rank, Steps...>();
    }
    static constexpr void append_to(Text<64>& text) { append_numbers<Steps...>(text, "Dilation"); }
};

template <std::size_t... Elements>
struct WindowOption<Padding<Elements...>> {
    static constexpr bool is_one = true;
    static constexpr bool fits(std::size_t rank) {
        return for_rank<Elements...>(rank) || sizeof...(Elements) == 2 * rank;
    }
    template <std::size_t Rank>
    static constexpr void apply(Windowing<Rank>& windowing) {
        windowing.border = Border::given;
        if constexpr (sizeof...(Elements) == 2 * Rank) {
            const std::size_t both[] = {Elements...};
            for (std::size_t axis = 0; axis < Rank; ++axis) {
                windowing.padding[axis] = both[2 * axis];
                windowing.behind[axis] = both[2 * axis + 1];
            }
        } else {
            windowing.padding = windowing.behind = for_each_axis_of<Rank, Elements...>();
        }
    }
    static constexpr void append_to(Text<64>& text) { append_numbers<Elements...>(text, "Padding"); }
};

template <Border Kind>
struct BorderOption {
    static constexpr bool is_one = true;
    static constexpr bool fits(std::size_t) { return true; }
    template <std::size_t Rank>
    static constexpr void apply(Windowing<Rank>& windowing) {
        windowing.border = Kind;
    }
    static constexpr void append_to(Text<64>& text) {
        text.append(Kind == Border::same ? "Same" : Kind == Border::causal ? "Causal" : "Valid");
    }
};

template <>
struct WindowOption<Valid> : BorderOption<Border::valid> {};
template <>
struct WindowOption<Same> : BorderOption<Border::same> {};
template <>
struct WindowOption<Causal> : BorderOption<Border::causal> {};

/// The windowing of a layer, of whose options only some may be about the window.
template <std::size_t Rank, class... Options>
constexpr Windowing<Rank> windowing(const std::array<std::size_t, Rank>& size,
                                    const std::array<std::size_t, Rank>& default_stride) {
    Windowing<Rank> result{.size = size, .stride = default_stride};
    result.dilation.fill(1);
    [[maybe_unused]] const auto apply = [&]<class Option>(std::type_identity<Option>) {
        if constexpr (WindowOption<Option>::is_one)
            WindowOption<Option>::apply(result);
    };
    (apply(std::type_identity<Options>{}), ...);
    return result;
}

/// Whether an option is about the window and has one number for all axes or one for each.
template <class Option, std::size_t Rank>
inline constexpr bool is_window_option = [] {
    if constexpr (WindowOption<Option>::is_one)
        return WindowOption<Option>::fits(Rank);
    else
        return false;
}();

/// A window's size as the user wrote it: `3`, or `Shape{3, 5}` where axes differ.
template <std::size_t Rank>
constexpr void append_window_size(Text<64>& text, const std::array<std::size_t, Rank>& size) {
    if (std::ranges::count(size, size[0]) == Rank) {
        text.append(size[0]);
        return;
    }
    text.append("Shape{");
    for (std::size_t axis = 0; axis < Rank; ++axis)
        text.append(axis == 0 ? "" : ", ").append(size[axis]);
    text.append("}");
}

} // namespace detail
} // namespace burin
