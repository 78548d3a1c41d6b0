#pragma once

#include "burin/core/shape.hpp"
#include "burin/io/onnx/message.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::io::onnx {

/// What a node gives: an index of a GraphWriter's values.
enum class Value : std::size_t {};

inline Extents extents_of(const Shape& shape) {
    Extents extents;
    for (std::size_t axis = 0; axis < shape.rank; ++axis)
        extents.push_back(static_cast<std::int64_t>(shape[axis]));
    return extents;
}

/// Writes a graph's nodes and tensors. Burin has channels last, ONNX's images have them first: a value is
/// known in either order or both, and is transposed when somebody wants it otherwise. So what lies between
/// two convolutions is not transposed at all.
class GraphWriter {
  public:
    explicit GraphWriter(Element scalar) : scalar_(scalar) {}

    Element scalar() const noexcept { return scalar_; }

    /// The value whose elements are in Burin's order, `[batch, …, channels]`.
    Value value(std::string name, const Shape& shape) {
        values_.push_back({shape, std::move(name), {}});
        return Value{values_.size() - 1};
    }
    /// Of an image `[batch, channels, …]`; its shape is Burin's all the same.
    Value channels_first_value(std::string name, const Shape& shape) {
        if (shape.rank < 2)
            return value(std::move(name), shape);
        values_.push_back({shape, {}, std::move(name)});
        return Value{values_.size() - 1};
    }

    const Shape& shape(Value value) const { return at(value).shape; }
    bool is_channels_first(Value value) const { return at(value).last.empty(); }

    /// The name of a value in Burin's order.
    std::string channels_last(Value value) {
        Known& known = at(value);
        if (known.last.empty()) {
            Extents order{0};
            for (std::size_t axis = 1; axis < known.shape.rank; ++axis)
                order.push_back(static_cast<std::int64_t>(axis) + 1);
            order.push_back(1);
            known.last = node("Transpose", {known.first}, Attributes().integers("perm", order),
                              known.first + ".channels_last");
        }
        return known.last;
    }
    /// The name of a value with the channels behind the batch.
    std::string channels_first(Value value) {
        Known& known = at(value);
        if (known.shape.rank < 2)
            return known.last;
        if (known.first.empty()) {
            Extents order{0, static_cast<std::int64_t>(known.shape.rank)};
            for (std::size_t axis = 1; axis < known.shape.rank; ++axis)
                order.push_back(static_cast<std::int64_t>(axis));
            known.first = node("Transpose", {known.last}, Attributes().integers("perm", order),
                               known.last + ".channels_first");
        }
        return known.first;
    }

    /// Appends a node; returns the name of its output, which is made of `name` if that is taken.
    std::string node(std::string_view op, const std::vector<std::string>& inputs,
                     const Attributes& attributes, std::string_view name) {
        return nodes(op, inputs, attributes, {std::string(name)})[0];
    }
    /// A node of several outputs.
    std::vector<std::string> nodes(std::string_view op, const std::vector<std::string>& inputs,
                                   const Attributes& attributes, const std::vector<std::string>& names) {
        std::vector<std::string> outputs;
        for (const std::string& name : names)
            outputs.push_back(name.empty() ? name : unused(name));
        protozero::pbf_writer(graph_).add_message(
            1, node_message(*std::find_if(outputs.begin(), outputs.end(),
                                          [](const std::string& output) { return !output.empty(); }),
                            op, inputs, outputs, attributes));
        return outputs;
    }

    /// A tensor of the network's scalars. One that is written twice under one name, as shared weights are, is
    /// there once.
    std::string tensor(std::string_view name, const Extents& extents, std::span<const double> numbers) {
        if (scalar_ == Element::float64)
            return tensor_of<double>(name, scalar_, extents, numbers);
        const std::vector<float> floats(numbers.begin(), numbers.end());
        return tensor_of<float>(name, scalar_, extents, floats);
    }
    std::string number(double value, std::string_view name) { return tensor(name, {}, std::span(&value, 1)); }
    std::string integers(std::string_view name, const Extents& values) {
        return tensor_of<std::int64_t>(name, Element::int64, {static_cast<std::int64_t>(values.size())},
                                       values);
    }
    template <class Number>
    std::string tensor_of(std::string_view name, Element element, const Extents& extents,
                          std::span<const Number> numbers) {
        std::string message = tensor_message(name, element, extents, numbers);
        const auto known = tensors_.find(std::string(name));
        if (known != tensors_.end()) {
            if (known->second == message)
                return std::string(name);
            return tensor_of(unused(name), element, extents, numbers);
        }
        names_.insert(std::string(name));
        tensors_.emplace(name, std::move(message));
        return std::string(name);
    }

    /// Samples of another shape with the same elements in the same order.
    std::string reshape(const std::string& input, const Shape& sample, std::string_view name) {
        Extents extents{-1};
        for (const std::int64_t extent : extents_of(sample))
            extents.push_back(extent);
        return node("Reshape", {input, integers(std::string(name) + ".shape", extents)}, {}, name);
    }

    /// Takes a name, so that nothing else gets it.
    void reserve(std::string_view name) { names_.insert(std::string(name)); }

    void input(std::string_view name, const Shape& shape) {
        names_.insert(std::string(name));
        protozero::pbf_writer(graph_).add_message(11, value_message(name, scalar_, extents_of(shape)));
    }
    /// An output under a name that was reserved for it.
    void output(std::string_view name, const std::string& given, const Shape& shape) {
        protozero::pbf_writer writer(graph_);
        writer.add_message(1, node_message(name, "Identity", {given}, {std::string(name)}, {}));
        writer.add_message(12, value_message(name, scalar_, extents_of(shape)));
    }

    /// The message GraphProto.
    std::string finish(std::string_view name) {
        protozero::pbf_writer writer(graph_);
        writer.add_string(2, name.data(), name.size());
        for (const auto& [_, message] : tensors_)
            writer.add_message(5, message);
        return std::move(graph_);
    }

  private:
    struct Known {
        Shape shape{};
        std::string last{};  ///< Its name in Burin's order; empty if there is none yet.
        std::string first{}; ///< Its name with the channels first.
    };

    Known& at(Value value) { return values_[static_cast<std::size_t>(value)]; }
    const Known& at(Value value) const { return values_[static_cast<std::size_t>(value)]; }

    std::string unused(std::string_view name) {
        std::string result(name);
        for (int number = 2; !names_.insert(result).second; ++number)
            result = std::string(name) + '.' + std::to_string(number);
        return result;
    }

    Element scalar_;
    std::string graph_;
    std::vector<Known> values_;
    std::map<std::string, std::string> tensors_;
    std::set<std::string> names_;
};

} // namespace burin::io::onnx
