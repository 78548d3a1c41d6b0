#pragma once

#include "burin/layers/recurrent.hpp"

#include <cstddef>
#include <type_traits>

namespace burin {

namespace detail {

template <class... Options>
using GRUCellOf =
    std::conditional_t<is_among<ResetBefore, Options...>, kernels::ResetBeforeCell<accuracy_of<Options...>>,
                       kernels::GRUCell<accuracy_of<Options...>>>;

} // namespace detail

/// Gated recurrent unit, step by step:
///
///     (r, z, x_n) = x · W + b,   (a_r, a_z, a_n) = h₋₁ · U + b'
///     n = tanh(x_n + sigmoid(r + a_r) · a_n)
///     h = (1 − s) · n + s · h₋₁,   s = sigmoid(z + a_z)
///
/// | | shape |
/// |---|---|
/// | input | `[time, features]`; then what the options ask for |
/// | output | `[Units]`, with `ReturnSequences` `[time, Units]` |
/// | `weight` | `[features, 3 · Units]`: PyTorch's `weight_ih_l0`, transposed |
/// | `recurrent_weight` | `[Units, 3 · Units]`: `weight_hh_l0`, transposed |
/// | `bias`, `recurrent_bias` | `[3 · Units]`, not with `NoBias`: `bias_ih_l0`, `bias_hh_l0` |
///
/// The reset gate r acts on the product with the state, not on the state before it: as in PyTorch, and in
/// Keras with `reset_after=True`, its default. The order of the gates is PyTorch's (r, z, n); Keras's is z,
/// r, n. Cho et al., arXiv:1406.1078.
///
/// With `ResetBefore` it acts on the state, as in the paper, in Keras with `reset_after=False` and in ONNX
/// with `linear_before_reset` 0:
///
///     (r, z, x_n) = x · W + b,   (a_r, a_z) = h₋₁ · U
///     n = tanh(x_n + (sigmoid(r + a_r) · h₋₁) · U_n)
///
/// Then `recurrent_weight` is `[Units, 2 · Units]`, `reset_weight`, U_n, `[Units, Units]`, and there is one
/// bias.
///
/// Options: `ReturnSequences`, `ReturnState`, `InitialState`, `Masked`, `GoBackwards`, `NoBias`,
/// `ResetBefore`, in any order.
template <std::size_t Units, class... Options>
struct GRU : detail::Recurrent<detail::GRUCellOf<Options...>, Units, Options...> {
    static constexpr Text<64> name() { return GRU::name_of("GRU"); }

    template <class Option>
    using With = GRU<Units, Options..., Option>;
};

} // namespace burin
