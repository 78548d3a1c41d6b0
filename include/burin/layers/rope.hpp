#pragma once

#include "burin/core/number.hpp"
#include "burin/graph/op.hpp"
#include "burin/layers/attention_options.hpp"
#include "burin/layers/rotation.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace burin {

/// Option of RoPE: the base of its angles.
template <core::Number auto Base>
struct RotaryBase {
    static_assert(Base > 1 && Base <= 1e12, "RotaryBase is above 1 and at most 1e12");
};

/// Option of RoPE: element i is paired with i + d / 2, as in GPT-NeoX and Hugging Face's Llama, not with its
/// neighbour.
struct HalfSplit {};

namespace detail {

template <class Option>
inline constexpr double rotary_base = 0;
template <core::Number auto Base>
inline constexpr double rotary_base<RotaryBase<Base>> = double(Base);

} // namespace detail

/// Turns each pair of elements of a query or key by an angle that grows with the position t, so that their
/// product tells how far they are apart:
///
///     y[2i]     = x[2i] · cos(t · w) − x[2i + 1] · sin(t · w)
///     y[2i + 1] = x[2i] · sin(t · w) + x[2i + 1] · cos(t · w),   w = base^(−2i / d)
///
/// It is a layer for sequences `[time, d]` or `[time, heads, d]`, which counts on from piece to piece in a
/// `Streamer`; and an option of `MultiHeadAttention`, which turns its queries and keys so:
/// `MultiHeadAttention<8, CausalMask, RoPE<>>`. d is even. Options: `RotaryBase<500000>` (else 10000),
/// `HalfSplit`. The first is that of Meta's checkpoints and of llama2.c, the second that of Hugging Face's,
/// whose matrices have their rows in another order. A streamed position is exact up to 2²⁴ steps in float.
///
/// Su et al., "RoFormer", arXiv:2104.09864.
template <class... Options>
struct RoPE : Op {
    static_assert(((std::is_same_v<Options, HalfSplit> || detail::rotary_base<Options> > 0) && ...),
                  "RoPE takes no options but RotaryBase and HalfSplit");
    static_assert(((sizeof(Options) > 0) && ...)); // So that RotaryBase's assertion is looked at.

    static constexpr double given_base = (detail::rotary_base<Options> + ... + 0.0);
    static constexpr double base = given_base > 0 ? given_base : 10000;
    static constexpr bool is_split = (std::is_same_v<Options, HalfSplit> || ...);
    static constexpr OpTraits traits{.in_place = true, .gradient_in_place = true, .streams = true};

    static constexpr Text<64> name() {
        Text<64> text("RoPE<");
        if (base != 10000)
            text.append("RotaryBase<").append(base).append(">").append(is_split ? ", " : "");
        return text.append(is_split ? "HalfSplit>" : ">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank < 2 || inputs[0].rank > 3 || inputs[0].last() % 2 != 0)
            return {.expected = "input `[time, size]` or `[time, heads, size]` of an even size"};
        return {.shape = inputs[0]};
    }
    /// How many positions were before.
    static constexpr std::size_t state(std::span<const Shape>) { return 1; }
    /// The same, for the way back.
    static constexpr Elements saved(std::span<const Shape>) { return 1; }
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind, Mode) {
        return {0, table_size(inputs[0][0], inputs[0].last())};
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) { return 3 * inputs[0].size(); }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr Shape shape = Context::Shapes::output;
        std::uint64_t first = 0;
        write_table<shape[0], shape.last()>(first, run.scratch);
        for (std::size_t row = 0; row < run.rows; ++row) {
            if constexpr (Context::saves)
                run.saved[row] = run.state != nullptr ? run.state[row] : typename Context::Scalar(0);
            if (run.state != nullptr) {
                const auto before = static_cast<std::uint64_t>(run.state[row]);
                if (before != first)
                    write_table<shape[0], shape.last()>(first = before, run.scratch);
                run.state[row] += static_cast<typename Context::Scalar>(shape[0]);
            }
            turn_all<shape, false>(run.inputs[0] + row * shape.size(), run.output + row * shape.size(),
                                   run.scratch);
        }
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        constexpr Shape shape = Context::Shapes::output;
        std::uint64_t first = 0;
        write_table<shape[0], shape.last()>(first, run.scratch);
        for (std::size_t row = 0; row < run.rows; ++row) {
            const auto before = static_cast<std::uint64_t>(run.saved[row]);
            if (before != first)
                write_table<shape[0], shape.last()>(first = before, run.scratch);
            turn_all<shape, true>(run.output_gradient + row * shape.size(),
                                  run.input_gradient + row * shape.size(), run.scratch);
        }
    }

    /// Elements of a table of cosines and sines: those of each position, one behind the other.
    static constexpr std::size_t table_size(std::size_t steps, std::size_t size) { return steps * size; }

    /// The table of some positions. What it has of a position depends on nothing else.
    template <std::size_t Steps, std::size_t Size, class Scalar>
    static void write_table(std::uint64_t first, Scalar* table) noexcept {
        constexpr std::size_t pairs = Size / 2;
        constexpr auto& turns = near_turns<pairs>;
        std::array<detail::Rotation, pairs> far{};
        for (std::size_t t = 0; t < Steps; ++t, table += Size) {
            const std::uint64_t position = first + t;
            if (t == 0 || position % near == 0)
                for (std::size_t i = 0; i < pairs; ++i)
                    far[i] = turns[near][i].power(position / near);
            for (std::size_t i = 0; i < pairs; ++i) {
                const detail::Rotation turn = far[i] * turns[position % near][i];
                table[i] = static_cast<Scalar>(turn.cosine);
                table[pairs + i] = static_cast<Scalar>(turn.sine);
            }
        }
    }

    /// Turns `heads` vectors of Size, one behind the other, of one position, or back. `to` may be `from`.
    template <std::size_t Size, bool Back, class Scalar>
    static void turn(const Scalar* from, Scalar* to, std::size_t heads, const Scalar* table) noexcept {
        constexpr std::size_t pairs = Size / 2, next = is_split ? pairs : 1, step = is_split ? 1 : 2;
        for (std::size_t h = 0; h < heads; ++h, from += Size, to += Size)
            for (std::size_t i = 0; i < pairs; ++i) {
                const Scalar cosine = table[i], sine = Back ? -table[pairs + i] : table[pairs + i];
                const Scalar a = from[step * i], b = from[step * i + next];
                to[step * i] = a * cosine - b * sine;
                to[step * i + next] = a * sine + b * cosine;
            }
    }

    /// So many positions' turns are a table; others are turns of whole tables before them.
    static constexpr std::size_t near = 16;

    /// How far pair i of so many turns from one position to the next.
    static constexpr detail::Rotation one_turn(std::size_t i, std::size_t pairs) {
        return detail::Rotation::by(
            detail::power(base, -static_cast<double>(i) / static_cast<double>(pairs)));
    }

  private:
    template <std::size_t Pairs>
    static constexpr auto near_turns = [] {
        std::array<std::array<detail::Rotation, Pairs>, near + 1> turns{};
        for (std::size_t i = 0; i < Pairs; ++i) {
            const auto one = one_turn(i, Pairs);
            for (std::size_t t = 0; t < near; ++t)
                turns[t + 1][i] = turns[t][i] * one;
        }
        return turns;
    }();

    template <Shape Extents, bool Back, class Scalar>
    static void turn_all(const Scalar* from, Scalar* to, const Scalar* table) noexcept {
        constexpr std::size_t size = Extents.last(), step = Extents.size() / Extents[0];
        for (std::size_t t = 0; t < Extents[0]; ++t)
            turn<size, Back>(from + t * step, to + t * step, step / size, table + t * size);
    }
};

} // namespace burin
