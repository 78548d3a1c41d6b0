#pragma once

#include "burin/kernels/convolution/choose_stream.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/products/short_rows.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <array>
#include <cstddef>
#include <type_traits>

namespace burin::kernels::detail {

/// One output of a causal convolution, whose taps lie apart. Sums are made in the order in which those of
/// whole sequences are, so that they have the same bits.
template <Convolution C, StreamChoice Choice, class Scalar>
struct ConvolutionStep {
    static constexpr std::size_t taps = C.axes[2].kernel;
    static constexpr std::size_t channels = Choice.by_channel ? 1 : C.group_channels();
    static constexpr std::size_t depth = taps * channels;
    static constexpr std::size_t columns = Choice.by_channel ? C.filters : C.group_filters();
    static constexpr bool is_narrow = Choice.has_half_width;
    static constexpr std::size_t lanes = width<Scalar> / (is_narrow ? 2 : 1);
    /// As the weights lie, whatever the vectors are: what is narrow is a single panel.
    static constexpr Panels panels = kernels::panels<Scalar>(columns);
    static constexpr std::size_t row = C.groups == 1 ? panels.width : C.filters;
    static constexpr std::size_t last_row = C.groups == 1 ? panels.last : C.filters;
    static constexpr std::size_t panel = C.groups == 1 ? panels.width * depth : panels.width;
    using AnyVector = std::conditional_t<is_narrow, NarrowVector<Scalar>, Vector<Scalar>>;

    std::array<const Scalar*, taps> at; ///< Where each tap's channels are.
    const Scalar* weights;
    const Scalar* bias; ///< May be null.
    Scalar* output;

    template <class Epilogue>
    [[gnu::always_inline]] void run(Epilogue epilogue) const noexcept {
        std::size_t first = 0;
        if constexpr (Choice.panels > 0)
            for (; first + Choice.panels <= panels.full; first += Choice.panels)
                sums<2 * Choice.panels, false>(first, epilogue);
        if constexpr (Choice.last_panels > 0)
            sums<2 * Choice.last_panels, false>(first, epilogue);
        if constexpr (Choice.last_vectors > 0)
            sums<Choice.last_vectors, true>(panels.full, epilogue);
    }

  private:
    static constexpr std::size_t last_lanes = Choice.last_lanes;

    /// Of a row of weights, or of the biases, so many of them on; the last rows end what may be read.
    template <bool IsLast>
    [[gnu::always_inline]] static AnyVector load_columns(const Scalar* from, bool may_read_on) noexcept {
        if constexpr (!IsLast || last_lanes == 0)
            return load_as<AnyVector>(from);
        else if constexpr (is_narrow)
            return load_narrow_partial(from, last_lanes);
        else
            return may_read_on && !this_machine.exact_loads ? load(from) : load_partial(from, last_lanes);
    }

    template <std::size_t Vectors, bool IsLast, class Epilogue>
    [[gnu::always_inline]] void sums(std::size_t first_panel, Epilogue epilogue) const noexcept {
        // The last vector may overlap with the one before.
        const auto column = [](std::size_t v) __attribute__((always_inline)) {
            return IsLast && last_lanes == 0 && v + 1 == Vectors ? panels.last - lanes : v * lanes;
        };
        const auto place = [&](std::size_t v) __attribute__((always_inline)) {
            return IsLast ? column(v) : v / 2 * panel + v % 2 * lanes;
        };
        const std::size_t first = first_panel * panels.width;
        AnyVector sum[Vectors];
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v)
            sum[v] = bias == nullptr ? AnyVector(Scalar(0))
                                     : load_columns<IsLast>(bias + first + column(v), false);
        const Scalar* right = weights + first_panel * panel;
        constexpr std::size_t right_row = IsLast ? last_row : row;
        // Rows that are narrower than a vector are followed by others, except the last ones.
        constexpr std::size_t narrow = last_lanes > 0 ? (lanes - 1) / right_row : 0;
        const auto add = [&](std::size_t k, std::size_t c) __attribute__((always_inline)) {
            const std::size_t d = k * channels + c;
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Vectors; ++v) {
                const AnyVector weight =
                    load_columns<IsLast>(right + d * right_row + place(v), d + narrow < depth);
                const AnyVector factor = [&]() __attribute__((always_inline)) {
                    if constexpr (Choice.by_channel)
                        return load_columns<IsLast>(at[k] + first + column(v), false);
                    else
                        return AnyVector(at[k][c]);
                }();
                sum[v] = fma(factor, weight, sum[v]);
            }
        };
        if constexpr (Choice.is_unrolled) {
            BURIN_DETAIL_UNROLL
            for (std::size_t k = 0; k < taps; ++k) {
                BURIN_DETAIL_UNROLL
                for (std::size_t c = 0; c < channels; ++c)
                    add(k, c);
            }
        } else {
            for (std::size_t k = 0; k < taps; ++k) {
                BURIN_DETAIL_UNROLL_4
                for (std::size_t c = 0; c < channels; ++c)
                    add(k, c);
            }
        }
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v)
            sum[v] = finish(sum[v], epilogue);
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v) {
            Scalar* const to = output + first + column(v);
            if constexpr (!IsLast || last_lanes == 0)
                store_as(to, sum[v]);
            else if constexpr (is_narrow)
                store_narrow_in_pieces(to, sum[v], last_lanes);
            else
                store_in_pieces(to, sum[v], last_lanes);
        }
    }

    template <class Epilogue>
    [[gnu::always_inline]] static AnyVector finish(const AnyVector& sum, Epilogue epilogue) noexcept {
        if constexpr (!is_narrow || has_any_width<Epilogue>())
            return epilogue(sum);
        else
            return narrowed<Scalar>(epilogue(widened_narrow<Scalar>(sum)));
    }
};

/// y = epilogue(Σ taps · w + b), for all groups.
template <Convolution C, StreamChoice Choice, bool HasBias, class Scalar, class Epilogue>
[[gnu::always_inline]] inline void step_forward(std::array<const Scalar*, C.taps()> at, const Scalar* w,
                                                const Scalar* bias, Scalar* y, Epilogue epilogue) noexcept {
    using Step = ConvolutionStep<C, Choice, Scalar>;
    if constexpr (C.groups == 1 || Choice.by_channel) {
        Step{at, w, HasBias ? bias : nullptr, y}.run(epilogue);
    } else {
        for (std::size_t group = 0; group < C.groups; ++group) {
            const std::size_t first = group * Step::columns;
            Step{at, w + first, HasBias ? bias + first : nullptr, y + first}.run(epilogue);
            for (const Scalar*& tap : at)
                tap += C.group_channels();
        }
    }
}

} // namespace burin::kernels::detail
