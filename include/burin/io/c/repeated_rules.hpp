#pragma once

#include "burin/io/c/rule.hpp"
#include "burin/io/c/shape_rules.hpp"
#include "burin/layers/broadcast.hpp"
#include "burin/layers/comparisons.hpp"
#include "burin/layers/reductions.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

// Arrays that are repeated along axes in which they have an extent of 1.

namespace burin::io::c {

namespace detail {

/// Loops over the axes of `whole`, which any number of arrays have, or repeat.
class RepeatedLoops {
  public:
    explicit RepeatedLoops(const Shape& whole) : whole_(whole) {}

    static std::string variable(std::size_t axis) { return "i" + std::to_string(axis); }

    /// Where an array of this shape has an element: an expression of the loops' variables.
    std::string place(const Shape& shape) const {
        std::string text;
        std::size_t pitch = 1;
        for (std::size_t axis = shape.rank; axis-- > 0;) {
            if (shape[axis] > 1)
                text = variable(whole_.rank - shape.rank + axis) + " * " + std::to_string(pitch) +
                       (text.empty() ? "" : " + " + text);
            pitch *= shape[axis];
        }
        return text.empty() ? "0" : text;
    }
    void declare(Source& to) const {
        std::string names;
        for (std::size_t axis = 0; axis < whole_.rank; ++axis)
            names += (axis > 0 ? ", " : "") + variable(axis);
        to.line("    size_t " + names + ";");
    }
    /// Of the axes for which `is_one(axis)`.
    template <class IsOne>
    void open(Source& to, const IsOne& is_one) const {
        for (std::size_t axis = 0; axis < whole_.rank; ++axis)
            if (is_one(axis))
                to.line("    for (" + variable(axis) + " = 0; " + variable(axis) + " < " +
                        std::to_string(whole_[axis]) + "; ++" + variable(axis) + ")");
    }

  private:
    Shape whole_;
};

/// y = what an expression of a[…], b[…], …, an element of each input, is.
template <class Expression>
void write_repeated(Source& to, const LayerStep& step, const Expression& expression) {
    const RepeatedLoops loops(step.output_shape);
    for_samples(to, step, [&](const LayerStep& one) {
        std::vector<std::string> elements;
        to.line("{");
        for (std::size_t k = 0; k < one.inputs.size(); ++k) {
            const std::string name(1, static_cast<char>('a' + k));
            to.line("    const float *const " + name + " = " + one.inputs[k] + ";");
            elements.push_back(name + "[" + loops.place(one.input_shapes[k]) + "]");
        }
        to.line("    float *const y = " + one.output + ";");
        loops.declare(to);
        loops.open(to, [](std::size_t) { return true; });
        to.line("        y[" + loops.place(step.output_shape) + "] = " + one.after(to, expression(elements)) +
                ";");
        to.line("}");
    });
}

template <class LayerType>
inline constexpr const char* relation = nullptr;
template <auto... Number>
inline constexpr const char* relation<Greater<Number...>> = " > ";
template <auto... Number>
inline constexpr const char* relation<GreaterEqual<Number...>> = " >= ";
template <auto... Number>
inline constexpr const char* relation<Less<Number...>> = " < ";
template <auto... Number>
inline constexpr const char* relation<LessEqual<Number...>> = " <= ";
template <auto... Number>
inline constexpr const char* relation<Equal<Number...>> = " == ";
template <auto... Number>
inline constexpr const char* relation<NotEqual<Number...>> = " != ";

} // namespace detail

template <class Merging>
struct Rule<Broadcast<Merging>> {
    static constexpr bool is_missing = !MergesElements<Merging>;
    static void write(Source& to, const LayerStep& step) {
        detail::write_repeated(to, step, [&](const std::vector<std::string>& elements) {
            return detail::MergeValue<Merging>::value(to, elements);
        });
    }
};

template <class LayerType>
    requires(detail::relation<LayerType> != nullptr)
struct Rule<LayerType> {
    static void write(Source& to, const LayerStep& step) {
        detail::write_repeated(to, step, [](const std::vector<std::string>& elements) {
            std::string other;
            if constexpr (LayerType::has_number)
                other = literal(static_cast<float>(LayerType::number));
            else
                other = elements[1];
            return elements[0] + detail::relation<LayerType> + other + " ? 1.0f : 0.0f";
        });
    }
};

template <auto... Otherwise>
struct Rule<Where<Otherwise...>> {
    static void write(Source& to, const LayerStep& step) {
        detail::write_repeated(to, step, [](const std::vector<std::string>& elements) {
            const std::string otherwise = sizeof...(Otherwise) > 0
                                              ? literal(static_cast<float>(Where<Otherwise...>::otherwise))
                                              : elements.back();
            return elements[0] + " == 0.0f ? " + otherwise + " : " + elements[1];
        });
    }
};

namespace pieces {

inline constexpr Function running_sum{
    R"(/* A sum, of many terms block by block. */
struct running_sum { struct pairwise blocks; float sum; size_t terms; };
static void add_term(struct running_sum *to, int has_blocks, float x)
{
    to->sum = to->sum + x;
    if (has_blocks && ++to->terms == 32) {
        pairwise_add(&to->blocks, to->sum);
        to->sum = 0.0f;
        to->terms = 0;
    }
}
)",
    {&pairwise}};

} // namespace pieces

template <class LayerType>
concept ReductionLike = requires(const LayerType* layer) {
    []<burin::detail::Reduced Kind, class... Options>(const burin::detail::Reduction<Kind, Options...>*) {
    }(layer);
};

/// As `kernels::reduce_repeated`.
template <ReductionLike LayerType>
struct Rule<LayerType> {
    static void write(Source& to, const LayerStep& step) {
        for_samples(to, step, [&](const LayerStep& one) { write_sample(to, one); });
    }

  private:
    using Reduced = burin::detail::Reduced;

    /// With one lane a sum over lines counts one more of each line when it decides whether there are blocks.
    static bool has_blocks(const Shape& shape) {
        std::size_t line = 1, axis = shape.rank;
        for (; axis > 0 && (LayerType::goes(axis - 1) || shape[axis - 1] == 1); --axis)
            line *= shape[axis - 1];
        const std::size_t terms = LayerType::terms(shape);
        return (line > 1 ? terms / line * (line + 1) : terms) > 64;
    }

    static void write_sample(Source& to, const LayerStep& step) {
        const Shape& shape = step.input_shapes[0];
        const detail::RepeatedLoops loops(shape);
        const auto goes = [](std::size_t axis) { return LayerType::goes(axis); };
        const std::string x = "x[" + loops.place(shape) + "]",
                          y = "y[" + loops.place(LayerType::kept(shape)) + "]";
        to.line("{");
        to.line("    const float *const x = " + step.inputs[0] + ";");
        to.line("    float *const y = " + step.output + ";");
        loops.declare(to);
        loops.open(to, [&](std::size_t axis) { return !goes(axis); });
        to.line("    {");
        if constexpr (LayerType::is_extreme) {
            constexpr bool is_max = LayerType::reduced == Reduced::max;
            to.use(is_max ? detail::max_or_nan : detail::min_or_nan);
            to.line(std::string("        float running = ") + (is_max ? "-INFINITY;" : "INFINITY;"));
            loops.open(to, goes);
            to.line("            running = " + std::string(is_max ? "max_or_nan(" : "min_or_nan(") + x +
                    ", running);");
            to.line("        " + y + " = " + step.after(to, "running") + ";");
        } else {
            const std::string blocks = has_blocks(shape) ? "1" : "0";
            to.use(pieces::running_sum);
            to.line("        struct running_sum running = {{{0.0f}, 0}, 0.0f, 0};");
            to.line("        float total;");
            loops.open(to, goes);
            to.line("            add_term(&running, " + blocks + ", " + x + ");");
            to.line("        total = pairwise_total(&running.blocks, running.sum);");
            if (LayerType::reduced == Reduced::mean)
                to.line("        total = total * " +
                        literal(1.0F / static_cast<float>(LayerType::terms(shape))) + ";");
            to.line("        " + y + " = " + step.after(to, "total") + ";");
        }
        to.line("    }");
        to.line("}");
    }
};

} // namespace burin::io::c
