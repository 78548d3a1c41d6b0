#pragma once

#include "burin/io/c/activation_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/layers/complex_abs.hpp"
#include "burin/layers/glu.hpp"

#include <cstddef>
#include <string>

namespace burin::io::c {

namespace detail {

/// y of the two halves a and b of the last axis: `expression` is an element of a[i] and b[i].
inline void write_halves(Source& to, const LayerStep& step, const std::string& expression) {
    const std::size_t half = step.output_shape.last();
    const std::string size = std::to_string(half);
    to.line("{");
    to.line("    const float *a = " + step.inputs[0] + ";");
    to.line("    float *y = " + step.output + ";");
    to.line("    size_t at, i;");
    to.line("    for (at = 0; at < " + std::to_string(step.rows * step.output_shape.size() / half) +
            "; ++at, a += " + std::to_string(2 * half) + ", y += " + size + ") {");
    to.line("        const float *const b = a + " + size + ";");
    to.line("        for (i = 0; i < " + size + "; ++i)");
    to.line("            y[i] = " + step.after(to, expression) + ";");
    to.line("    }");
    to.line("}");
}

} // namespace detail

template <>
struct Rule<ComplexAbs> {
    static void write(Source& to, const LayerStep& step) {
        detail::write_halves(to, step, "sqrtf(a[i] * a[i] + b[i] * b[i])");
    }
};

template <class Gate>
struct Rule<GLU<Gate>> {
    static constexpr bool is_missing = !Activation<Gate>::is_known;
    static void write(Source& to, const LayerStep& step) {
        detail::write_halves(to, step, "a[i] * (" + Activation<Gate>::value(to, "b[i]") + ")");
    }
};

} // namespace burin::io::c
