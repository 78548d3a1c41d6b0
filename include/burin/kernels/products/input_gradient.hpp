#pragma once

#include "burin/kernels/products/choose_input_gradient.hpp"
#include "burin/kernels/products/dense_gradient.hpp"
#include "burin/kernels/products/input_gradient_in_lanes.hpp"
#include "burin/kernels/products/input_gradient_transposed.hpp"
#include "burin/kernels/products/multiply.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace burin::kernels {
namespace detail {

template <std::size_t K, std::size_t N, RowCounts Counts, class Scalar>
inline constexpr InputGradientChoices input_gradient_choices =
    choose_input_gradients(K, N, sizeof(Scalar), this_machine, Counts);

/// Calls f(std::integral_constant<std::size_t, i>) for i = Count - 1, …, 0.
template <std::size_t Count, class Function>
[[gnu::always_inline]] inline void from_last(Function f) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (f(std::integral_constant<std::size_t, Count - 1 - I>{}), ...);
    }(std::make_index_sequence<Count>{});
}

} // namespace detail

/// All rows of dx for a matrix w [K, N], as `choose_input_gradient` says. What that says of many rows leaves
/// less, of which it says something else: a chain of comparisons with constants.
template <std::size_t K, std::size_t N, RowCounts Counts, class Scalar, class Derivative>
[[gnu::always_inline]] inline void input_gradient(const DenseGradient<Scalar>& dense, std::size_t rows,
                                                  Derivative derivative) noexcept {
    using Weights = InputGradientChoice::Weights;
    constexpr const InputGradientChoices& choices = detail::input_gradient_choices<K, N, Counts, Scalar>;
    constexpr bool is_inlined = is_single_panel<Scalar>(N) && K * N <= inlined_elements;
    const std::size_t block = choices.has_blocks ? choices.block(rows, K) : K;
    for (std::size_t k = 0; k < K; k += block) {
        DenseGradient<Scalar> left = dense;
        std::size_t left_rows = rows;
        detail::from_last<choices.count>([&](auto i) __attribute__((always_inline)) {
            constexpr InputGradientChoice choice = choices.choice[i];
            constexpr std::size_t from = choices.from[i], each = choice.rows;
            if (left_rows < from)
                return;
            const std::size_t count =
                each == 0
                    ? left_rows
                    : std::min(left_rows, (left_rows - from) / std::max<std::size_t>(each, 1) * each + each);
            const std::size_t end = std::min(K, k + block);
            if constexpr (choice.weights == Weights::transposed_in_registers)
                detail::input_gradient_of_narrow<K, N>(left, count, derivative);
            else if constexpr (choice.weights == Weights::transposed_by_panels)
                detail::input_gradient_transposed_by_panels(left, count, derivative);
            else if constexpr (is_inlined && choice.samples.from == SampleLanes::From::registers)
                detail::input_gradient_in_lanes_inlined<choice.samples>(left, count, k, end, derivative);
            else
                detail::input_gradient_in_lanes<choice.samples>(left, count, k, end, derivative);
            left.skip_rows(count);
            left_rows -= count;
        });
    }
}

} // namespace burin::kernels
