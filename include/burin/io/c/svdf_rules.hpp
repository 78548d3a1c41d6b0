#pragma once

#include "burin/io/c/product_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/layers/svdf.hpp"

#include <cstddef>
#include <string>

namespace burin::io::c {

namespace pieces {

/// As `kernels::svdf_step`.
inline constexpr Function filter_steps{
    R"(/* Of `f`, the filters' numbers of `memory` - 1 steps before and of `steps`: the sums over time and filters. */
static void filter_steps(const float *f, const float *v, const float *bias, size_t steps, size_t units, size_t rank,
                         size_t memory, float *y)
{
    const size_t filters = rank * units;
    size_t t, u, r, m;
    for (t = 0; t < steps; ++t, f += filters)
        for (u = 0; u < units; ++u) {
            float sum = bias ? bias[u] : 0.0f;
            for (r = u; r < filters; r += units)
                for (m = 0; m < memory; ++m)
                    sum = multiply_add(v[m * filters + r], f[m * filters + r], sum);
            *y++ = sum;
        }
}
)",
    {&multiply_add}};

} // namespace pieces

template <std::size_t Units, std::size_t Memory, class... Options>
struct Rule<SVDF<Units, Memory, Options...>> {
    using LayerType = SVDF<Units, Memory, Options...>;

    static std::size_t state(const LayerStep&) { return LayerType::past; }
    static std::size_t scratch(const LayerStep& step) { return LayerType::steps(step.input_shapes); }

    static void write(Source& to, const LayerStep& step) {
        to.use(pieces::filter_steps);
        const std::string past = std::to_string(LayerType::past),
                          time = std::to_string(step.input_shapes[0][0]);
        for_samples(to, step, [&](const LayerStep& one) {
            to.line("{");
            to.line("    float *const f = " + one.scratch + ";");
            if (LayerType::past > 0 && one.state.empty()) {
                to.line("    size_t i;");
                to.line("    for (i = 0; i < " + past + "; ++i)");
                to.line("        f[i] = 0.0f;");
            } else if (LayerType::past > 0) {
                to.line("    memcpy(f, " + one.state + ", " + past + " * sizeof *f);");
            }
            Product product{.x = one.inputs[0],
                            .w = one.weights(to, "weight"),
                            .y = plus("f", LayerType::past),
                            .rows = time,
                            .depth = one.input_shapes[0].last(),
                            .columns = LayerType::filters,
                            .hints = {}};
            product.write(to);
            to.call("filter_steps",
                    {"f", one.weights(to, "time_weight"), one.weights_if(to, LayerType::has_bias, "bias"),
                     time, std::to_string(Units), std::to_string(LayerType::rank), std::to_string(Memory),
                     one.output});
            if (LayerType::past > 0 && !one.state.empty())
                to.line("    memcpy(" + one.state + ", f + " +
                        std::to_string(one.input_shapes[0][0] * LayerType::filters) + ", " + past +
                        " * sizeof *f);");
            to.line("}");
        });
    }
};

} // namespace burin::io::c
