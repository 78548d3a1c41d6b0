#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/rotation.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace burin {

namespace detail {

/// 10000^−share for 0 ≤ share ≤ 1, by the series of the exponential function of an eighth.
constexpr double power_of_10000(double share) {
    constexpr double log_10000 = 9.2103403719761827361;
    const double x = -share * log_10000 / 8;
    double sum = 1, term = 1;
    for (int n = 1; n <= 22; ++n)
        sum += term *= x / n;
    for (int doubling = 0; doubling < 3; ++doubling)
        sum *= sum;
    return sum;
}

/// How far each pair of dimensions turns from one position to the next.
template <std::size_t Dimensions>
inline constexpr auto position_rotations = [] {
    std::array<Rotation, (Dimensions + 1) / 2> rotations{};
    for (std::size_t i = 0; i < rotations.size(); ++i)
        rotations[i] =
            Rotation::by(power_of_10000(static_cast<double>(2 * i) / static_cast<double>(Dimensions)));
    return rotations;
}();

struct PositionOp : Op {
    static constexpr OpTraits traits{.in_place = true, .gradient_is_view = true};

    static constexpr std::size_t flops(std::span<const Shape> inputs) { return inputs[0].size(); }
};

} // namespace detail

/// Adds to each position's vector one that says where it is:
///
///     y[t, 2i]     = x[t, 2i]     + sin(t / 10000^(2i / d))
///     y[t, 2i + 1] = x[t, 2i + 1] + cos(t / 10000^(2i / d))
///
/// Input and output are `[T, d]`; nothing is trained. Streaming counts on from piece to piece.
/// Vaswani et al., "Attention Is All You Need", arXiv:1706.03762.
struct PositionalEncoding : detail::PositionOp {
    static constexpr OpTraits traits{.in_place = true, .gradient_is_view = true, .streams = true};

    static constexpr Text<64> name() { return "PositionalEncoding"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != 2)
            return {.expected = "input `[time, features]`"};
        return {.shape = inputs[0]};
    }
    /// How many positions were before.
    static constexpr std::size_t state(std::span<const Shape>) { return 1; }
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode) {
        return {0, kind == StepKind::forward ? inputs[0].size() : 0};
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Shape shape = Context::Shapes::output;
        std::uint64_t first = 0;
        write_table<shape>(first, run.scratch);
        for (std::size_t row = 0; row < run.rows; ++row) {
            if (run.state != nullptr) {
                const auto before = static_cast<std::uint64_t>(run.state[row]);
                if (before != first)
                    write_table<shape>(first = before, run.scratch);
                run.state[row] += static_cast<Scalar>(shape[0]);
            }
            kernels::map(
                shape.size(), run.output + row * shape.size(), [](auto x, auto p) { return x + p; },
                run.inputs[0] + row * shape.size(), static_cast<const Scalar*>(run.scratch));
        }
    }

  private:
    /// The encodings of some positions. Each is the one before, turned: a few products instead of sines.
    template <Shape Extents, class Scalar>
    static void write_table(std::uint64_t first, Scalar* table) noexcept {
        constexpr auto& turn = detail::position_rotations<Extents[1]>;
        std::array<detail::Rotation, turn.size()> now{};
        for (std::size_t i = 0; i < now.size(); ++i)
            now[i] = turn[i].power(first);
        for (std::size_t t = 0; t < Extents[0]; ++t, table += Extents[1])
            for (std::size_t i = 0; i < now.size(); ++i) {
                table[2 * i] = static_cast<Scalar>(now[i].sine);
                if (2 * i + 1 < Extents[1])
                    table[2 * i + 1] = static_cast<Scalar>(now[i].cosine);
                now[i] = now[i] * turn[i];
            }
    }
};

/// y[t] = x[t] + weight[t]: a trained vector for each of the first `Positions` positions. Input and output
/// are `[T, d]` with T ≤ Positions, `weight` is `[Positions, d]`. Default initialisation: Glorot uniform,
/// with the fans of one row, 1 and d. Streaming counts on from piece to piece; beyond the last position that
/// stays.
template <std::size_t Positions>
struct LearnedPositionalEmbedding : detail::PositionOp {
    static constexpr OpTraits traits{.in_place = true, .gradient_is_view = true, .streams = true};

    static constexpr Text<64> name() {
        return Text<64>("LearnedPositionalEmbedding<").append(Positions).append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != 2 || inputs[0][0] > Positions)
            return {.expected = "input `[time, features]` of no more time steps than it has positions"};
        return {.shape = inputs[0]};
    }
    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        const std::size_t dimensions = inputs[0].last();
        ParameterSpec weight{"weight", ParameterRole::weight, Shape(Positions, dimensions), {1, dimensions}};
        weight.use = WeightUse::embedding;
        return ParameterList(weight);
    }
    /// How many positions were before.
    static constexpr std::size_t state(std::span<const Shape>) { return 1; }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr std::size_t size = Context::Shapes::output.size();
        if constexpr (Context::mode == Mode::streaming)
            return go_on(run);
        for (std::size_t row = 0; row < run.rows; ++row)
            kernels::map(
                size, run.output + row * size, [](auto x, auto p) { return x + p; },
                run.inputs[0] + row * size, run.parameters);
    }

    /// The sum of dy over the samples.
    template <class Context>
    static void backward_parameters(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t size = Context::Shapes::output.size();
        if constexpr (!Context::adds)
            std::fill_n(run.gradients, Positions * Context::Shapes::output.last(), Scalar(0));
        for (std::size_t row = 0; row < run.rows; ++row)
            kernels::map(
                size, run.gradients, [](auto sum, auto dy) { return sum + dy; },
                static_cast<const Scalar*>(run.gradients), run.output_gradient + row * size);
    }

  private:
    template <class Context>
    static void go_on(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Shape shape = Context::Shapes::output;
        for (std::size_t row = 0; row < run.rows; ++row) {
            auto position = static_cast<std::size_t>(run.state[row]);
            for (std::size_t t = 0; t < shape[0]; ++t) {
                const std::size_t at = (row * shape[0] + t) * shape[1];
                kernels::map(
                    shape[1], run.output + at, [](auto x, auto p) { return x + p; }, run.inputs[0] + at,
                    run.parameters + position * shape[1]);
                position = std::min(position + 1, Positions - 1);
            }
            run.state[row] = static_cast<Scalar>(position);
        }
    }
};

} // namespace burin
