#pragma once

#include "burin/io/c/activation_rules.hpp"
#include "burin/layers/elementary.hpp"

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

} // namespace burin::io::c
