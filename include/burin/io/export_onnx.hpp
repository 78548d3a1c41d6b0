#pragma once

#include "burin/core/error.hpp"
#include "burin/core/for_each_index.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/graph/network.hpp"
#include "burin/io/atomic_file.hpp"
#include "burin/io/onnx/activation_rules.hpp"
#include "burin/io/onnx/attention_rules.hpp"
#include "burin/io/onnx/dense_rules.hpp"
#include "burin/io/onnx/elementary_rules.hpp"
#include "burin/io/onnx/embedding_bag_rule.hpp"
#include "burin/io/onnx/glu_rule.hpp"
#include "burin/io/onnx/image_rules.hpp"
#include "burin/io/onnx/normalization_rules.hpp"
#include "burin/io/onnx/pixel_shuffle_rule.hpp"
#include "burin/io/onnx/recurrent_rules.hpp"
#include "burin/io/onnx/resize_rule.hpp"
#include "burin/io/onnx/rule.hpp"
#include "burin/io/onnx/shape_rules.hpp"
#include "burin/io/onnx/svdf_rule.hpp"
#include "burin/io/onnx/tensor_rules.hpp"
#include "burin/io/onnx/time_distributed_rule.hpp"
#include "burin/training/model.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace burin::io {

/// What `export_onnx` writes about a network.
struct OnnxOptions {
    std::string name = "network"; ///< Of the graph.
};

namespace onnx {

inline constexpr std::int64_t ir_version = 8;
inline constexpr std::int64_t opset = 18;
/// What readers of protocol buffers take.
inline constexpr std::size_t most_bytes = std::numeric_limits<std::int32_t>::max();

/// A network's layers that can't be written, in one sentence; empty if there is none.
template <class Net>
std::string describe_missing() {
    std::string names;
    core::for_each_index<engine::Network<Net>::size>(
        [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
            using LayerType = engine::OpAt<Net, I>;
            constexpr auto& node = engine::Network<Net>::graph.nodes[I];
            if constexpr (!LayerType::traits.is_input)
                if (!has_rule<LayerType>)
                    names.append(names.empty() ? "" : ", ")
                        .append("layer `")
                        .append(node.place.text().view())
                        .append("` `")
                        .append(Text<64>(LayerType::name()).view())
                        .append("`");
        });
    return names.empty() ? names
                         : "ONNX has no operator for " + names +
                               "; give one by a specialisation of burin::io::onnx::Rule";
}

/// The name of an input or output: that of its node in a `Graph`, else `fallback` and, of several, its
/// number.
template <class Net>
std::string tensor_name(std::size_t node, std::string_view fallback, std::size_t index, std::size_t count) {
    const auto place = engine::Network<Net>::graph.nodes[node].place.text();
    const std::string_view text = place.view();
    if (!text.empty() && (text[0] < '0' || text[0] > '9'))
        return std::string(text);
    return std::string(fallback) + (count > 1 ? std::to_string(index) : "");
}

/// A network whose numbers are real.
struct RealNumbers {
    void prepare(GraphWriter&, LayerStep&, const passes::LoweredNode&) const {}
    Value finish(GraphWriter&, Value value, std::size_t) const { return value; }
};

/// Writes a network; `Numbers` says what is done before and after each node.
template <class Net, class Scalar, class Numbers>
class NetworkWriter {
    using N = engine::Network<Net>;
    static constexpr Element scalar = std::is_same_v<Scalar, double> ? Element::float64 : Element::float32;

  public:
    NetworkWriter(const Model<Net, Scalar>& model, const Numbers& numbers)
        : model_(model), numbers_(numbers) {}

    std::string write(const OnnxOptions& options) {
        for (std::size_t i = 0; i < N::output_count; ++i)
            to_.reserve(tensor_name<Net>(N::graph.outputs[i], "output", i, N::output_count));
        core::for_each_index<N::size>(
            [&]<std::size_t I>(std::integral_constant<std::size_t, I>) { write_node<I>(); });
        for (std::size_t i = 0; i < N::output_count; ++i) {
            const std::size_t node = N::graph.outputs[i];
            const std::string name = tensor_name<Net>(node, "output", i, N::output_count);
            to_.output(name, to_.channels_last(values_[node]), N::graph.nodes[node].shape);
        }
        return model_message(to_.finish(options.name));
    }

  private:
    template <std::size_t Index>
    void write_node() {
        using LayerType = engine::OpAt<Net, Index>;
        constexpr auto& node = N::graph.nodes[Index];
        if constexpr (LayerType::traits.is_input) {
            const std::string name = tensor_name<Net>(Index, "input", input_, N::input_count);
            ++input_;
            to_.input(name, node.shape);
            values_[Index] = numbers_.finish(to_, to_.value(name, node.shape), Index);
        } else {
            LayerStep step{.name = std::string(node.place.text().view()), .output_shape = node.shape};
            for (std::size_t i = 0; i < node.input_count; ++i) {
                step.inputs.push_back(values_[node.inputs[i]]);
                step.input_shapes.push_back(N::graph.nodes[node.inputs[i]].shape);
            }
            step.weights = [&](std::string_view name) { return weights(node.weights_place, name); };
            numbers_.prepare(to_, step, node);
            values_[Index] = numbers_.finish(to_, Rule<LayerType>::write(to_, step), Index);
        }
    }

    Weights weights(const passes::Place& place, std::string_view name) const {
        const std::string full =
            std::string(place.text().view()) + (place.depth > 0 ? "." : "") + std::string(name);
        const engine::TensorView<const Scalar> view = model_[full];
        const ParameterTensor* const tensor = engine::find_tensor<Net>(full);
        Weights result{full, tensor->spec.shape, std::vector<double>(view.size())};
        for (std::size_t i = 0; i < view.size(); ++i)
            result.values[i] = static_cast<double>(view[i]);
        return result;
    }

    static std::string model_message(const std::string& graph) {
        if (graph.size() > most_bytes)
            throw Error(
                "export_onnx: expected a network of less than 2 GiB, which is all that a file of ONNX holds");
        std::string operators;
        protozero::pbf_writer operators_writer(operators);
        operators_writer.add_string(1, "");
        operators_writer.add_int64(2, opset);
        std::string message;
        protozero::pbf_writer writer(message);
        writer.add_int64(1, ir_version);
        writer.add_string(2, "burin");
        writer.add_message(7, graph);
        writer.add_message(8, operators);
        return message;
    }

    const Model<Net, Scalar>& model_;
    const Numbers& numbers_;
    GraphWriter to_{scalar};
    std::array<Value, N::size> values_{};
    std::size_t input_ = 0;
};

/// Refuses what can't be written. Throws Error.
template <class Net, class Scalar>
void check(const Model<Net, Scalar>& model) {
    const std::string missing = describe_missing<Net>();
    if (!missing.empty())
        throw Error("export_onnx: " + missing);
    for (const ParameterTensor& tensor : parameter_tensors<Net>) {
        const auto view = model[tensor.name().view()];
        for (std::size_t i = 0; i < view.size(); ++i)
            if (!std::isfinite(view[i]))
                throw Error("export_onnx: " + std::string(tensor.name().view()) + "[" + std::to_string(i) +
                            "]: expected a finite number, got " + std::to_string(view[i]));
    }
}

} // namespace onnx

/// A trained network as a file of ONNX, which onnxruntime, OpenVINO, Netron and others open:
///
///     io::export_onnx("digits.onnx", model);
///
/// Inputs and outputs are `[batch, …]` as Burin has them, channels last. They are called `input` and `output`
/// (`input0`, `input1` of several), in a `Graph` as its nodes. Tensors have the names of the model's, as in
/// `0.weight`, and the order that ONNX wants. Numbers are those of the model, float or double. Opset 18.
///
/// It is the network of inference: Dropout is not there, BatchNorm has its running statistics. Between
/// convolutions nothing is transposed. A `Lambda`, or a layer of one's own, needs a specialisation of
/// `burin::io::onnx::Rule`.
///
/// Throws Error for layers without a rule, naming all, for parameters that are not finite, and if the file
/// can't be written. Needs protozero (Debian: libprotozero-dev). Format: onnx/onnx.proto of
/// https://github.com/onnx/onnx.
template <class Net, class Scalar>
std::string onnx_bytes(const Model<Net, Scalar>& model, const OnnxOptions& options = {}) {
    onnx::check(model);
    const onnx::RealNumbers numbers;
    return onnx::NetworkWriter<Net, Scalar, onnx::RealNumbers>(model, numbers).write(options);
}

/// Writes it to a file, whole or not at all. Throws Error.
template <class Net, class Scalar>
void export_onnx(const std::string& path, const Model<Net, Scalar>& model, const OnnxOptions& options = {}) {
    core::within_memory(path, [&] { write_file(path, onnx_bytes(model, options)); });
}

} // namespace burin::io
