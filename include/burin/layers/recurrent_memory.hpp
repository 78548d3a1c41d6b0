#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <cstddef>

/// How the parameters of a recurrent layer, and what it saves, lie in memory.
namespace burin::detail {

/// The tensors of the parameters or of their gradients.
template <class Layer, std::size_t Features, class Scalar>
struct RecurrentWeights {
    Scalar* weight;
    Scalar* recurrent_weight;
    Scalar* second_weight; ///< Of cells that multiply twice.
    Scalar* bias;
    Scalar* recurrent_bias;

    [[gnu::always_inline]] explicit RecurrentWeights(Scalar* all) noexcept
        : weight(all), recurrent_weight(weight + Features * Layer::columns),
          second_weight(recurrent_weight + Layer::outputs * Layer::recurrent_columns),
          bias(Layer::has_bias ? second_weight + Layer::units * Layer::product_columns : nullptr),
          recurrent_bias(Layer::has_bias && Layer::Cell::separates_recurrent ? bias + Layer::columns
                                                                             : nullptr) {}
};

/// What training remembers, each `[rows, Time, …]`.
template <class Layer, std::size_t Time, class Scalar>
struct RecurrentSaved {
    Scalar* gates = nullptr;
    Scalar* h = nullptr; ///< Before the step.
    Scalar* c = nullptr;
    Scalar* kept = nullptr;

    RecurrentSaved() = default;
    [[gnu::always_inline]] RecurrentSaved(Scalar* all, std::size_t rows) noexcept
        : gates(all), h(gates + rows * Time * Layer::columns), c(h + rows * Time * Layer::outputs),
          kept(h + rows * Time * Layer::state_size) {}

    void put_state(std::size_t row, std::size_t at, const Scalar* state) const noexcept {
        std::copy_n(state, Layer::outputs, h + (row * Time + at) * Layer::outputs);
        if constexpr (Layer::Cell::has_cell_state)
            std::copy_n(state + Layer::outputs, Layer::units, c + (row * Time + at) * Layer::units);
    }
};

} // namespace burin::detail
