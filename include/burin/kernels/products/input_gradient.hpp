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

template <std::size_t K, std::size_t N, class Scalar>
inline constexpr InputGradientChoices input_gradient_choices =
    choose_input_gradients(K, N, sizeof(Scalar), this_machine);

/// Calls f(std::integral_constant<std::size_t, i>) for the choice of so many rows: a chain of comparisons
/// with constants.
template <const InputGradientChoices& Choices, class Function>
[[gnu::always_inline]] inline void with_choice(std::size_t rows, Function f) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (void)(((I + 1 == Choices.count || rows >= Choices.from[Choices.count - 1 - I]) &&
                (f(std::integral_constant<std::size_t, Choices.count - 1 - I>{}), true)) ||
               ...);
    }(std::make_index_sequence<Choices.count>{});
}

} // namespace detail

/// All rows of dx for a matrix w [K, N], as `choose_input_gradient` says.
template <std::size_t K, std::size_t N, class Scalar, class Derivative>
[[gnu::always_inline]] inline void input_gradient(const DenseGradient<Scalar>& dense, std::size_t rows,
                                                  Derivative derivative) noexcept {
    using Weights = InputGradientChoice::Weights;
    constexpr const InputGradientChoices& choices = detail::input_gradient_choices<K, N, Scalar>;
    constexpr bool is_inlined = is_single_panel<Scalar>(N) && K * N <= inlined_elements;
    std::size_t block = K;
    if constexpr (choices.has_blocks)
        detail::with_choice<choices>(rows, [&](auto i) __attribute__((always_inline)) {
            block = choices.choice[i].block > 0 ? choices.choice[i].block : K;
        });
    for (std::size_t k = 0; k < K; k += block) {
        DenseGradient<Scalar> left = dense;
        for (std::size_t left_rows = rows; left_rows > 0;) {
            detail::with_choice<choices>(left_rows, [&](auto i) __attribute__((always_inline)) {
                constexpr InputGradientChoice choice = choices.choice[i];
                constexpr std::size_t from = choices.from[i], each = choice.rows;
                // All of which this is the choice, one after the other.
                const std::size_t count =
                    each == 0 ? left_rows : std::min(left_rows, (left_rows - from) / each * each + each);
                const std::size_t end = std::min(K, k + block);
                if constexpr (choice.weights == Weights::transposed_in_registers)
                    detail::input_gradient_of_narrow<K, N>(left, count, derivative);
                else if constexpr (choice.weights == Weights::transposed_by_panels)
                    detail::input_gradient_packed(left, count, derivative);
                else if constexpr (is_inlined && choice.samples.from == SampleLanes::From::registers)
                    detail::input_gradient_in_lanes_inlined<choice.samples>(left, count, k, end, derivative);
                else
                    detail::input_gradient_in_lanes<choice.samples>(left, count, k, end, derivative);
                left.skip_rows(count);
                left_rows -= count;
            });
        }
    }
}

} // namespace burin::kernels
