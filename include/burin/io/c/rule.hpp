#pragma once

#include "burin/core/shape.hpp"
#include "burin/graph/op.hpp"
#include "burin/io/c/source.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace burin::io::c {

/// A tensor of a layer, row-major.
struct Tensor {
    std::string name{}; ///< Its name in the model, as in `0.weight`.
    Shape shape{};
    std::vector<float> values{};
};

/// A layer that is written: where it stands, what it reads and what it has. Pointers are C expressions.
struct LayerStep {
    std::string name{}; ///< Its place, as in `encoder.1`.
    std::vector<std::string> inputs{};
    std::vector<Shape> input_shapes{};
    Shape output_shape{};
    std::string output{};
    std::string scratch{};
    /// What is done to each element, an expression, before it is stored; it may add `summand`,
    std::function<std::string(Source&, const std::string&)> after = [](Source&, const std::string& x) {
        return x;
    };
    std::string summand = "NULL"; ///< which lies as the output does.
    std::size_t rows = 1;         ///< So many samples: the steps of a layer in a TimeDistributed.
    /// What it carries from piece to piece of a sequence; empty where sequences are whole.
    std::string state{};
    /// Where lines of the output are computed alone: the first one and how many, else empty.
    std::string first_line{};
    std::string lines{};
    std::string pixels{};                             ///< The same for pixels.
    std::function<Tensor(std::string_view)> tensor{}; ///< By the layer's own name for it, as in `weight`.

    /// A name for something inside of the layer.
    std::string part(std::string_view what) const { return name + '.' + std::string(what); }

    /// The same as the name of a function of sums.
    std::string finish(Source& to) const {
        to.use_finish();
        return to.finish(after(to, "x"));
    }

    /// A tensor as a constant: its name.
    std::string weights(Source& to, std::string_view of) const {
        const Tensor found = tensor(of);
        return to.array<float>("w." + found.name, found.values);
    }
    std::string weights_if(Source& to, bool has, std::string_view of) const {
        return has ? weights(to, of) : "NULL";
    }
};

/// How a layer becomes C. A specialisation for a layer of one's own has
///
///     static void write(c::Source& to, const c::LayerStep& step);
///
/// which appends statements that compute `step.output` (the sums in the order in which a build with one lane
/// has them, if the bits are to be the same) and, where it works with `step.scratch`,
///
///     static std::size_t scratch(const c::LayerStep& step);   // floats
///
/// and where it carries a state from one piece of a sequence to the next (`step.state`, zeros at first)
///
///     static std::size_t state(const c::LayerStep& step);   // floats
///
/// It may say `static constexpr bool is_missing = true;` where what the layer holds has no rule. Layers that
/// are views of their input have nothing to compute.
template <class LayerType>
struct Rule {
    static constexpr bool is_missing =
        !LayerType::traits.is_view_in_inference && !LayerType::traits.is_view && !LayerType::traits.is_input;
    static void write(Source&, const LayerStep&) {}
};

template <class LayerType>
inline constexpr bool has_rule = [] {
    if constexpr (requires { Rule<LayerType>::is_missing; })
        return !Rule<LayerType>::is_missing;
    else
        return true;
}();

/// Whether a layer with a state has a rule that carries it.
template <template <class> class RuleOf, class LayerType>
inline constexpr bool carries_state = requires(const LayerStep& step) { RuleOf<LayerType>::state(step); };

/// Elements that a layer carries on, where it does.
template <template <class> class RuleOf, class LayerType>
std::size_t state_of(const LayerStep& step) {
    if constexpr (carries_state<RuleOf, LayerType>)
        return RuleOf<LayerType>::state(step);
    else
        return 0;
}

/// Elements that a layer's rule works with.
template <template <class> class RuleOf, class LayerType>
std::size_t scratch_of(const LayerStep& step) {
    if constexpr (requires { RuleOf<LayerType>::scratch(step); })
        return RuleOf<LayerType>::scratch(step);
    else
        return 0;
}

/// The members of a C struct, as in `&(struct product){.rows = 1, .depth = 4}`.
class Members {
  public:
    explicit Members(std::string type) : type_(std::move(type)) {}

    Members& with(std::string_view member, const std::string& value) {
        text_.append(text_.empty() ? "." : ", .").append(member).append(" = ").append(value);
        return *this;
    }
    Members& with(std::string_view member, std::size_t value) { return with(member, std::to_string(value)); }
    /// Only where it is not what a member is that is not named.
    Members& with_if(bool has, std::string_view member, const std::string& value) {
        return has ? with(member, value) : *this;
    }
    std::string address() const { return "&(struct " + type_ + "){" + text_ + "}"; }

  private:
    std::string type_, text_;
};

/// A loop over all elements of the output: `expression` is what one is of a[i], b[i], …, those of the inputs.
inline void write_each(Source& to, const LayerStep& step, const std::string& expression) {
    to.line("{");
    for (std::size_t k = 0; k < step.inputs.size(); ++k)
        to.line("    const float *const " + std::string(1, static_cast<char>('a' + k)) + " = " +
                step.inputs[k] + ";");
    to.line("    float *const y = " + step.output + ";");
    to.line("    size_t i;");
    to.line("    for (i = 0; i < " + std::to_string(step.rows * step.output_shape.size()) + "; ++i)");
    to.line("        y[i] = " + step.after(to, expression) + ";");
    to.line("}");
}

/// Samples one after the other, as a loop around a statement.
template <class Write>
void for_samples(Source& to, LayerStep step, const Write& write) {
    if (step.rows == 1)
        return write(step);
    to.line("{");
    to.line("    size_t row;");
    to.line("    for (row = 0; row < " + std::to_string(step.rows) + "; ++row)");
    for (std::size_t i = 0; i < step.inputs.size(); ++i)
        step.inputs[i] += " + row * " + std::to_string(step.input_shapes[i].size());
    step.output += " + row * " + std::to_string(step.output_shape.size());
    step.rows = 1;
    to.line("    {");
    write(step);
    to.line("    }");
    to.line("}");
}

} // namespace burin::io::c
