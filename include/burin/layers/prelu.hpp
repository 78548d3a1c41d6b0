#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/prelu.hpp"
#include "burin/kernels/sweep.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>

namespace burin {

/// Option of PReLU: one slope for all channels.
struct SharedSlope {};

/// x for x > 0, else slope · x, with slopes that are trained. He et al., "Delving Deep into Rectifiers",
/// arXiv:1502.01852.
///
/// | | shape |
/// |---|---|
/// | input, output | `[..., channels]` |
/// | `weight` | `[channels]`, or `[1]` with `PReLU<SharedSlope>`, PyTorch's default; starts at 0.25 |
///
/// The derivative at 0 is the slope. Weight decay would draw the slopes to those of a ReLU: as a scale they
/// are left out where norms' are.
template <class... Options>
struct PReLU : Op {
    static_assert((std::is_same_v<Options, SharedSlope> && ...) && sizeof...(Options) <= 1,
                  "PReLU takes the option SharedSlope");

    static constexpr bool is_shared = sizeof...(Options) == 1;
    static constexpr OpTraits traits{.accepts_epilogue = true,
                                     .streams = true,
                                     .parameter_gradient = {.input = true},
                                     .input_gradient = {.input = true}};

    static constexpr Text<64> name() { return is_shared ? "PReLU<SharedSlope>" : "PReLU"; }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank == 0)
            return {.expected = "input `[..., channels]`"};
        return {.shape = inputs[0]};
    }
    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        ParameterSpec weight{"weight", ParameterRole::scale, Shape(is_shared ? 1 : inputs[0].last())};
        weight.start = 0.25;
        return ParameterList(weight);
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) { return 2 * inputs[0].size(); }

    template <class Context>
    static void forward(const Context& run) noexcept {
        bend(run, run.inputs[0], run.output, typename Context::Epilogue{});
    }

    /// Σ dy · min(x, 0)
    template <class Context>
    static void backward_parameters(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Shape shape = Context::Shapes::output;
        if constexpr (!Context::adds)
            std::fill_n(run.gradients, is_shared ? 1 : shape.last(), Scalar(0));
        if constexpr (is_shared)
            run.gradients[0] += kernels::sum<Scalar>(
                run.rows * shape.size(),
                [](auto x, auto dy) { return dy * kernels::at_most(x, decltype(x)(Scalar(0))); },
                run.inputs[0], static_cast<const Scalar*>(run.output_gradient));
        else
            kernels::prelu_slope_gradient<shape.last()>(run.inputs[0], run.output_gradient, positions(run),
                                                        run.gradients);
    }

    /// dy · (1 where x > 0, slope elsewhere)
    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        bend(run, static_cast<const typename Context::Scalar*>(run.output_gradient), run.input_gradient,
             [](auto dx) { return dx; });
    }

  private:
    template <class Context>
    static std::size_t positions(const Context& run) noexcept {
        return run.rows * (Context::Shapes::output.size() / Context::Shapes::output.last());
    }

    template <class Context, class Scalar, class Epilogue>
    static void bend(const Context& run, const Scalar* factor, Scalar* to, Epilogue epilogue) noexcept {
        constexpr Shape shape = Context::Shapes::output;
        if constexpr (is_shared)
            kernels::map<Scalar>(
                run.rows * shape.size(), to,
                [slope = run.parameters[0], epilogue](auto x, auto value) {
                    using Vector = decltype(x);
                    return epilogue(
                        Vector(kernels::select(x > Vector(Scalar(0)), value, value * Vector(slope))));
                },
                run.inputs[0], factor);
        else
            kernels::prelu<shape.last()>(run.inputs[0], factor, run.parameters, to, positions(run), epilogue);
    }
};

} // namespace burin
