#pragma once

#include "burin/core/language.hpp"

#include <protozero/pbf_writer.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The messages of an ONNX file, as far as a network needs them: onnx/onnx.proto. Numbers of fields are those
// of that file.

namespace burin::io::onnx {

/// The types of a tensor's elements.
enum class Element : std::int32_t {
    float32 = 1,
    uint8 = 2,
    int8 = 3,
    int32 = 6,
    int64 = 7,
    boolean = 9,
    float64 = 11
};

using Extents = std::vector<std::int64_t>;

/// Named settings of an operator.
class Attributes {
  public:
    Attributes& integer(std::string_view name, std::int64_t value) {
        return add(name, 2, [&](auto& writer) { writer.add_int64(3, value); });
    }
    Attributes& integers(std::string_view name, const Extents& values) {
        return add(name, 7, [&](auto& writer) {
            for (const std::int64_t value : values)
                writer.add_int64(8, value);
        });
    }
    Attributes& number(std::string_view name, double value) {
        return add(name, 1, [&](auto& writer) { writer.add_float(2, static_cast<float>(value)); });
    }
    Attributes& text(std::string_view name, std::string_view value) {
        return add(name, 3, [&](auto& writer) { writer.add_bytes(4, value.data(), value.size()); });
    }
    Attributes& texts(std::string_view name, const std::vector<std::string>& values) {
        return add(name, 8, [&](auto& writer) {
            for (const std::string& value : values)
                writer.add_bytes(9, value);
        });
    }

    void write_to(protozero::pbf_writer& node) const {
        for (const std::string& each : messages_)
            node.add_message(5, each);
    }

  private:
    template <class Value>
    Attributes& add(std::string_view name, std::int32_t type, const Value& value) {
        std::string& message = messages_.emplace_back();
        protozero::pbf_writer writer(message);
        writer.add_string(1, name.data(), name.size());
        value(writer);
        writer.add_enum(20, type);
        return *this;
    }

    std::vector<std::string> messages_;
};

/// A node of the graph: an operator with the names of what it reads and writes.
inline std::string node_message(std::string_view name, std::string_view op,
                                const std::vector<std::string>& inputs,
                                const std::vector<std::string>& outputs, const Attributes& attributes) {
    std::string message;
    protozero::pbf_writer writer(message);
    for (const std::string& input : inputs)
        writer.add_string(1, input);
    for (const std::string& output : outputs)
        writer.add_string(2, output);
    writer.add_string(3, name.data(), name.size());
    writer.add_string(4, op.data(), op.size());
    attributes.write_to(writer);
    return message;
}

/// A tensor whose elements are in the file, little endian.
template <class Number>
std::string tensor_message(std::string_view name, Element element, const Extents& extents,
                           std::span<const Number> numbers) {
    static_assert(std::endian::native == std::endian::little);
    std::string message;
    protozero::pbf_writer writer(message);
    for (const std::int64_t extent : extents)
        writer.add_int64(1, extent);
    writer.add_int32(2, static_cast<std::int32_t>(element));
    writer.add_string(8, name.data(), name.size());
    writer.add_bytes(9, reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes());
    return message;
}

/// Name, type and shape of an input or output. The first axis, the batch, may have any extent.
inline std::string value_message(std::string_view name, Element element, const Extents& extents_of_sample) {
    std::string shape;
    protozero::pbf_writer shape_writer(shape);
    std::string batch;
    protozero::pbf_writer(batch).add_string(2, "batch");
    shape_writer.add_message(1, batch);
    for (const std::int64_t extent : extents_of_sample) {
        std::string dimension;
        protozero::pbf_writer(dimension).add_int64(1, extent);
        shape_writer.add_message(1, dimension);
    }
    std::string tensor;
    protozero::pbf_writer tensor_writer(tensor);
    tensor_writer.add_int32(1, static_cast<std::int32_t>(element));
    tensor_writer.add_message(2, shape);
    std::string type;
    protozero::pbf_writer(type).add_message(1, tensor);
    std::string message;
    protozero::pbf_writer writer(message);
    writer.add_string(1, name.data(), name.size());
    writer.add_message(2, type);
    return message;
}

} // namespace burin::io::onnx
