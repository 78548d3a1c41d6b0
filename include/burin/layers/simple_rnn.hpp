#pragma once

#include "burin/layers/recurrent.hpp"

#include <cstddef>
#include <type_traits>

namespace burin {

namespace detail {

template <class... Options>
using SimpleCellOf = std::conditional_t<is_among<ReLUCell, Options...>, kernels::SimpleReLUCell,
                                        kernels::SimpleRNNCell<accuracy_of<Options...>>>;

} // namespace detail

/// h = tanh(x · W + h₋₁ · U + b), step by step: Elman's network. With `ReLUCell` max(0, ·) is in place of
/// tanh.
///
/// | | shape |
/// |---|---|
/// | input | `[time, features]`; then what the options ask for |
/// | output | `[Units]`, with `ReturnSequences` `[time, Units]` |
/// | `weight` | `[features, Units]`: PyTorch's `weight_ih_l0`, transposed |
/// | `recurrent_weight` | `[Units, Units]`: `weight_hh_l0`, transposed |
/// | `bias` | `[Units]`, not with `NoBias`: `bias_ih_l0` + `bias_hh_l0` |
///
/// Options: `ReturnSequences`, `ReturnState`, `InitialState`, `Masked`, `GoBackwards`, `NoBias`, `ReLUCell`,
/// in any order.
template <std::size_t Units, class... Options>
struct SimpleRNN : detail::Recurrent<detail::SimpleCellOf<Options...>, Units, Options...> {
    static constexpr Text<64> name() { return SimpleRNN::name_of("SimpleRNN"); }

    template <class Option>
    using With = SimpleRNN<Units, Options..., Option>;
};

} // namespace burin
