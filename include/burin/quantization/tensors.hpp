#pragma once

#include "burin/core/fixed_multiplier.hpp"
#include "burin/kernels/repeated_axes.hpp"
#include "burin/layers/broadcast.hpp"
#include "burin/layers/gather.hpp"
#include "burin/layers/reductions.hpp"
#include "burin/quantization/int8_layer.hpp"
#include "burin/quantization/merge.hpp"
#include "burin/quantization/movement.hpp"
#include "burin/quantization/pooling.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace burin {

namespace detail {

/// Calls write(place in the output, how many, sums or extremes) for blocks of a sample's results.
template <Reduced Kind, Shape In, Shape Kept, class Write>
void int8_reduce(const std::int8_t* x, const Write& write) noexcept {
    static constexpr kernels::RepeatedAxes<2> axes(In, {Kept, In});
    static constexpr std::size_t last = axes.rank - 1, line = axes.extents[last], block = 16;
    constexpr std::int32_t nothing = Kind == Reduced::max ? -128 : Kind == Reduced::min ? 127 : 0;
    const auto with = [](std::int32_t running, std::int8_t element) {
        const std::int32_t value = element;
        return Kind == Reduced::max   ? std::max(running, value)
               : Kind == Reduced::min ? std::min(running, value)
                                      : running + value;
    };
    kernels::for_each_position<axes, kernels::Along::kept>(std::array<std::size_t, 2>{}, [&](const auto& at) {
        if constexpr (axes.is_repeated(0, last)) {
            std::int32_t running = nothing;
            kernels::for_each_position<axes, kernels::Along::repeated>(at, [&](const auto& place) {
                for (std::size_t i = 0; i < line; ++i)
                    running = with(running, x[place[1] + i]);
            });
            write(at[0], 1, &running);
        } else {
            for (std::size_t first = 0; first < line; first += block) {
                const std::size_t count = std::min(block, line - first);
                std::int32_t running[block];
                std::fill_n(running, block, nothing);
                kernels::for_each_position<axes, kernels::Along::repeated>(at, [&](const auto& place) {
                    for (std::size_t i = 0; i < count; ++i)
                        running[i] = with(running[i], x[place[1] + first + i]);
                });
                write(at[0] + first, count, running);
            }
        }
    });
}

template <class LayerType>
concept ReducesSums = requires { LayerType::reduced; } && !LayerType::is_extreme;
template <class LayerType>
concept ReducesExtremes = requires { LayerType::reduced; } && LayerType::is_extreme;

} // namespace detail

/// The largest and the least keep the scale of their input.
template <detail::ReducesExtremes LayerType>
struct quantization::Int8Layer<LayerType> : detail::Int8MovementForm {
    template <class Context>
    static void forward(const Context& run) noexcept {
        static constexpr Shape in = Context::Shapes::inputs[0];
        for (std::size_t row = 0; row < run.rows; ++row) {
            std::int8_t* const y = run.output + row * Context::Shapes::output.size();
            detail::int8_reduce<LayerType::reduced, in, LayerType::kept(in)>(
                run.inputs[0] + row * in.size(),
                [y](std::size_t at, std::size_t count, const std::int32_t* found) {
                    for (std::size_t i = 0; i < count; ++i)
                        y[at + i] = static_cast<std::int8_t>(found[i]);
                });
        }
    }
};

/// Sums and means, less the input's zero point, are brought to the output's scale.
template <detail::ReducesSums LayerType>
struct quantization::Int8Layer<LayerType> : quantization::Int8Form {
    static constexpr bool clamps = true;

    template <class Shapes>
    static constexpr std::size_t terms = LayerType::terms(Shapes::inputs[0]);

    template <class Shapes>
    struct Constants {
        static_assert(terms<Shapes> <= std::size_t(1) << 23,
                      "a sum of more than 2^23 8-bit integers may not fit 32 bits");
        std::array<std::int32_t, 1> multiplier; ///< Of a sum, with the shift.
        std::int8_t shift;
        std::int8_t input_zero_point;
        std::int8_t zero_point;
        std::int8_t low;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("multiplier", self.multiplier);
            visitor("shift", self.shift);
            visitor("input_zero_point", self.input_zero_point);
            visitor("zero_point", self.zero_point);
            visitor("low", self.low);
        }
    };

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        const double factor =
            static_cast<double>(from.inputs[0].scale) / static_cast<double>(from.output.scale);
        const core::FixedMultiplier of_sum =
            LayerType::reduced == detail::Reduced::mean
                ? detail::int8_mean_factor(factor, terms<Shapes>)
                : core::quantize_multiplier(factor, 255 * static_cast<double>(terms<Shapes>));
        to.multiplier = {of_sum.multiplier};
        to.shift = static_cast<std::int8_t>(of_sum.shift);
        to.input_zero_point = static_cast<std::int8_t>(from.inputs[0].zero_point);
        to.zero_point = static_cast<std::int8_t>(from.output.zero_point);
        to.low = from.low;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        static constexpr Shape in = Context::Shapes::inputs[0];
        const auto& to = *run.constants;
        const std::int32_t zero =
            static_cast<std::int32_t>(terms<typename Context::Shapes>) * to.input_zero_point;
        const core::FixedMultiplier factor{to.multiplier[0], to.shift};
        for (std::size_t row = 0; row < run.rows; ++row) {
            std::int8_t* const y = run.output + row * Context::Shapes::output.size();
            detail::int8_reduce<LayerType::reduced, in, LayerType::kept(in)>(
                run.inputs[0] + row * in.size(),
                [&](std::size_t at, std::size_t count, const std::int32_t* sums) {
                    for (std::size_t i = 0; i < count; ++i)
                        y[at + i] = static_cast<std::int8_t>(std::clamp<std::int32_t>(
                            core::multiply<Context::rounding>(sums[i] - zero, factor) + to.zero_point, to.low,
                            core::int8_max));
                });
        }
    }
};

/// As the merge: what is repeated is laid out whole first, a sample at a time.
template <class Merge>
    requires(quantization::Int8Layer<Merge>::is_supported)
struct quantization::Int8Layer<Broadcast<Merge>> : quantization::Int8Layer<Merge> {
    static constexpr Elements scratch(std::span<const Shape> inputs) {
        const std::size_t size = Broadcast<Merge>::infer_shape(inputs).shape.size();
        std::size_t repeated = 0;
        for (const Shape& input : inputs)
            repeated += input.size() != size;
        return {0, repeated * size};
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        constexpr std::size_t size = Shapes::output.size();
        Context one = run;
        one.rows = 1;
        for (std::size_t row = 0; row < run.rows; ++row) {
            std::int8_t* whole = run.scratch;
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                ((one.inputs[I] = laid_out<Shapes::output, Shapes::inputs[I]>(
                      run.inputs[I] + row * Shapes::inputs[I].size(), whole)),
                 ...);
            }(std::make_index_sequence<Shapes::inputs.size()>{});
            one.output = run.output + row * size;
            quantization::Int8Layer<Merge>::forward(one);
        }
    }

  private:
    /// The elements of the whole; where they are repeated, from `room` on, which goes on.
    template <Shape Whole, Shape Own>
    static const std::int8_t* laid_out(const std::int8_t* x, std::int8_t*& room) noexcept {
        if constexpr (Own.size() == Whole.size()) {
            return x;
        } else {
            static constexpr kernels::RepeatedAxes<1> axes(Whole, {Own});
            constexpr std::size_t line = axes.extents[axes.rank - 1];
            const std::int8_t* const begin = room;
            kernels::for_each_position<axes, kernels::Along::lines>(
                std::array<std::size_t, 1>{}, [&](const auto& at) {
                    if constexpr (axes.is_repeated(0, axes.rank - 1))
                        room = std::fill_n(room, line, x[at[0]]);
                    else
                        room = std::copy_n(x + at[0], line, room);
                });
            return begin;
        }
    }
};

template <class Which, class AlongWhich>
struct quantization::Int8Layer<Gather<Which, AlongWhich>> : detail::Int8Movement<Gather<Which, AlongWhich>> {
};

} // namespace burin
