#pragma once

#include "burin/kernels/recurrent/cells.hpp"
#include "burin/kernels/sweep.hpp"

#include <algorithm>
#include <cstddef>

// Cells that multiply twice in a step: `begin` makes what the second product multiplies, `finish` takes what
// that gives, and backward it is the other way round.

namespace burin::kernels {

/// Gates r, z, n: with r and z sigmoids of their sums, n = tanh(x_n + (r · h₋₁) · U_n) and
/// h = (1 − z) · n + z · h₋₁. The second product is that of r · h₋₁.
template <Accuracy accuracy>
struct ResetBeforeCell : UsualCell {
    static constexpr std::size_t gates = 3;
    static constexpr std::size_t kept = 1; ///< r · h₋₁
    static constexpr bool passes_state_on = true;
    static constexpr bool has_middle = true;
    static constexpr std::size_t cost = 19;

    static constexpr std::size_t product_columns(std::size_t units) { return units; }
    static constexpr std::size_t recurrent_columns(std::size_t columns, std::size_t units) {
        return columns - units;
    }

    template <std::size_t Units, bool Saves, class Scalar>
    [[gnu::always_inline]] static void begin(const CellStep<Scalar>& at) noexcept {
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            const auto r = sigmoid<accuracy, Scalar>(load(at.gates));
            if constexpr (Saves)
                store(at.gates, r);
            store(at.middle, r * load(at.h_before));
        });
    }

    template <std::size_t Units, bool Saves, class Scalar>
    [[gnu::always_inline]] static void finish(const CellStep<Scalar>& at) noexcept {
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            const auto z = sigmoid<accuracy, Scalar>(load(at.gates + Units));
            const auto n = tanh<accuracy, Scalar>(load(at.gates + 2 * Units) + load(at.product));
            const auto h = fma(z, load(at.h_before) - n, n);
            if constexpr (Saves) {
                store(at.gates + Units, z);
                store(at.gates + 2 * Units, n);
            }
            store(at.h, h);
            store(at.output, h);
        });
    }

    template <std::size_t Units, class Scalar>
    [[gnu::always_inline]] static void finish_gradient(const CellGradient<Scalar>& at) noexcept {
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            const auto z = load(at.gates + Units), n = load(at.gates + 2 * Units), dh = load(at.dh);
            const auto dn = detail::tanh_gradient(kernels::fnma(dh, z, dh), n);
            const auto dz = detail::sigmoid_gradient(dh * (load(at.h_before) - n), z);
            store(at.dgates + Units, dz);
            store(at.drecurrent + Units, dz);
            store(at.dgates + 2 * Units, dn);
            store(at.dproduct, dn);
            store(at.dh, dh * z);
        });
    }

    template <std::size_t Units, class Scalar>
    [[gnu::always_inline]] static void begin_gradient(const CellGradient<Scalar>& at) noexcept {
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            const auto r = load(at.gates), dmiddle = load(at.dmiddle);
            const auto dr = detail::sigmoid_gradient(dmiddle * load(at.h_before), r);
            store(at.dgates, dr);
            store(at.drecurrent, dr);
            store(at.dh, fma(dmiddle, r, load(at.dh)));
        });
    }
};

/// An LSTM whose h is the second product, of sigmoid(o) · tanh(c), and has `Size` elements.
template <Accuracy accuracy, std::size_t Size>
struct ProjectedLSTMCell : LSTMCell<accuracy> {
    static constexpr std::size_t kept = 1; ///< sigmoid(o) · tanh(c)
    static constexpr bool has_middle = true;
    static constexpr bool projects = true;

    static constexpr std::size_t outputs(std::size_t) { return Size; }
    static constexpr std::size_t product_columns(std::size_t) { return Size; }

    template <std::size_t Units, bool Saves, class Scalar>
    [[gnu::always_inline]] static void begin(CellStep<Scalar> at) noexcept {
        at.h = at.output = at.middle;
        LSTMCell<accuracy>::template step<Units, Saves>(at);
    }

    template <std::size_t, bool, class Scalar>
    [[gnu::always_inline]] static void finish(const CellStep<Scalar>& at) noexcept {
        std::copy_n(at.product, Size, at.h);
        if (at.output != at.h)
            std::copy_n(at.product, Size, at.output);
    }

    template <std::size_t, class Scalar>
    [[gnu::always_inline]] static void finish_gradient(const CellGradient<Scalar>& at) noexcept {
        std::copy_n(at.dh, Size, at.dproduct);
    }

    template <std::size_t Units, class Scalar>
    [[gnu::always_inline]] static void begin_gradient(CellGradient<Scalar> at) noexcept {
        at.dh = at.dmiddle;
        LSTMCell<accuracy>::template gradient<Units>(at);
    }
};

} // namespace burin::kernels
