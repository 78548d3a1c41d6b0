#pragma once

#include "burin/layers/time_distributed.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <cstddef>
#include <span>
#include <utility>

namespace burin {

/// A layer at each step of a sequence is the layer's own form: to it the steps are samples of a larger batch.
template <class LayerType>
struct quantization::Int8Layer<TimeDistributed<LayerType>> : quantization::Int8Layer<LayerType> {
    using Form = quantization::Int8Layer<LayerType>;
    static constexpr bool takes_quantized_weights = false;

    template <class Shapes>
    using Steps = decltype(detail::step_signature<Shapes>(std::make_index_sequence<Shapes::inputs.size()>{}));
    template <class Shapes>
    using Constants = typename Form::template Constants<Steps<Shapes>>;
    template <class Shapes>
    using Packed = typename Form::template Packed<Steps<Shapes>>;
    template <class Shapes, Rounding Way, class Of = Form>
        requires requires { typename Of::template ConstantsFor<Steps<Shapes>, Way>; }
    using ConstantsFor = typename Of::template ConstantsFor<Steps<Shapes>, Way>;

    static constexpr Elements scratch(std::span<const Shape> inputs) {
        const Elements one = Form::scratch(detail::steps(inputs).span());
        return {one.per_sample * inputs[0][0], one.fixed};
    }

    template <class Shapes, class ConstantsType>
    static void quantize(const quantization::Int8Source<Shapes>& from, ConstantsType& to) {
        quantization::Int8Source<Steps<Shapes>> source;
        source.parameters = from.parameters;
        source.inputs = from.inputs;
        source.output = from.output;
        source.low = from.low;
        source.rounding = from.rounding;
        Form::quantize(source, to);
    }

    // In a Streamer, too, each step is a sample of its own.
    static constexpr std::size_t state(std::span<const Shape>) { return 0; }
    static constexpr Elements streaming_scratch(std::span<const Shape> inputs) { return scratch(inputs); }

    template <class Shapes, class ConstantsType, Rounding Way, Mode RunMode>
    static void forward(const quantization::Int8Context<Shapes, ConstantsType, Way, RunMode>& run) noexcept {
        quantization::Int8Context<Steps<Shapes>, ConstantsType, Way> inner;
        inner.constants = run.constants;
        inner.inputs = run.inputs;
        inner.output = run.output;
        inner.scratch = run.scratch;
        inner.rows = run.rows * Shapes::output[0];
        inner.packed = run.packed;
        Form::forward(inner);
    }
};

} // namespace burin
