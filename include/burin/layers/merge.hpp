#pragma once

#include "burin/graph/forms.hpp"
#include "burin/graph/op.hpp"
#include "burin/layers/elementwise_merge.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace burin {

/// The inputs side by side along the last axis (channels); the other axes must agree.
struct Concat : Op {
    static constexpr OpTraits traits{.streams = true, .keeps_range = true};
    static constexpr Text<64> name() { return "Concat"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        InferredShape result{.shape = inputs[0]};
        const std::size_t last = inputs[0].rank - 1;
        for (std::size_t i = 1; i < inputs.size(); ++i) {
            Shape same = inputs[i];
            if (same.rank == inputs[0].rank)
                same.extents[last] = inputs[0][last];
            if (same != inputs[0])
                return {.expected = "every axis but the last to be that of the first input,",
                        .expected_shape = inputs[0],
                        .culprit = i};
            result.shape.extents[last] += inputs[i][last];
        }
        return result;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (copy_part<I, typename Context::Shapes>(
                 run.rows,
                 [&](std::size_t whole, std::size_t part, std::size_t count) {
                     std::copy_n(run.inputs[I] + part, count, run.output + whole);
                 }),
             ...);
        }(std::make_index_sequence<Context::Shapes::inputs.size()>{});
    }

    template <std::size_t Which, class Context>
    static void backward_input(const Context& run) noexcept {
        copy_part<Which, typename Context::Shapes>(
            run.rows, [&](std::size_t whole, std::size_t part, std::size_t count) {
                std::copy_n(run.output_gradient + whole, count, run.input_gradient + part);
            });
    }

  private:
    /// Calls copy(offset in the whole, offset in the part, count) for every run of elements of part `Which`.
    template <std::size_t Which, class Shapes, class Copy>
    static void copy_part(std::size_t rows, Copy copy) noexcept {
        constexpr std::size_t stride = Shapes::output.last();
        constexpr std::size_t extent = Shapes::inputs[Which].last();
        constexpr std::size_t before = [] {
            std::size_t sum = 0;
            for (std::size_t i = 0; i < Which; ++i)
                sum += Shapes::inputs[i].last();
            return sum;
        }();
        constexpr std::size_t runs_per_sample = Shapes::output.size() / stride;
        for (std::size_t r = 0; r < rows * runs_per_sample; ++r)
            copy(r * stride + before, r * extent, extent);
    }
};

/// input + layers(input): a residual block. He et al., "Deep Residual Learning", arXiv:1512.03385.
template <class... Layers>
using Residual = SkipConnection<Add, Layers...>;

} // namespace burin
