#pragma once

#include "burin/graph/epilogue.hpp"
#include "burin/graph/op.hpp"
#include "burin/kernels/products.hpp"
#include "burin/kernels/recurrent.hpp"
#include "burin/kernels/svdf.hpp"
#include "burin/layers/no_bias.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace burin {

/// Option of an `SVDF`: filters of each unit, whose outputs are added. 1 unless it is given.
template <std::size_t Count>
struct FilterRank {};

namespace detail {

template <class Option>
inline constexpr std::size_t filter_rank = 0;
template <std::size_t Count>
inline constexpr std::size_t filter_rank<FilterRank<Count>> = Count;

template <class T>
inline constexpr bool is_filter_rank = false;
template <std::size_t Count>
inline constexpr bool is_filter_rank<FilterRank<Count>> = true;

} // namespace detail

/// Dense over the last `Memory` steps of a sequence, whose weights are sums of few products: a filter makes
/// one number of a step's features, and then one of its last `Memory` numbers, which are zeros before the
/// first step. With R filters a unit:
///
///     f_t = x_t · W
///     y_t[u] = b[u] + Σ_{r < R} Σ_{m < Memory} V[m][r · Units + u] · f_{t − Memory + 1 + m}[r · Units + u]
///
/// | | shape |
/// |---|---|
/// | input | `[time, features]` |
/// | output | `[time, Units]` |
/// | `weight` | `[features, R · Units]` |
/// | `time_weight` | `[Memory, R · Units]`, the oldest step first |
/// | `bias` | `[Units]`, not with `NoBias` |
///
/// In a `Streamer` it carries the last Memory − 1 steps of f. TensorFlow Lite's `SVDF` is this and an
/// activation; filter r of unit u is number u · R + r there. Nakkiran et al., "Compressing Deep Neural
/// Networks using a Rank-Constrained Topology", Interspeech 2015.
///
/// Options: `FilterRank<R>`, `NoBias`, in any order.
template <std::size_t Units, std::size_t Memory, class... Options>
struct SVDF : Op {
    static_assert(((std::same_as<Options, NoBias> || detail::is_filter_rank<Options>) && ...),
                  "SVDF takes the options FilterRank and NoBias");

    static constexpr bool has_bias = !(std::same_as<Options, NoBias> || ...);
    static constexpr std::size_t rank =
        (detail::is_filter_rank<Options> || ...) ? (detail::filter_rank<Options> + ... + std::size_t{0}) : 1;
    static constexpr std::size_t units = Units, filters = rank * Units, memory = Memory;
    static constexpr std::size_t past = Memory > 0 ? (Memory - 1) * filters : 0;

    static constexpr std::string_view misuse =
        Units == 0 || Memory == 0 || rank == 0 ? "expected at least one unit, step and filter" : "";
    static constexpr OpTraits traits{
        .joint_backward = true, .streams = true, .parameter_gradient = {.input = true}};

    static constexpr Text<64> name() {
        Text<64> text("SVDF<");
        text.append(Units).append(", ").append(Memory);
        if (rank != 1)
            text.append(", FilterRank<").append(rank).append(">");
        return text.append(has_bias ? ">" : ", NoBias>");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != 2)
            return {.expected = "input `[time, features]`"};
        return {.shape = Shape(inputs[0][0], Units)};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        const ParameterSpec weight{"weight", ParameterRole::weight, Shape(inputs[0].last(), filters),
                                   Fans{inputs[0].last(), filters}, core::Layout::panels};
        const ParameterSpec time_weight{"time_weight", ParameterRole::weight, Shape(Memory, filters),
                                        Fans{rank * Memory, rank * Memory}};
        if constexpr (has_bias)
            return ParameterList(
                weight, time_weight,
                ParameterSpec{"bias", ParameterRole::bias, Shape(Units), Fans{rank * Memory, rank * Memory}});
        else
            return ParameterList(weight, time_weight);
    }

    /// f of all steps, and of those before the first.
    static constexpr std::size_t steps(std::span<const Shape> inputs) {
        return past + inputs[0][0] * filters;
    }
    static constexpr Elements saved(std::span<const Shape> inputs) { return steps(inputs); }
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode mode) {
        if (kind == StepKind::backward)
            return Elements(inputs[0][0] * filters, past);
        return passes::saves(mode) ? Elements{} : Elements(0, steps(inputs));
    }
    static constexpr std::size_t state(std::span<const Shape>) { return past; }

    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        return inputs[0][0] * filters * (inputs[0].last() + Memory);
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return 2 * macs(inputs) + (has_bias ? inputs[0][0] * Units : 0);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Shape input = Context::Shapes::inputs[0];
        constexpr std::size_t time = input[0], features = input.last(), size = past + time * filters;
        const Scalar* const v = run.parameters + features * filters;
        const Scalar* const bias = has_bias ? v + Memory * filters : nullptr;
        for (std::size_t row = 0; row < run.rows; ++row) {
            Scalar* const f = Context::saves ? run.saved + row * size : run.scratch;
            if (run.state != nullptr)
                std::copy_n(run.state + row * past, past, f);
            else
                std::fill_n(f, past, Scalar(0));
            kernels::recurrent_product<features, filters, Scalar>(
                {run.inputs[0] + row * input.size(), features}, run.parameters, {nullptr, 0},
                {f + past, filters}, time);
            for (std::size_t t = 0; t < time; ++t)
                kernels::svdf_step<Units, rank, Memory>(static_cast<const Scalar*>(f + t * filters), v, bias,
                                                        run.output + (row * time + t) * Units);
            if (run.state != nullptr)
                std::copy_n(f + time * filters, past, run.state + row * past);
        }
    }

    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Shape input = Context::Shapes::inputs[0];
        constexpr std::size_t time = input[0], features = input.last(), size = past + time * filters;
        constexpr kernels::RowCounts all_steps{Context::most_rows * time, time};
        const Scalar* const v = run.parameters + features * filters;
        Scalar* const dv = Context::trains ? run.gradients + features * filters : nullptr;
        if constexpr (Context::trains && !Context::adds)
            std::fill_n(dv, Memory * filters + (has_bias ? Units : 0), Scalar(0));
        // What the steps before the first get, of one sample, is in front of the gradients of the others'.
        Scalar* const df = run.scratch + past;
        for (std::size_t row = run.rows; row-- > 0;) {
            const Scalar* const f = run.saved + row * size;
            Scalar* const own = df + row * time * filters - past;
            // Of all rows but the first that is the end of the one before, which is not yet made.
            std::fill_n(own, size, Scalar(0));
            for (std::size_t t = 0; t < time; ++t) {
                const Scalar* const dy = run.output_gradient + (row * time + t) * Units;
                kernels::svdf_gradient<Units, rank, Memory>(dy, v, own + t * filters);
                if constexpr (Context::trains) {
                    kernels::svdf_gradient<Units, rank, Memory>(dy, f + t * filters, dv);
                    if constexpr (has_bias)
                        kernels::map<Scalar>(
                            Units, dv + Memory * filters, [](auto a, auto b) { return a + b; },
                            static_cast<const Scalar*>(dv + Memory * filters), dy);
                }
            }
        }
        if constexpr (Context::trains)
            kernels::dense_weight_gradient<features, filters, false, Context::adds, all_steps>(
                run.inputs[0], static_cast<const Scalar*>(df), run.gradients, static_cast<Scalar*>(nullptr),
                run.rows * time);
        if constexpr (Context::wanted[0])
            kernels::dense_input_gradient<features, filters, all_steps>(
                static_cast<const Scalar*>(df), run.parameters, run.parameters, run.input_gradients[0],
                run.rows * time, engine::NoActivation{});
    }
};

} // namespace burin
