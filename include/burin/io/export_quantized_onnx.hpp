#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/io/export_onnx.hpp"
#include "burin/quantization/quantized_network.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace burin::io {

namespace onnx {

/// A network of 8-bit integers, as ONNX's programs know it: each value is quantized and dequantized at once
/// (QDQ), each weight is dequantized.
template <class Net>
class Int8Numbers {
  public:
    explicit Int8Numbers(const ActivationRanges<Net>& ranges) : scales_(activation_scales(ranges)) {}

    void prepare(GraphWriter& to, LayerStep& step, const passes::LoweredNode& node) const {
        const quantization::Scale input = scales_[node.inputs[0]];
        step.put_quantized = [&to, input](const Weights& weight, std::size_t axis, const Weights* bias) {
            return put(to, input, weight, axis, bias);
        };
    }

    /// A view has the scale of its input, and a layer whose ReLU is computed with it that of the ReLU.
    Value finish(GraphWriter& to, Value value, std::size_t index) const {
        const passes::OpRules& rules = *engine::Network<Net>::graph.nodes[index].rules;
        if (!rules.traits.is_input && (rules.traits.is_view || rules.traits.is_view_in_inference))
            return value;
        if (quantization::clamps<Net>.of[index] != passes::none)
            return value;
        const bool is_first = to.is_channels_first(value);
        const std::string name = is_first ? to.channels_first(value) : to.channels_last(value);
        const quantization::Scale scale = scales_[index];
        const auto zero_point = static_cast<std::int8_t>(scale.zero_point);
        const std::vector<std::string> grid{
            to.number(static_cast<double>(scale.scale), name + ".scale"),
            to.tensor_of<std::int8_t>(name + ".zero_point", Element::int8, {}, std::span(&zero_point, 1))};
        const std::string stored = to.node("QuantizeLinear", {name, grid[0], grid[1]}, {}, name + ".stored");
        const std::string real = to.node("DequantizeLinear", {stored, grid[0], grid[1]}, {}, name + ".real");
        return is_first ? to.channels_first_value(real, to.shape(value)) : to.value(real, to.shape(value));
    }

  private:
    static Affine put(GraphWriter& to, const quantization::Scale& input, const Weights& weight,
                      std::size_t axis, const Weights* bias) {
        const std::size_t channels = weight.shape[axis], inner = [&] {
            std::size_t product = 1;
            for (std::size_t after = axis + 1; after < weight.shape.rank; ++after)
                product *= weight.shape[after];
            return product;
        }();
        const auto channel_of = [&](std::size_t i) { return i / inner % channels; };
        std::vector<float> largest(channels), steps(channels);
        for (std::size_t i = 0; i < weight.values.size(); ++i)
            largest[channel_of(i)] =
                std::max(largest[channel_of(i)], static_cast<float>(std::fabs(weight.values[i])));
        for (std::size_t c = 0; c < channels; ++c)
            steps[c] = quantization::weight_scale(
                largest[c], bias == nullptr ? 0.0F
                                            : burin::detail::least_weight_scale(
                                                  bias->values[c], static_cast<double>(input.scale)));
        std::vector<std::int8_t> stored(weight.values.size());
        for (std::size_t i = 0; i < stored.size(); ++i)
            stored[i] =
                quantization::quantized_weight(static_cast<float>(weight.values[i]), steps[channel_of(i)]);
        const Extents extents{static_cast<std::int64_t>(channels)};
        const std::vector<double> weight_scales(steps.begin(), steps.end());
        Affine result;
        result.weight =
            to.node("DequantizeLinear",
                    {to.tensor_of<std::int8_t>(weight.name, Element::int8, extents_of(weight.shape), stored),
                     to.tensor(weight.name + ".scale", extents, weight_scales)},
                    Attributes().integer("axis", static_cast<std::int64_t>(axis)), weight.name + ".real");
        if (bias == nullptr)
            return result;
        std::vector<std::int32_t> sums(channels);
        std::vector<double> units(channels);
        for (std::size_t c = 0; c < channels; ++c) {
            units[c] = static_cast<double>(input.scale) * static_cast<double>(steps[c]);
            sums[c] = burin::detail::quantized_bias(bias->values[c], units[c]);
        }
        result.bias = to.node("DequantizeLinear",
                              {to.tensor_of<std::int32_t>(bias->name, Element::int32, extents, sums),
                               to.tensor(bias->name + ".scale", extents, units)},
                              Attributes().integer("axis", 0), bias->name + ".real");
        return result;
    }

    std::array<quantization::Scale, engine::Network<Net>::size> scales_;
};

} // namespace onnx

/// The network that `quantize` makes of a model, as a file of ONNX: with the same 8-bit integers as weights,
/// and with QuantizeLinear and DequantizeLinear around each operator, from which onnxruntime and others make
/// 8-bit arithmetic of their own.
///
///     const auto ranges = calibrate<Net>(model, samples);
///     io::export_onnx("digits.int8.onnx", model, ranges);
///
/// Inputs and outputs are real numbers. An output of a layer differs from Burin's by one step at most: other
/// programs round where Burin does, but not all in its way. Recurrent layers keep weights that are real
/// numbers. All else is as for a network of real numbers.
template <class Net>
std::string onnx_bytes(const Model<Net>& model, const ActivationRanges<Net>& ranges,
                       const OnnxOptions& options = {}) {
    static_cast<void>(core::DiagnosisOf<burin::detail::ExaminedForInt8<Net>>{});
    onnx::check(model);
    const onnx::Int8Numbers<Net> numbers(ranges);
    return onnx::NetworkWriter<Net, float, onnx::Int8Numbers<Net>>(model, numbers).write(options);
}

/// Writes it to a file, whole or not at all. Throws Error.
template <class Net>
void export_onnx(const std::string& path, const Model<Net>& model, const ActivationRanges<Net>& ranges,
                 const OnnxOptions& options = {}) {
    core::within_memory(path, [&] { write_file(path, onnx_bytes(model, ranges, options)); });
}

} // namespace burin::io
