#pragma once

#include "burin/io/onnx/activation_rules.hpp"
#include "burin/io/onnx/rule.hpp"
#include "burin/io/onnx/shape_rules.hpp"
#include "burin/layers/complex_abs.hpp"
#include "burin/layers/elementary.hpp"

#include <cstddef>
#include <string>

namespace burin::io::onnx {

template <>
struct Activation<Abs> : OneOperator<Activation<Abs>> {
    static constexpr const char* op = "Abs";
};
template <>
struct Activation<Sqrt> : OneOperator<Activation<Sqrt>> {
    static constexpr const char* op = "Sqrt";
};
template <>
struct Activation<Exp> : OneOperator<Activation<Exp>> {
    static constexpr const char* op = "Exp";
};
template <>
struct Activation<Log> : OneOperator<Activation<Log>> {
    static constexpr const char* op = "Log";
};

template <core::Number auto Exponent>
struct Activation<Pow<Exponent>> {
    static constexpr bool is_known = true;
    static std::string write(GraphWriter& to, const std::string& input, const std::string& name) {
        return to.node("Pow", {input, to.number(double(Exponent), name + ".exponent")}, {}, name);
    }
};

/// √(a² + b²) of the halves of the last axis.
template <>
struct Rule<ComplexAbs> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::string input = to.channels_last(step.inputs[0]);
        const std::string squares = to.node("Mul", {input, input}, {}, step.part("squares"));
        const std::size_t axis = step.output_shape.rank - 1, half = step.output_shape.last();
        const std::string real = slice(to, squares, axis, 0, half, step.part("real"));
        const std::string imaginary = slice(to, squares, axis, half, 2 * half, step.part("imaginary"));
        return to.value(
            to.node("Sqrt", {to.node("Add", {real, imaginary}, {}, step.part("sum"))}, {}, step.name),
            step.output_shape);
    }
};

} // namespace burin::io::onnx
