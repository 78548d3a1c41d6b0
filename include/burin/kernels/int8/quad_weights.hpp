#pragma once

#include "burin/core/fixed_multiplier.hpp"
#include "burin/kernels/int8/quad_layout.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

/// Where such weights are, and what makes outputs of their sums. Where inputs have an offset, Σ x · w is
/// Σ (x + offset) · w − offset · Σ w: a sum starts with its channel's bias less offset · Σ w.
template <class Number, class Byte>
struct Int8QuadsAt {
    Number* starts;
    Number* multipliers;
    Number* shifts;
    Byte* panels;
};
using Int8Quads = Int8QuadsAt<const std::int32_t, const std::int8_t>;

/// What outputs are made with.
template <Rounding Way>
struct Int8QuadOutputs {
    std::int32_t zero_point, low;
    bool has_usual_shifts;
};

/// Shifts whose outputs take the fewest instructions: above 32 the low words of products decide nothing, and
/// up to 53 the zero point can be added before the shift.
constexpr bool is_usual_shift(std::int32_t shift) noexcept {
    return shift > 32 && shift <= 53;
}

namespace detail {

template <class Vectors, Rounding Way, bool AreUsual>
struct Int8QuadScaleOf {
    using Type = typename Vectors::template Scale<Way, AreUsual>;
};
template <class Vectors, bool AreUsual>
struct Int8QuadScaleOf<Vectors, Rounding::once, AreUsual> {
    using Type = typename Vectors::FloatScale;
};
/// What scales vectors of sums: rounded once by floats, of which all shifts are usual.
template <class Vectors, Rounding Way, bool AreUsual>
using Int8QuadScale = typename Int8QuadScaleOf<Vectors, Way, AreUsual>::Type;

} // namespace detail

/// Packs weights `[groups · channels, depth]`. Returns whether all shifts are the usual ones.
constexpr bool int8_pack_quads(const Int8QuadLayout& layout, const std::int8_t* w, const std::int32_t* bias,
                               const std::int32_t* multipliers, const std::int8_t* shifts,
                               const Int8QuadsAt<std::int32_t, std::int8_t>& to) noexcept {
    constexpr std::size_t quad = Int8QuadLayout::quad;
    static_assert(quad == 4);
    const std::size_t lanes = layout.has.lanes;
    // Few steps for each weight: a compiler that does this counts them.
    const std::size_t whole = layout.segment_depth / quad, rest = layout.segment_depth % quad;
    bool are_usual = true;
    std::int8_t* panel = to.panels;
    std::size_t place = 0;
    for (std::size_t group = 0; group < layout.groups; ++group)
        for (std::size_t first = 0; first < layout.vectors(); first += Int8QuadLayout::vectors_of_block) {
            const std::size_t vectors = layout.vectors_from(first);
            for (std::size_t v = 0; v < vectors; ++v)
                for (std::size_t lane = 0; lane < lanes; ++lane, ++place) {
                    const std::size_t channel = first * lanes + layout.channel_of(vectors, v, lane);
                    std::int32_t sum = 0;
                    std::size_t at = (v * lanes + lane) * quad; // In the panel.
                    const std::size_t pitch = vectors * layout.vector_bytes();
                    if (channel >= layout.channels) {
                        for (std::size_t q = 0; q < layout.segments * layout.quads(); ++q, at += pitch)
                            panel[at] = panel[at + 1] = panel[at + 2] = panel[at + 3] = 0;
                        to.starts[place] = to.multipliers[place] = 0;
                        to.shifts[place] = 40;
                        continue;
                    }
                    const std::size_t number = group * layout.channels + channel;
                    const std::int8_t* from = w + number * layout.depth();
                    for (std::size_t s = 0; s < layout.segments; ++s) {
                        for (std::size_t q = 0; q < whole; ++q, from += quad, at += pitch)
                            sum += (panel[at] = from[0]) + (panel[at + 1] = from[1]) +
                                   (panel[at + 2] = from[2]) + (panel[at + 3] = from[3]);
                        if (rest == 0)
                            continue;
                        for (std::size_t k = 0; k < quad; ++k)
                            sum += panel[at + k] = k < rest ? from[k] : std::int8_t(0);
                        from += rest;
                        at += pitch;
                    }
                    to.starts[place] =
                        static_cast<std::int32_t>(bias[number] - std::int64_t(layout.has.input_offset) * sum);
                    to.multipliers[place] = multipliers[number];
                    // Of a factor of 0 no shift matters.
                    to.shifts[place] = multipliers[number] == 0 ? 40 : shifts[number];
                    are_usual = are_usual && is_usual_shift(to.shifts[place]);
                }
            panel += vectors * layout.panel_bytes();
        }
    return are_usual;
}

/// The same in memory of its own.
template <Int8QuadLayout Layout>
struct Int8QuadWeights {
    static constexpr Int8QuadLayout layout = Layout;
    static constexpr std::size_t places = Layout.groups * Layout.padded_channels();

    alignas(64) std::array<std::int8_t, Layout.groups * Layout.group_bytes()> panels;
    alignas(64) std::array<std::int32_t, places> starts;
    alignas(64) std::array<std::int32_t, places> multipliers;
    alignas(64) std::array<std::int32_t, places> shifts;
    bool has_usual_shifts;

    constexpr void pack(const std::int8_t* w, const std::int32_t* bias, const std::int32_t* factors,
                        const std::int8_t* of_factors) noexcept {
        has_usual_shifts = int8_pack_quads(Layout, w, bias, factors, of_factors,
                                           {starts.data(), multipliers.data(), shifts.data(), panels.data()});
    }
    Int8Quads view() const noexcept {
        return {starts.data(), multipliers.data(), shifts.data(), panels.data()};
    }
};

} // namespace burin::kernels
