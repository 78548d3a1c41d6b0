#pragma once

#include "burin/layers/recurrent.hpp"

#include <cstddef>
#include <type_traits>

namespace burin {

namespace detail {

template <class... Options>
using LSTMCellOf = std::conditional_t<
    (is_projected<Options> || ...),
    kernels::ProjectedLSTMCell<accuracy_of<Options...>, (projected_size<Options> + ... + std::size_t{0})>,
    kernels::LSTMCell<accuracy_of<Options...>>>;

} // namespace detail

/// Long short-term memory with forget gates, step by step:
///
///     (i, f, g, o) = x · W + h₋₁ · U + b
///     c = sigmoid(f) · c₋₁ + sigmoid(i) · tanh(g)
///     h = sigmoid(o) · tanh(c)
///
/// | | shape |
/// |---|---|
/// | input | `[time, features]`; then what the options ask for |
/// | output | `[Units]`, with `ReturnSequences` `[time, Units]` |
/// | `weight` | `[features, 4 · Units]`: PyTorch's `weight_ih_l0`, transposed |
/// | `recurrent_weight` | `[Units, 4 · Units]`: `weight_hh_l0`, transposed |
/// | `bias` | `[4 · Units]`, not with `NoBias`: `bias_ih_l0` + `bias_hh_l0` |
///
/// The order of the gates is Keras's and PyTorch's. The biases of the forget gates begin with 1, as in Keras,
/// so that the cell remembers before it has learnt to. Hochreiter and Schmidhuber, "Long Short-Term Memory",
/// 1997; Gers, Schmidhuber and Cummins, "Learning to Forget", 2000.
///
/// With `Projected<P>`, h = (sigmoid(o) · tanh(c)) · R has P elements, and so has a step's output: R is
/// `projection_weight`, `[Units, P]`, PyTorch's `weight_hr_l0`, transposed, and U is `[P, 4 · Units]`. Sak,
/// Senior and Beaufays, arXiv:1402.1128.
///
/// Options: `ReturnSequences`, `ReturnState`, `InitialState`, `Masked`, `GoBackwards`, `NoBias`, `Projected`,
/// in any order.
template <std::size_t Units, class... Options>
struct LSTM : detail::Recurrent<detail::LSTMCellOf<Options...>, Units, Options...> {
    static constexpr Text<64> name() { return LSTM::name_of("LSTM"); }

    template <class Option>
    using With = LSTM<Units, Options..., Option>;
};

} // namespace burin
