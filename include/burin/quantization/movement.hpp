#pragma once

#include "burin/layers/permute.hpp"
#include "burin/layers/repeat_vector.hpp"
#include "burin/layers/reverse.hpp"
#include "burin/layers/slice.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace burin {

namespace detail {

/// What elements that only move are moved by: the layer itself, whatever they are.
struct Int8MovementForm : quantization::Int8Form {
    static constexpr quantization::Scale output_scale(const quantization::Range&,
                                                      std::span<const quantization::Scale> inputs) {
        return inputs[0];
    }
    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>&, quantization::NoConstants&) {}
};

template <class Layer>
struct Int8Movement : Int8MovementForm {
    template <class Context>
    static void forward(const Context& run) noexcept {
        Layer::forward(run);
    }
};

} // namespace detail

/// Layers that move elements keep the scale of their input.
template <std::size_t First, std::size_t Count, class... Options>
struct quantization::Int8Layer<Slice<First, Count, Options...>>
    : detail::Int8Movement<Slice<First, Count, Options...>> {};
template <std::size_t... Axes>
    requires(!Permute<Axes...>::traits.is_view)
struct quantization::Int8Layer<Permute<Axes...>> : detail::Int8Movement<Permute<Axes...>> {};
template <>
struct quantization::Int8Layer<Reverse> : detail::Int8Movement<Reverse> {};
template <std::size_t Count>
struct quantization::Int8Layer<RepeatVector<Count>> : detail::Int8Movement<RepeatVector<Count>> {};

} // namespace burin
