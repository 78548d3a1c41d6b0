#pragma once

#include "burin/io/onnx/rule.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/fast.hpp"
#include "burin/layers/prelu.hpp"
#include "burin/layers/rescaling.hpp"
#include "burin/layers/softmax.hpp"

#include <concepts>
#include <string>

namespace burin::io::onnx {

/// How an elementwise layer is written: `name = f(input)`, in whatever order the elements lie.
template <class LayerType>
struct Activation {
    static constexpr bool is_known = false;
};

/// One operator.
template <class Settings>
struct OneOperator {
    static constexpr bool is_known = true;
    static std::string write(GraphWriter& to, const std::string& input, const std::string& name) {
        return to.node(Settings::op, {input}, Settings::attributes(), name);
    }
    static Attributes attributes() { return {}; }
};

template <>
struct Activation<ReLU> : OneOperator<Activation<ReLU>> {
    static constexpr const char* op = "Relu";
};
template <>
struct Activation<Sigmoid> : OneOperator<Activation<Sigmoid>> {
    static constexpr const char* op = "Sigmoid";
};
template <>
struct Activation<Tanh> : OneOperator<Activation<Tanh>> {
    static constexpr const char* op = "Tanh";
};
template <>
struct Activation<Softplus> : OneOperator<Activation<Softplus>> {
    static constexpr const char* op = "Softplus";
};
template <>
struct Activation<Softsign> : OneOperator<Activation<Softsign>> {
    static constexpr const char* op = "Softsign";
};
template <>
struct Activation<HardSwish> : OneOperator<Activation<HardSwish>> {
    static constexpr const char* op = "HardSwish";
};
template <>
struct Activation<HardSigmoid> : OneOperator<Activation<HardSigmoid>> {
    static constexpr const char* op = "HardSigmoid";
    static Attributes attributes() { return Attributes().number("alpha", 1.0 / 6).number("beta", 0.5); }
};
template <core::Number auto NegativeSlope>
struct Activation<LeakyReLU<NegativeSlope>> : OneOperator<Activation<LeakyReLU<NegativeSlope>>> {
    static constexpr const char* op = "LeakyRelu";
    static Attributes attributes() { return Attributes().number("alpha", double(NegativeSlope)); }
};
template <core::Number auto Alpha>
struct Activation<ELU<Alpha>> : OneOperator<Activation<ELU<Alpha>>> {
    static constexpr const char* op = "Elu";
    static Attributes attributes() { return Attributes().number("alpha", double(Alpha)); }
};
template <>
struct Activation<SELU> : OneOperator<Activation<SELU>> {
    static constexpr const char* op = "Selu";
    static Attributes attributes() {
        return Attributes().number("alpha", SELU::alpha).number("gamma", SELU::scale);
    }
};

template <>
struct Activation<ReLU6> {
    static constexpr bool is_known = true;
    static std::string write(GraphWriter& to, const std::string& input, const std::string& name) {
        return to.node("Clip", {input, to.number(0, "zero"), to.number(6, "six")}, {}, name);
    }
};

template <core::Number auto Low, core::Number auto High>
struct Activation<Clip<Low, High>> {
    static constexpr bool is_known = true;
    static std::string write(GraphWriter& to, const std::string& input, const std::string& name) {
        return to.node(
            "Clip", {input, to.number(double(Low), name + ".low"), to.number(double(High), name + ".high")},
            {}, name);
    }
};

/// −softplus(−x)
template <>
struct Activation<LogSigmoid> {
    static constexpr bool is_known = true;
    static std::string write(GraphWriter& to, const std::string& input, const std::string& name) {
        const std::string below = to.node("Neg", {input}, {}, name + ".negative");
        return to.node("Neg", {to.node("Softplus", {below}, {}, name + ".softplus")}, {}, name);
    }
};

/// x · tanh(softplus(x)), of operators that all programs have; `Mish` is new in opset 18.
template <>
struct Activation<Mish> {
    static constexpr bool is_known = true;
    static std::string write(GraphWriter& to, const std::string& input, const std::string& name) {
        const std::string soft = to.node("Softplus", {input}, {}, name + ".softplus");
        return to.node("Mul", {input, to.node("Tanh", {soft}, {}, name + ".tanh")}, {}, name);
    }
};

template <>
struct Activation<SiLU> {
    static constexpr bool is_known = true;
    static std::string write(GraphWriter& to, const std::string& input, const std::string& name) {
        return to.node("Mul", {input, to.node("Sigmoid", {input}, {}, name + ".sigmoid")}, {}, name);
    }
};

/// x · (1 + inner) / 2
inline std::string gated_half(GraphWriter& to, const std::string& input, const std::string& inner,
                              const std::string& name) {
    const std::string sum = to.node("Add", {inner, to.number(1, "one")}, {}, name + ".gate");
    const std::string product = to.node("Mul", {input, sum}, {}, name + ".product");
    return to.node("Mul", {product, to.number(0.5, "half")}, {}, name);
}

template <>
struct Activation<GELU> {
    static constexpr bool is_known = true;
    static std::string write(GraphWriter& to, const std::string& input, const std::string& name) {
        const std::string scaled = to.node(
            "Div", {input, to.number(1.4142135623730950488, "square_root_of_2")}, {}, name + ".scaled");
        return gated_half(to, input, to.node("Erf", {scaled}, {}, name + ".erf"), name);
    }
};

template <>
struct Activation<GELUTanh> {
    static constexpr bool is_known = true;
    static std::string write(GraphWriter& to, const std::string& input, const std::string& name) {
        const std::string cube =
            to.node("Mul", {to.node("Mul", {input, input}, {}, name + ".square"), input}, {}, name + ".cube");
        const std::string small =
            to.node("Mul", {cube, to.number(0.044715, "gelu_cubic")}, {}, name + ".small");
        const std::string sum = to.node("Add", {input, small}, {}, name + ".sum");
        const std::string argument =
            to.node("Mul", {sum, to.number(0.797884560802865355880, "gelu_factor")}, {}, name + ".argument");
        return gated_half(to, input, to.node("Tanh", {argument}, {}, name + ".tanh"), name);
    }
};

template <core::Number auto Scale, core::Number auto Offset>
struct Activation<Rescaling<Scale, Offset>> {
    static constexpr bool is_known = true;
    static std::string write(GraphWriter& to, const std::string& input, const std::string& name) {
        const std::string scale = to.number(double(Scale), name + ".scale");
        if (Offset == 0)
            return to.node("Mul", {input, scale}, {}, name);
        return to.node("Add",
                       {to.node("Mul", {input, scale}, {}, name + ".product"),
                        to.number(double(Offset), name + ".offset")},
                       {}, name);
    }
};

/// The same function, which other programs compute as they do.
template <class LayerType>
struct Activation<burin::detail::FastLayer<LayerType>> : Activation<LayerType> {};

template <class LayerType>
    requires(Activation<LayerType>::is_known)
struct Rule<LayerType> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        return for_each_element(to, step, [&](const std::string& input) {
            return Activation<LayerType>::write(to, input, step.name);
        });
    }
};

/// Its slopes are along the last axis.
template <class... Options>
struct Rule<PReLU<Options...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        return to.value(to.node("PRelu", {to.channels_last(step.inputs[0]), put(to, step.weights("weight"))},
                                {}, step.name),
                        step.output_shape);
    }
};

/// Over the last axis.
template <class LayerType>
    requires(std::same_as<LayerType, Softmax> || std::same_as<LayerType, LogSoftmax>)
struct Rule<LayerType> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        return to.value(to.node(std::same_as<LayerType, Softmax> ? "Softmax" : "LogSoftmax",
                                {to.channels_last(step.inputs[0])}, Attributes().integer("axis", -1),
                                step.name),
                        step.output_shape);
    }
};

} // namespace burin::io::onnx
