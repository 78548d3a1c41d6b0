#pragma once

#include "burin/io/c/activation_rules.hpp"
#include "burin/layers/elementary.hpp"

#include <string>

namespace burin::io::c {

namespace pieces {

inline constexpr Function absolute{R"(static float absolute(float x)
{
    return at_least(x, -x);
}
)",
                                   {&at_least}};

inline constexpr Function root{R"(static float root(float x)
{
    return sqrtf(x);
}
)"};

inline constexpr Function whole_power{R"(static float whole_power(float x, unsigned exponent)
{
    float result = 1.0f;
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1)
            result = result * x;
        x = x * x;
    }
    return result;
}
)"};

} // namespace pieces

namespace detail {

template <>
inline constexpr Called<Abs> called<Abs>{&pieces::absolute, "absolute("};
template <>
inline constexpr Called<Sqrt> called<Sqrt>{&pieces::root, "root("};
template <>
inline constexpr Called<Exp> called<Exp>{&exponential, "exponential("};
template <>
inline constexpr Called<Log> called<Log>{&logarithm, "logarithm("};

} // namespace detail

template <auto Exponent>
struct Activation<Pow<Exponent>> {
    static constexpr bool is_known = true;
    static std::string value(Source& to, const std::string& x) {
        constexpr double size =
            Pow<Exponent>::exponent < 0 ? -Pow<Exponent>::exponent : Pow<Exponent>::exponent;
        std::string power;
        if (size <= 65 && size == static_cast<double>(static_cast<unsigned>(size))) {
            to.use(pieces::whole_power);
            power = "whole_power(" + x + ", " + std::to_string(static_cast<unsigned>(size)) + ")";
        } else if (size == 0.5) {
            power = "sqrtf(" + x + ")";
        } else if (size == 1.5) {
            power = "(" + x + " * sqrtf(" + x + "))";
        } else {
            to.use(exponential);
            to.use(logarithm);
            return "exponential(" + literal(static_cast<float>(Pow<Exponent>::exponent)) + " * logarithm(" +
                   x + "))";
        }
        return Pow<Exponent>::exponent < 0 ? "1.0f / " + power : power;
    }
};

} // namespace burin::io::c
