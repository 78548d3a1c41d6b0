#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/recurrent/column_vectors.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <cstddef>

namespace burin::kernels {

/// Where one sample's step of a recurrent cell reads and writes; each pointer is to `Units` elements or to as
/// many for each gate. What is written may be the same memory as what is read.
template <class Scalar>
struct CellStep {
    Scalar* gates;           ///< The sums; if they are saved, then the gates.
    const Scalar* recurrent; ///< Sums of the state alone, for cells that do not add them to the others.
    Scalar* kept;            ///< What else is saved.
    const Scalar* h_before;
    const Scalar* c_before;
    Scalar* h;
    Scalar* c;
    Scalar* output;                  ///< h once more.
    Scalar* middle = nullptr;        ///< Of cells with a second product, what that multiplies,
    const Scalar* product = nullptr; ///< and what it gives.
};

template <class Scalar>
struct CellGradient {
    const Scalar* gates;
    const Scalar* kept;
    const Scalar* h_before;
    const Scalar* c_before;
    Scalar* dh;         ///< In: of h. Out, if `passes_state_on`: what h_before gets without the product.
    Scalar* dc;         ///< In: of c. Out: of c_before.
    Scalar* dgates;     ///< Of the sums.
    Scalar* drecurrent; ///< Of the sums of the state.
    Scalar* dproduct = nullptr; ///< Of what a second product gives,
    Scalar* dmiddle = nullptr;  ///< and of what it multiplies.
};

namespace detail {

/// dy · s'(x), from s = sigmoid(x).
template <class VectorType>
[[gnu::always_inline]] inline VectorType sigmoid_gradient(VectorType dy, VectorType s) noexcept {
    return dy * kernels::fnma(s, s, s);
}

/// dy · t'(x), from t = tanh(x).
template <class VectorType>
[[gnu::always_inline]] inline VectorType tanh_gradient(VectorType dy, VectorType t) noexcept {
    return kernels::fnma(dy * t, t, dy);
}

} // namespace detail

/// What a cell has, unless it says so itself.
struct UsualCell {
    static constexpr std::size_t kept = 0;
    static constexpr bool has_cell_state = false;
    static constexpr bool separates_recurrent = false;
    static constexpr bool passes_state_on = false;
    static constexpr bool has_middle = false; ///< A second product: see recurrent/two_product_cells.hpp.
    static constexpr bool projects = false;   ///< Which gives h.

    /// Elements of h.
    static constexpr std::size_t outputs(std::size_t units) { return units; }
    /// Of the second product.
    static constexpr std::size_t product_columns(std::size_t) { return 0; }
    /// Of the sums, the columns that the product with the state makes.
    static constexpr std::size_t recurrent_columns(std::size_t columns, std::size_t) { return columns; }
};

/// h = tanh(x · W + h₋₁ · U + b)
template <Accuracy accuracy>
struct SimpleRNNCell : UsualCell {
    static constexpr std::size_t gates = 1;
    static constexpr std::size_t cost = 4; ///< Operations a unit, besides the products.

    template <std::size_t Units, bool Saves, class Scalar>
    [[gnu::always_inline]] static void step(const CellStep<Scalar>& at) noexcept {
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            const auto h = tanh<accuracy, Scalar>(load(at.gates));
            if constexpr (Saves)
                store(at.gates, h);
            store(at.h, h);
            store(at.output, h);
        });
    }

    /// The same for a step whose sums are in registers; those of the state alone are apart for cells that
    /// want them. h and c become those after it.
    template <std::size_t Units, class Scalar, class Sums, class State>
    [[gnu::always_inline]] static void step_in_registers(const Sums& sums, const Sums&, State& h,
                                                         State&) noexcept {
        for (std::size_t u = 0; u < h.size(); ++u)
            h[u] = tanh<accuracy, Scalar>(sums[u]);
    }

    template <std::size_t Units, class Scalar>
    [[gnu::always_inline]] static void gradient(const CellGradient<Scalar>& at) noexcept {
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            store(at.dgates, detail::tanh_gradient(load(at.dh), load(at.gates)));
        });
    }
};

/// h = max(0, x · W + h₋₁ · U + b). What is no number stays so.
struct SimpleReLUCell : UsualCell {
    static constexpr std::size_t gates = 1;
    static constexpr std::size_t cost = 1;

    template <std::size_t Units, bool Saves, class Scalar>
    [[gnu::always_inline]] static void step(const CellStep<Scalar>& at) noexcept {
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            const auto sum = load(at.gates), h = at_least(sum, decltype(sum)(Scalar(0)));
            if constexpr (Saves)
                store(at.gates, h);
            store(at.h, h);
            store(at.output, h);
        });
    }

    template <std::size_t Units, class Scalar, class Sums, class State>
    [[gnu::always_inline]] static void step_in_registers(const Sums& sums, const Sums&, State& h,
                                                         State&) noexcept {
        for (std::size_t u = 0; u < h.size(); ++u)
            h[u] = at_least(sums[u], Vector<Scalar>(Scalar(0)));
    }

    template <std::size_t Units, class Scalar>
    [[gnu::always_inline]] static void gradient(const CellGradient<Scalar>& at) noexcept {
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            const auto dh = load(at.dh), h = load(at.gates);
            store(at.dgates, select(h <= decltype(h)(Scalar(0)), decltype(dh)(Scalar(0)), dh));
        });
    }
};

/// Gates i, f, g, o: c = sigmoid(f) · c₋₁ + sigmoid(i) · tanh(g), h = sigmoid(o) · tanh(c).
template <Accuracy accuracy>
struct LSTMCell : UsualCell {
    static constexpr std::size_t gates = 4;
    static constexpr bool has_cell_state = true;
    static constexpr std::size_t cost = 24;

    template <std::size_t Units, bool Saves, class Scalar>
    [[gnu::always_inline]] static void step(const CellStep<Scalar>& at) noexcept {
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            const auto i = sigmoid<accuracy, Scalar>(load(at.gates));
            const auto f = sigmoid<accuracy, Scalar>(load(at.gates + Units));
            const auto g = tanh<accuracy, Scalar>(load(at.gates + 2 * Units));
            const auto o = sigmoid<accuracy, Scalar>(load(at.gates + 3 * Units));
            const auto c = fma(f, load(at.c_before), i * g);
            const auto h = o * tanh<accuracy, Scalar>(c);
            if constexpr (Saves) {
                store(at.gates, i);
                store(at.gates + Units, f);
                store(at.gates + 2 * Units, g);
                store(at.gates + 3 * Units, o);
            }
            store(at.c, c);
            store(at.h, h);
            store(at.output, h);
        });
    }

    template <std::size_t Units, class Scalar, class Sums, class State>
    [[gnu::always_inline]] static void step_in_registers(const Sums& sums, const Sums&, State& h,
                                                         State& c) noexcept {
        using detail::columns_from;
        const auto update = [&](auto u, const auto& i, const auto& f, const auto& g, const auto& o)
                                __attribute__((always_inline)) {
                                    c[u] = fma(f, c[u], i * g);
                                    h[u] = o * tanh<accuracy, Scalar>(c[u]);
                                };
        if constexpr (detail::activates_sums<Scalar>(Units)) {
            const Sums all = detail::activated<accuracy, 2 * Units, 3 * Units, Scalar>(sums);
            detail::for_constants<std::tuple_size_v<State>>([&](auto u) __attribute__((always_inline)) {
                constexpr std::size_t first = u * width<Scalar>;
                update(u, columns_from<first, Scalar>(all), columns_from<Units + first, Scalar>(all),
                       columns_from<2 * Units + first, Scalar>(all),
                       columns_from<3 * Units + first, Scalar>(all));
            });
        } else {
            detail::for_constants<std::tuple_size_v<State>>([&](auto u) __attribute__((always_inline)) {
                constexpr std::size_t first = u * width<Scalar>;
                update(u, sigmoid<accuracy, Scalar>(columns_from<first, Scalar>(sums)),
                       sigmoid<accuracy, Scalar>(columns_from<Units + first, Scalar>(sums)),
                       tanh<accuracy, Scalar>(columns_from<2 * Units + first, Scalar>(sums)),
                       sigmoid<accuracy, Scalar>(columns_from<3 * Units + first, Scalar>(sums)));
            });
        }
    }

    /// c is made again, which takes less time than to remember tanh(c).
    template <std::size_t Units, class Scalar>
    [[gnu::always_inline]] static void gradient(const CellGradient<Scalar>& at) noexcept {
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            const auto i = load(at.gates), f = load(at.gates + Units);
            const auto g = load(at.gates + 2 * Units), o = load(at.gates + 3 * Units);
            const auto before = load(at.c_before);
            const auto t = tanh<accuracy, Scalar>(fma(f, before, i * g));
            const auto dh = load(at.dh);
            const auto dc = load(at.dc) + detail::tanh_gradient(dh * o, t);
            store(at.dgates, detail::sigmoid_gradient(dc * g, i));
            store(at.dgates + Units, detail::sigmoid_gradient(dc * before, f));
            store(at.dgates + 2 * Units, detail::tanh_gradient(dc * i, g));
            store(at.dgates + 3 * Units, detail::sigmoid_gradient(dh * t, o));
            store(at.dc, dc * f);
        });
    }
};

/// Gates r, z, n, from sums x of the input and a of the state: n = tanh(x_n + sigmoid(x_r + a_r) · a_n) and,
/// with z = sigmoid(x_z + a_z), h = (1 − z) · n + z · h₋₁.
template <Accuracy accuracy>
struct GRUCell : UsualCell {
    static constexpr std::size_t gates = 3;
    static constexpr std::size_t kept = 1; ///< a_n
    static constexpr bool separates_recurrent = true;
    static constexpr bool passes_state_on = true;
    static constexpr std::size_t cost = 19;

    template <std::size_t Units, bool Saves, class Scalar>
    [[gnu::always_inline]] static void step(const CellStep<Scalar>& at) noexcept {
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            const auto r = sigmoid<accuracy, Scalar>(load(at.gates) + load(at.recurrent));
            const auto z = sigmoid<accuracy, Scalar>(load(at.gates + Units) + load(at.recurrent + Units));
            const auto a = load(at.recurrent + 2 * Units);
            const auto n = tanh<accuracy, Scalar>(fma(r, a, load(at.gates + 2 * Units)));
            const auto h = fma(z, load(at.h_before) - n, n);
            if constexpr (Saves) {
                store(at.gates, r);
                store(at.gates + Units, z);
                store(at.gates + 2 * Units, n);
                store(at.kept, a);
            }
            store(at.h, h);
            store(at.output, h);
        });
    }

    template <std::size_t Units, class Scalar, class Sums, class State>
    [[gnu::always_inline]] static void step_in_registers(const Sums& sums, const Sums& recurrent, State& h,
                                                         State&) noexcept {
        using detail::columns_from;
        // Of both gates, and of what shares their last vector.
        detail::ColumnVectors<Scalar, 2 * Units> both;
        for (std::size_t v = 0; v < both.size(); ++v)
            both[v] = sigmoid<accuracy, Scalar>(sums[v] + recurrent[v]);
        detail::for_constants<std::tuple_size_v<State>>([&](auto u) __attribute__((always_inline)) {
            constexpr std::size_t first = u * width<Scalar>;
            const auto r = columns_from<first, Scalar>(both), z = columns_from<Units + first, Scalar>(both);
            const auto n = tanh<accuracy, Scalar>(fma(r, columns_from<2 * Units + first, Scalar>(recurrent),
                                                      columns_from<2 * Units + first, Scalar>(sums)));
            h[u] = fma(z, h[u] - n, n);
        });
    }

    template <std::size_t Units, class Scalar>
    [[gnu::always_inline]] static void gradient(const CellGradient<Scalar>& at) noexcept {
        for_each_vector<Scalar>(Units, [&](std::size_t, auto load, auto store) {
            const auto r = load(at.gates), z = load(at.gates + Units), n = load(at.gates + 2 * Units);
            const auto dh = load(at.dh);
            const auto dn = detail::tanh_gradient(kernels::fnma(dh, z, dh), n);
            const auto dr = detail::sigmoid_gradient(dn * load(at.kept), r);
            const auto dz = detail::sigmoid_gradient(dh * (load(at.h_before) - n), z);
            store(at.dgates, dr);
            store(at.dgates + Units, dz);
            store(at.dgates + 2 * Units, dn);
            store(at.drecurrent, dr);
            store(at.drecurrent + Units, dz);
            store(at.drecurrent + 2 * Units, dn * r);
            store(at.dh, dh * z);
        });
    }
};

} // namespace burin::kernels
