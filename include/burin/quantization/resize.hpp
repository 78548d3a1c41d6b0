#pragma once

#include "burin/kernels/int8/resize.hpp"
#include "burin/kernels/resize.hpp"
#include "burin/layers/resize.hpp"
#include "burin/quantization/movement.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace burin {

namespace detail {

/// Nearest and linear, as TensorFlow Lite has them: it keeps the scale of its input.
template <class Layer>
struct Int8ResizeForm : Int8MovementForm {
    static constexpr kernels::ResizeAxis how = Layer::along(0, 1);
    static constexpr bool is_nearest = how.interpolation == kernels::Interpolation::nearest;
    static constexpr bool is_supported =
        is_nearest ||
        (how.interpolation == kernels::Interpolation::linear && Layer::size.size() <= 2 && how.factor == 0 &&
         how.coordinates != kernels::ResizeCoordinates::half_pixel_symmetric);
    static constexpr std::string_view hint =
        "; `Nearest` and, without Factors, `Linear` and `Bilinear` have one";

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr kernels::Resizing all = Layer::of(Context::Shapes::inputs[0]);
        if constexpr (is_nearest) {
            kernels::resize<all, std::int8_t>(run.inputs[0], run.output, run.rows, nullptr);
        } else {
            const auto& rows = kernels::int8_resize_taps<all.axes[1], Context::rounding>;
            const auto& columns = kernels::int8_resize_taps<all.axes[2], Context::rounding>;
            kernels::int8_resize<Context::rounding>(run.inputs[0], run.rows, all.input_size(),
                                                    all.axes[2].input, all.channels, rows.data(), rows.size(),
                                                    columns.data(), columns.size(), run.output);
        }
    }
};

} // namespace detail

template <std::size_t Length, class... Options>
struct quantization::Int8Layer<Resize1D<Length, Options...>>
    : detail::Int8ResizeForm<Resize1D<Length, Options...>> {};
template <auto Size, class... Options>
struct quantization::Int8Layer<Resize2D<Size, Options...>>
    : detail::Int8ResizeForm<Resize2D<Size, Options...>> {};
template <auto Size, class... Options>
struct quantization::Int8Layer<Resize3D<Size, Options...>>
    : detail::Int8ResizeForm<Resize3D<Size, Options...>> {};

} // namespace burin
