#pragma once

#include "burin/io/c/rule.hpp"
#include "burin/layers/positional_encoding.hpp"
#include "burin/layers/rope.hpp"
#include "burin/layers/rotation.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Layers that tell positions, or turn by them. Of whole sequences their tables are constants; piece by piece
// they are computed, from how many positions were before, the state.

namespace burin::io::c {

namespace pieces {

inline constexpr Function add_table{
    R"(static void add_table(const float *x, const float *table, size_t size, float *y, size_t count)
{
    size_t i;
    for (i = 0; i < count; ++i)
        y[i] = x[i] + table[i % size];
}
)"};

/// As `detail::Rotation`.
inline constexpr Function rotation{R"(struct rotation { double cosine, sine; };
static struct rotation turned(struct rotation a, struct rotation b)
{
    struct rotation both;
    both.cosine = a.cosine * b.cosine - a.sine * b.sine;
    both.sine = a.cosine * b.sine + a.sine * b.cosine;
    return both;
}
static struct rotation turned_often(struct rotation by, uint32_t times)
{
    struct rotation all = {1.0, 0.0};
    for (; times > 0; times /= 2, by = turned(by, by))
        if (times % 2 == 1)
            all = turned(all, by);
    return all;
}
)"};

inline constexpr Function encode_positions{
    R"(/* y = x + sines and cosines of positions from `first` on; `turns` are those of one step. */
static void encode_positions(const float *x, const double *turns, uint32_t first, size_t steps, size_t size, float *y)
{
    size_t t, i;
    for (i = 0; i < size; i += 2) {
        const struct rotation turn = {turns[i], turns[i + 1]};
        struct rotation now = turned_often(turn, first);
        for (t = 0; t < steps; ++t, now = turned(now, turn)) {
            y[t * size + i] = x[t * size + i] + (float)now.sine;
            if (i + 1 < size)
                y[t * size + i + 1] = x[t * size + i + 1] + (float)now.cosine;
        }
    }
}
)",
    {&rotation}};

inline constexpr Function learned_positions{
    R"(/* y = x + the vectors of positions from `first` on; gives the next one. */
static float learned_positions(const float *x, const float *table, size_t count, float first, size_t steps, size_t size,
                               float *y)
{
    size_t position = (size_t)first, t, i;
    for (t = 0; t < steps; ++t) {
        for (i = 0; i < size; ++i, ++x)
            *y++ = *x + table[position * size + i];
        position = position + 1 < count ? position + 1 : count - 1;
    }
    return (float)position;
}
)"};

/// As `RoPE::write_table`.
inline constexpr Function rotary_table{
    R"(/* Cosines and sines of each position from `first` on; `turns` are those of 0 to 16 steps. */
static void rotary_table(const double *turns, size_t pairs, uint32_t first, size_t steps, float *table)
{
    size_t t, i;
    for (t = 0; t < steps; ++t, table += 2 * pairs) {
        const uint32_t position = first + (uint32_t)t;
        for (i = 0; i < pairs; ++i) {
            const double *const far = turns + 2 * (16 * pairs + i), *const near = turns + 2 * (position % 16 * pairs + i);
            const struct rotation of_16 = {far[0], far[1]}, rest = {near[0], near[1]};
            const struct rotation turn = turned(turned_often(of_16, position / 16), rest);
            table[i] = (float)turn.cosine;
            table[pairs + i] = (float)turn.sine;
        }
    }
}
)",
    {&rotation}};

/// As `RoPE::turn`.
inline constexpr Function turn_pairs{
    R"(/* Turns the vectors of each step; the elements of a pair are `apart`. y may be x. */
static void turn_pairs(const float *x, const float *table, size_t steps, size_t heads, size_t size, size_t apart, float *y)
{
    const size_t pairs = size / 2, between = apart == 1 ? 2 : 1;
    size_t t, h, i;
    for (t = 0; t < steps; ++t, table += size)
        for (h = 0; h < heads; ++h, x += size, y += size)
            for (i = 0; i < pairs; ++i) {
                const float cosine = table[i], sine = table[pairs + i];
                const float a = x[between * i], b = x[between * i + apart];
                y[between * i] = a * cosine - b * sine;
                y[between * i + apart] = a * sine + b * cosine;
            }
}
)"};

} // namespace pieces

namespace detail {

/// Cosines and sines, one pair behind the other.
inline void append_turn(std::vector<double>& to, const burin::detail::Rotation& turn) {
    to.insert(to.end(), {turn.cosine, turn.sine});
}

/// RoPE of vectors of `size`, as the statements that need it.
template <class Rotary>
struct RotaryWriter {
    std::size_t size = 0;
    std::string name{}; ///< Of its constants.

    /// The table of a whole sequence, a constant: its name.
    std::string whole(Source& to, std::size_t steps) const {
        const std::size_t pairs = size / 2;
        std::vector<float> table(steps * size);
        for (std::size_t i = 0; i < pairs; ++i) {
            const std::vector<burin::detail::Rotation> turns = near_turns(i);
            for (std::size_t t = 0; t < steps; ++t) {
                const burin::detail::Rotation turn =
                    turns[Rotary::near].power(t / Rotary::near) * turns[t % Rotary::near];
                table[t * size + i] = static_cast<float>(turn.cosine);
                table[t * size + pairs + i] = static_cast<float>(turn.sine);
            }
        }
        return to.array<float>(name + ".table", table);
    }
    /// Writes that of `steps` positions from `first` on into `table`.
    void write_table(Source& to, const std::string& first, std::size_t steps,
                     const std::string& table) const {
        static_assert(Rotary::near == 16, "rotary_table has this number");
        const std::size_t pairs = size / 2;
        std::vector<double> turns(2 * pairs * (Rotary::near + 1));
        for (std::size_t i = 0; i < pairs; ++i) {
            const std::vector<burin::detail::Rotation> of_pair = near_turns(i);
            for (std::size_t t = 0; t <= Rotary::near; ++t) {
                turns[2 * (t * pairs + i)] = of_pair[t].cosine;
                turns[2 * (t * pairs + i) + 1] = of_pair[t].sine;
            }
        }
        to.use(pieces::rotary_table);
        to.call("rotary_table", {to.array<double>(name + ".turns", turns), std::to_string(pairs), first,
                                 std::to_string(steps), table});
    }
    void turn(Source& to, const std::string& x, const std::string& table, std::size_t steps,
              std::size_t heads, const std::string& y) const {
        to.use(pieces::turn_pairs);
        to.call("turn_pairs", {x, table, std::to_string(steps), std::to_string(heads), std::to_string(size),
                               std::to_string(Rotary::is_split ? size / 2 : 1), y});
    }

  private:
    std::vector<burin::detail::Rotation> near_turns(std::size_t i) const {
        std::vector<burin::detail::Rotation> turns(Rotary::near + 1);
        for (std::size_t t = 0; t < Rotary::near; ++t)
            turns[t + 1] = turns[t] * Rotary::one_turn(i, size / 2);
        return turns;
    }
};

inline void add_positions(Source& to, const LayerStep& step, const std::string& table) {
    to.use(pieces::add_table);
    const std::size_t size = step.output_shape.size();
    to.line("add_table(" + step.inputs[0] + ", " + table + ", " + std::to_string(size) + ", " + step.output +
            ", " + std::to_string(step.rows * size) + ");");
}

/// Counts the positions of a piece.
inline void count_positions(Source& to, const std::string& state, std::size_t steps) {
    to.line("*(" + state + ") += " + literal(static_cast<float>(steps)) + ";");
}
inline std::string positions_before(const std::string& state) {
    return "(uint32_t)*(" + state + ")";
}

} // namespace detail

template <>
struct Rule<PositionalEncoding> {
    static std::size_t state(const LayerStep&) { return 1; }

    static void write(Source& to, const LayerStep& step) {
        const std::size_t time = step.output_shape[0], dimensions = step.output_shape[1];
        std::vector<float> table(time * dimensions);
        std::vector<double> turns;
        for (std::size_t i = 0; i < (dimensions + 1) / 2; ++i) {
            using burin::detail::Rotation;
            const Rotation turn = Rotation::by(
                burin::detail::power_of_10000(static_cast<double>(2 * i) / static_cast<double>(dimensions)));
            detail::append_turn(turns, turn);
            Rotation now;
            for (std::size_t t = 0; t < time; ++t, now = now * turn) {
                table[t * dimensions + 2 * i] = static_cast<float>(now.sine);
                if (2 * i + 1 < dimensions)
                    table[t * dimensions + 2 * i + 1] = static_cast<float>(now.cosine);
            }
        }
        if (step.state.empty())
            return detail::add_positions(to, step, to.array<float>("w." + step.part("positions"), table));
        to.use(pieces::encode_positions);
        to.call("encode_positions", {step.inputs[0], to.array<double>("w." + step.part("turns"), turns),
                                     detail::positions_before(step.state), std::to_string(time),
                                     std::to_string(dimensions), step.output});
        detail::count_positions(to, step.state, time);
    }
};

template <std::size_t Positions>
struct Rule<LearnedPositionalEmbedding<Positions>> {
    static std::size_t state(const LayerStep&) { return 1; }

    static void write(Source& to, const LayerStep& step) {
        if (step.state.empty())
            return detail::add_positions(to, step, step.weights(to, "weight"));
        to.use(pieces::learned_positions);
        to.line("*(" + step.state + ") = learned_positions(" + step.inputs[0] + ", " +
                step.weights(to, "weight") + ", " + std::to_string(Positions) + ", *(" + step.state + "), " +
                std::to_string(step.output_shape[0]) + ", " + std::to_string(step.output_shape[1]) + ", " +
                step.output + ");");
    }
};

template <class... Options>
struct Rule<RoPE<Options...>> {
    static std::size_t state(const LayerStep&) { return 1; }
    static std::size_t scratch(const LayerStep& step) {
        return step.state.empty() ? 0 : step.output_shape[0] * step.output_shape.last();
    }

    static void write(Source& to, const LayerStep& step) {
        const detail::RotaryWriter<RoPE<Options...>> rotary{step.output_shape.last(), "w." + step.name};
        const std::size_t steps = step.output_shape[0];
        std::string table = step.scratch;
        if (step.state.empty()) {
            table = rotary.whole(to, steps);
        } else {
            rotary.write_table(to, detail::positions_before(step.state), steps, table);
            detail::count_positions(to, step.state, steps);
        }
        for_samples(to, step, [&](const LayerStep& one) {
            rotary.turn(to, one.inputs[0], table, steps, one.output_shape.size() / steps / rotary.size,
                        one.output);
        });
    }
};

} // namespace burin::io::c
