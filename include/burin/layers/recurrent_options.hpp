#pragma once

#include "burin/layers/no_bias.hpp"

#include <concepts>
#include <cstddef>

// What SimpleRNN, LSTM and GRU may be asked for, besides NoBias.

namespace burin {

/// The output is that of every step, `[time, Units]`, and not of the last step alone, `[Units]`.
struct ReturnSequences {};

/// The final state is part of the output: one row (h), or two (h and c) for an LSTM, behind the rows of
/// `ReturnSequences` or, without it, alone: `[time + 2, Units]` or `[2, Units]`. The latter is what
/// `InitialState` of another layer takes.
struct ReturnState {};

/// A second input is the state before the first step: `[2, Units]` (h and c) for an LSTM, `[Units]` or
/// `[1, Units]` for the others. Without it the state begins with zeros.
struct InitialState {};

/// One more input, `[time]`, is 1 for steps that count and 0 for padding. A padded step leaves the state as
/// it is, and its output is that of the step before; it may hold anything, infinities too.
struct Masked {};

/// The last step comes first. The outputs of `ReturnSequences` are in the order in which they are made, as in
/// Keras: the first belongs to the last step of the input.
struct GoBackwards {};

/// Of SimpleRNN: h = max(0, x · W + h₋₁ · U + b) instead of its tanh, as PyTorch's nonlinearity='relu'.
struct ReLUCell {};

/// Of GRU: the reset gate acts on the state before its product, as in Cho et al. and in Keras with
/// `reset_after=False`: n = tanh(x_n + (sigmoid(r + a_r) · h₋₁) · U_n), with U_n the `reset_weight`.
struct ResetBefore {};

/// Of LSTM: h has `Size` elements, o · tanh(c) times the `projection_weight`, as PyTorch's proj_size. The
/// state that `ReturnState` gives, alone, and `InitialState` takes is h and then c: `[Size + Units]`.
template <std::size_t Size>
struct Projected {};

/// Of LSTM: as a layer of 8-bit integers it computes its gates and its cell in 16-bit integers, bit for bit
/// as TensorFlow Lite's (quantization/integer_lstm.hpp, which a program includes for it), and not in floats.
/// Of floats it is the same.
struct IntegerCell {};

namespace detail {

/// With `GoBackwards`: each output stands where its input stood.
struct Realigned {};

/// Sigmoid and tanh of the gates to 1e-5, in half the time.
struct FastGates {};

/// The `Size` of `Projected`; 0 of other options.
template <class Option>
inline constexpr std::size_t projected_size = 0;
template <std::size_t Size>
inline constexpr std::size_t projected_size<Projected<Size>> = Size;

template <class T>
inline constexpr bool is_projected = false;
template <std::size_t Size>
inline constexpr bool is_projected<Projected<Size>> = true;

template <class Option, class... Options>
inline constexpr bool is_among = (std::same_as<Options, Option> || ...);

template <class T>
concept RecurrentOption =
    std::same_as<T, ReturnSequences> || std::same_as<T, ReturnState> || std::same_as<T, InitialState> ||
    std::same_as<T, Masked> || std::same_as<T, GoBackwards> || std::same_as<T, NoBias> ||
    std::same_as<T, ReLUCell> || std::same_as<T, ResetBefore> || std::same_as<T, IntegerCell> ||
    is_projected<T> || std::same_as<T, Realigned> || std::same_as<T, FastGates>;

} // namespace detail
} // namespace burin
