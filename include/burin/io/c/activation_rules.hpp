#pragma once

#include "burin/io/c/functions.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/fast.hpp"
#include "burin/layers/prelu.hpp"
#include "burin/layers/rescaling.hpp"

#include <string>

namespace burin::io::c {

/// An elementwise layer as an expression of another one. A specialisation for one of one's own has
///
///     static constexpr bool is_known = true;
///     static std::string value(c::Source& to, const std::string& x);
template <class LayerType>
struct Activation {
    static constexpr bool is_known = false;
};

namespace pieces {

inline constexpr Function relu6{R"(static float relu6(float x)
{
    return at_most(at_least(x, 0.0f), 6.0f);
}
)",
                                {&at_least, &at_most}};
inline constexpr Function clip{R"(static float clip(float x, float low, float high)
{
    return at_most(at_least(x, low), high);
}
)",
                               {&at_least, &at_most}};
inline constexpr Function leaky_relu{R"(static float leaky_relu(float x, float slope)
{
    return x > 0.0f ? x : x * slope;
}
)"};
inline constexpr Function elu{R"(static float elu(float x, float scale, float alpha)
{
    return x > 0.0f ? scale * x : alpha * exponential_minus_1(at_most(x, 0.0f));
}
)",
                              {&exponential_minus_1, &at_most}};
inline constexpr Function softsign{R"(static float softsign(float x)
{
    const float limited = at_most(at_least(x, -1e30f), 1e30f);
    return limited / (1.0f + at_least(limited, -limited));
}
)",
                                   {&at_least, &at_most}};
inline constexpr Function gelu_tanh{R"(static float gelu_tanh(float x)
{
    const float limited = at_least(x, -32.0f);
    return limited * sigmoid(1.595769121605730711760f *
                             (limited + 0.044715f * limited * limited * limited));
}
)",
                                    {&sigmoid, &at_least}};
inline constexpr Function mish{R"(static float mish(float x)
{
    const float above = at_least(x, -112.0f), e = exponential(at_most(above, 20.0f));
    const float n = e * (e + 2.0f);
    return above * (n / (n + 2.0f));
}
)",
                               {&exponential, &at_least, &at_most}};
inline constexpr Function hard_sigmoid{R"(static float hard_sigmoid(float x)
{
    return at_most(at_least(x + 3.0f, 0.0f), 6.0f) / 6.0f;
}
)",
                                       {&at_least, &at_most}};
inline constexpr Function hard_swish{R"(static float hard_swish(float x)
{
    return x * hard_sigmoid(x);
}
)",
                                     {&hard_sigmoid}};

inline constexpr Function fast_exponential{R"(static float fast_exponential(float x)
{
    static const float c[5] = {0.99999925964f, 0.99996333359f, 0.50004365347f, 0.16791028612f,
                               0.04145853563f};
    const float clamped = at_most(at_least(x, -87.0f), 87.0f), rounder = 12583039.0f;
    const float shifted = multiply_add(clamped, 1.44269504088896340736f, rounder);
    const float r = multiply_add(shifted - rounder, -0.693147180559945309417f, clamped);
    return polynomial(r, c, 5) * from_bits(bits_of(shifted) << 23);
}
)",
                                           {&polynomial, &bits, &at_least, &at_most}};
inline constexpr Function fast_tanh{R"(static float fast_tanh(float x)
{
    static const float numerator[4] = {0.99999896703f, 0.12322050203f, 0.0022930851074f, 3.9958572518e-6f};
    static const float denominator[4] = {1.0f, 0.45654610009f, 0.021151595416f, 0.00014398409264f};
    const float clamped = at_most(at_least(x, -7.0f), 7.0f), square = clamped * clamped;
    return clamped * polynomial(square, numerator, 4) / polynomial(square, denominator, 4);
}
)",
                                    {&polynomial, &at_least, &at_most}};
inline constexpr Function fast_sigmoid{R"(static float fast_sigmoid(float x)
{
    return 1.0f / (1.0f + fast_exponential(-x));
}
)",
                                       {&fast_exponential}};
inline constexpr Function fast_silu{R"(static float fast_silu(float x)
{
    return at_least(x, -112.0f) / (1.0f + fast_exponential(-x));
}
)",
                                    {&fast_exponential, &at_least}};
inline constexpr Function fast_softplus{R"(static float fast_softplus(float x)
{
    static const float c[6] = {0.99999159605f, -0.49936130205f, 0.3252063089f,
                               -0.21004783168f, 0.10122144754f, -0.023868863144f};
    const float e = fast_exponential(-magnitude(x));
    return multiply_add(e, polynomial(e, c, 6), at_least(x, 0.0f));
}
)",
                                        {&fast_exponential, &magnitude, &at_least}};
inline constexpr Function fast_gelu{R"(static float fast_gelu(float x)
{
    static const float c[5] = {1.5956916948f, 0.072889137021f, -0.00023135825039f, -6.3606846482e-5f,
                               2.3385326326e-6f};
    const float limited = at_least(x, -16.0f);
    const float odds = limited * polynomial(at_most(x * x, 36.0f), c, 5);
    return limited / (1.0f + fast_exponential(-odds));
}
)",
                                    {&fast_exponential, &at_least, &at_most}};
inline constexpr Function fast_gelu_tanh{R"(static float fast_gelu_tanh(float x)
{
    const float limited = at_least(x, -32.0f);
    return limited * fast_sigmoid(1.595769121605730711760f *
                                  (limited + 0.044715f * limited * limited * limited));
}
)",
                                         {&fast_sigmoid, &at_least}};

} // namespace pieces

namespace detail {

template <class LayerType>
struct Called {
    const Function* piece = nullptr;
    std::string_view before{}; ///< The call up to its argument,
    std::string_view after = ")";
};

template <class LayerType>
inline constexpr Called<LayerType> called{};
template <>
inline constexpr Called<ReLU> called<ReLU>{&at_least, "at_least(", ", 0.0f)"};
template <>
inline constexpr Called<ReLU6> called<ReLU6>{&pieces::relu6, "relu6("};
template <>
inline constexpr Called<SELU> called<SELU>{&pieces::elu, "elu(",
                                           ", 1.0507009873554804934f, 1.7580993408473768599f)"};
template <>
inline constexpr Called<Sigmoid> called<Sigmoid>{&sigmoid, "sigmoid("};
template <>
inline constexpr Called<Tanh> called<Tanh>{&hyperbolic_tangent, "hyperbolic_tangent("};
template <>
inline constexpr Called<Softplus> called<Softplus>{&softplus, "softplus("};
template <>
inline constexpr Called<LogSigmoid> called<LogSigmoid>{&softplus, "-softplus(-(", "))"};
template <>
inline constexpr Called<Softsign> called<Softsign>{&pieces::softsign, "softsign("};
template <>
inline constexpr Called<GELU> called<GELU>{&gelu, "gelu("};
template <>
inline constexpr Called<GELUTanh> called<GELUTanh>{&pieces::gelu_tanh, "gelu_tanh("};
template <>
inline constexpr Called<SiLU> called<SiLU>{&silu, "silu("};
template <>
inline constexpr Called<Mish> called<Mish>{&pieces::mish, "mish("};
template <>
inline constexpr Called<HardSigmoid> called<HardSigmoid>{&pieces::hard_sigmoid, "hard_sigmoid("};
template <>
inline constexpr Called<HardSwish> called<HardSwish>{&pieces::hard_swish, "hard_swish("};

template <class LayerType>
using Fast = burin::detail::FastLayer<LayerType>;
template <>
inline constexpr Called<Fast<Sigmoid>> called<Fast<Sigmoid>>{&pieces::fast_sigmoid, "fast_sigmoid("};
template <>
inline constexpr Called<Fast<Tanh>> called<Fast<Tanh>>{&pieces::fast_tanh, "fast_tanh("};
template <>
inline constexpr Called<Fast<Softplus>> called<Fast<Softplus>>{&pieces::fast_softplus, "fast_softplus("};
template <>
inline constexpr Called<Fast<LogSigmoid>> called<Fast<LogSigmoid>>{&pieces::fast_softplus,
                                                                   "-fast_softplus(-(", "))"};
template <>
inline constexpr Called<Fast<GELU>> called<Fast<GELU>>{&pieces::fast_gelu, "fast_gelu("};
template <>
inline constexpr Called<Fast<GELUTanh>> called<Fast<GELUTanh>>{&pieces::fast_gelu_tanh, "fast_gelu_tanh("};
template <>
inline constexpr Called<Fast<SiLU>> called<Fast<SiLU>>{&pieces::fast_silu, "fast_silu("};

} // namespace detail

template <class LayerType>
    requires(detail::called<LayerType>.piece != nullptr)
struct Activation<LayerType> {
    static constexpr bool is_known = true;
    static std::string value(Source& to, const std::string& x) {
        constexpr auto call = detail::called<LayerType>;
        to.use(*call.piece);
        return std::string(call.before) + x + std::string(call.after);
    }
};

template <auto Low, auto High>
struct Activation<Clip<Low, High>> {
    static constexpr bool is_known = true;
    static std::string value(Source& to, const std::string& x) {
        to.use(pieces::clip);
        return "clip(" + x + ", " + literal(static_cast<float>(Low)) + ", " +
               literal(static_cast<float>(High)) + ")";
    }
};

template <auto Slope>
struct Activation<LeakyReLU<Slope>> {
    static constexpr bool is_known = true;
    static std::string value(Source& to, const std::string& x) {
        to.use(pieces::leaky_relu);
        return "leaky_relu(" + x + ", " + literal(static_cast<float>(Slope)) + ")";
    }
};

template <auto Alpha>
struct Activation<ELU<Alpha>> {
    static constexpr bool is_known = true;
    static std::string value(Source& to, const std::string& x) {
        to.use(pieces::elu);
        return "elu(" + x + ", 1.0f, " + literal(static_cast<float>(Alpha)) + ")";
    }
};

template <auto Scale, auto Offset>
struct Activation<Rescaling<Scale, Offset>> {
    static constexpr bool is_known = true;
    static std::string value(Source& to, const std::string& x) {
        to.use(multiply_add);
        return "multiply_add(" + x + ", " + literal(static_cast<float>(Scale)) + ", " +
               literal(static_cast<float>(Offset)) + ")";
    }
};

namespace pieces {

inline constexpr Function prelu{R"(/* x where it is positive, else x times the slope of its channel. */
static void prelu(const float *x, const float *slopes, size_t channels, float *y, size_t count,
                  enum finish how)
{
    size_t i;
    for (i = 0; i < count; ++i)
        y[i] = finish(how, x[i] > 0.0f ? x[i] : x[i] * slopes[i % channels], 0.0f);
}
)"};

} // namespace pieces

template <class LayerType>
    requires(Activation<LayerType>::is_known)
struct Rule<LayerType> {
    static void write(Source& to, const LayerStep& step) {
        write_each(to, step, Activation<LayerType>::value(to, "a[i]"));
    }
};

template <class... Options>
struct Rule<PReLU<Options...>> {
    static void write(Source& to, const LayerStep& step) {
        to.use(pieces::prelu);
        const std::size_t slopes = PReLU<Options...>::is_shared ? 1 : step.output_shape.last();
        to.line("prelu(" + step.inputs[0] + ", " + step.weights(to, "weight") + ", " +
                std::to_string(slopes) + ", " + step.output + ", " +
                std::to_string(step.rows * step.output_shape.size()) + ", " + step.finish(to) + ");");
    }
};

} // namespace burin::io::c
