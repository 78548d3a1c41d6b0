#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <cstddef>
#include <limits>

namespace burin::losses::detail {

/// √Σ f(in[i]...)², also where the squares overflow or vanish.
template <class Scalar, class Function, class... Inputs>
Scalar norm(std::size_t count, const Function& f, const Inputs*... in) noexcept {
    using Vector = kernels::Vector<Scalar>;
    constexpr int exponent = std::numeric_limits<Scalar>::max_exponent / 2;
    constexpr auto power_of_two = [](int n) {
        Scalar power = 1;
        for (int i = 0; i < n; ++i)
            power *= 2;
        return power;
    };
    const auto root_of_squares = [&](Scalar unit) noexcept {
        Vector sum(Scalar(0));
        kernels::for_each_vector<Scalar>(count, [&](std::size_t lanes, auto load, auto) {
            const Vector value = kernels::keep_first<Scalar>(f(load(in)...), lanes) * Vector(unit);
            sum = kernels::fma(value, value, sum);
        });
        return kernels::first_lane<Scalar>(kernels::sqrt(Vector(kernels::reduce_add<Scalar>(sum))));
    };
    constexpr Scalar large = power_of_two(exponent + 6), small = Scalar(1) / power_of_two(exponent - 14);
    const Scalar plain = root_of_squares(1);
    if (plain > std::numeric_limits<Scalar>::max())
        return root_of_squares(Scalar(1) / large) * large;
    return plain < small ? root_of_squares(large) / large : plain;
}

template <std::size_t Count, class Scalar>
Scalar norm(const Scalar* x) noexcept {
    return norm<Scalar>(Count, [](const auto& v) { return v; }, x);
}

template <std::size_t Count, class Scalar>
Scalar dot(const Scalar* x, const Scalar* y) noexcept {
    return kernels::sum<Scalar>(Count, [](const auto& a, const auto& b) { return a * b; }, x, y);
}

/// 1 / max(‖x‖, epsilon), with which x becomes a unit vector, and whether the norm was large enough for that.
template <class Scalar>
struct UnitScale {
    Scalar factor;
    bool is_unit;

    UnitScale(Scalar norm, Scalar epsilon) noexcept
        : factor(Scalar(1) / (norm <= epsilon ? epsilon : norm)), is_unit(!(norm <= epsilon)) {}
};

} // namespace burin::losses::detail
