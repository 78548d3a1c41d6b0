#pragma once

#include "burin/core/half.hpp"
#include "burin/graph/op.hpp"
#include "burin/kernels/products.hpp"
#include "burin/kernels/products_of_half.hpp"
#include "burin/layers/no_bias.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace burin {

/// y = x · W + b: every output is a weighted sum of all inputs.
///
/// | | shape |
/// |---|---|
/// | input | `[features]` |
/// | output | `[Units]` |
/// | `weight` | `[features, Units]` |
/// | `bias` | `[Units]`, not with `NoBias` |
///
/// `Dense<10>` has a bias, `Dense<10, NoBias>` has none. Default initialisation: Glorot uniform, zero bias.
template <std::size_t Units, class... Options>
struct Dense : Op {
    static constexpr std::string_view misuse = Units == 0 ? "expected at least one unit"
                                               : Units > (std::size_t(1) << 31)
                                                   ? "expected at most 2^31 units"
                                               : !(std::is_same_v<Options, NoBias> && ...)
                                                   ? "expected no option but `NoBias`"
                                                   : "";

    using Itself = Dense;
    using WithBias = Dense<Units>;
    static constexpr bool has_bias = !(std::is_same_v<Options, NoBias> || ...);
    static constexpr OpTraits traits{.accepts_epilogue = true,
                                     .accepts_gradient_epilogue = true,
                                     .streams = true,
                                     .parameter_gradient = {.input = true},
                                     .is_linear = true};

    static constexpr Text<64> name() {
        return Text<64>("Dense<").append(Units).append(has_bias ? ">" : ", NoBias>");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != 1)
            return {.expected = "input `[features]`", .hint = "put `Flatten` before it"};
        return {.shape = Shape(Units)};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        const std::size_t features = inputs[0].size();
        const Fans fans{features, Units};
        const ParameterSpec weight{"weight", ParameterRole::weight, Shape(features, Units), fans,
                                   core::Layout::panels};
        const ParameterSpec bias{"bias", ParameterRole::bias, Shape(Units), fans};
        return has_bias ? ParameterList(weight, bias) : ParameterList(weight);
    }

    static constexpr std::size_t macs(std::span<const Shape> inputs) { return inputs[0].size() * Units; }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return 2 * inputs[0].size() * Units + (has_bias ? Units : 0);
    }

    template <class Context>
    [[gnu::always_inline]] static void forward(const Context& run) noexcept {
        constexpr std::size_t features = Context::Shapes::inputs[0].size();
        if constexpr (core::Half<std::remove_cvref_t<decltype(*run.parameters)>>)
            kernels::dense_forward<features, Units, has_bias>(
                run.inputs[0], run.parameters, bias<features>(run.parameters), run.output, run.rows,
                typename Context::Epilogue{}, run.widened);
        else
            kernels::multiply<kernels::Product::forward, kernels::Extents{0, features, Units},
                              hints<Context, false>()>(operands(run), run.rows, typename Context::Epilogue{});
    }

    /// One function for all layers of these sizes: a call is nothing beside the many samples of training, and
    /// deep networks take less time to compile.
    template <class Context>
        requires(Context::mode == Mode::training &&
                 !core::Half<std::remove_cvref_t<decltype(*std::declval<Context>().parameters)>>)
    [[gnu::noinline]] static void forward(const Context& run) noexcept {
        constexpr std::size_t features = Context::Shapes::inputs[0].size();
        kernels::multiply<kernels::Product::forward, kernels::Extents{0, features, Units},
                          hints<Context, true>()>(operands(run), run.rows, typename Context::Epilogue{});
    }

    /// A few columns of the weight at a time.
    static constexpr std::size_t widened(std::span<const Shape> inputs) {
        return kernels::widened_room<float>(inputs[0].size(), Units, has_bias);
    }

    /// dW = xᵀ · dy, db = the sum of dy over the rows.
    template <class Context>
    static void backward_parameters(const Context& run) noexcept {
        constexpr std::size_t features = Context::Shapes::inputs[0].size();
        kernels::dense_weight_gradient<features, Units, has_bias, Context::adds,
                                       kernels::RowCounts{Context::most_rows}>(
            run.inputs[0], run.output_gradient, run.gradients, bias<features>(run.gradients), run.rows);
    }

    /// dx = dy · Wᵀ
    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        constexpr std::size_t features = Context::Shapes::inputs[0].size();
        kernels::dense_input_gradient<features, Units, kernels::RowCounts{Context::most_rows}>(
            run.output_gradient, run.parameters, run.activated, run.input_gradient, run.rows,
            typename Context::Derivative{});
    }

  private:
    template <class Context, bool SharesCode>
    static constexpr kernels::Hints hints() noexcept {
        return kernels::forward_hints<Units, std::remove_pointer_t<decltype(Context::output)>,
                                      typename Context::Epilogue>(SharesCode, Context::is_from_outside,
                                                                  kernels::RowCounts{Context::most_rows});
    }

    template <class Context>
    [[gnu::always_inline]] static auto operands(const Context& run) noexcept {
        constexpr std::size_t features = Context::Shapes::inputs[0].size();
        return kernels::forward_operands<features, Units>(run.inputs[0], run.parameters,
                                                          bias<features>(run.parameters), run.output);
    }

    template <std::size_t Features, class Scalar>
    static Scalar* bias(Scalar* parameters) noexcept {
        return has_bias ? parameters + Features * Units : nullptr;
    }
};

} // namespace burin
