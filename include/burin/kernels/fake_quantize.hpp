#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// The nearest whole number, halves away from 0.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> round_half_away(const Vector<Scalar>& x) noexcept {
    using V = Vector<Scalar>;
    const V magnitude = abs(x), whole = floor(magnitude);
    const V nearest = select(magnitude - whole >= V(Scalar(0.5)), whole + V(Scalar(1)), whole);
    return select(x < V(Scalar(0)), -nearest, nearest);
}

/// What x becomes when it is stored as an integer and read again: scale · clamp(round(x / scale), low, high),
/// `low` and `high` being the bounds of the integers less the zero point.
template <class Scalar>
struct FakeQuantization {
    Scalar scale = 1;
    Scalar low = 0;
    Scalar high = 0;

    [[gnu::always_inline]] Vector<Scalar> value(const Vector<Scalar>& x) const noexcept {
        return Vector<Scalar>(scale) * clamp(steps(x), low, high);
    }
    /// dy where round(x / scale) is within the bounds, else 0.
    [[gnu::always_inline]] Vector<Scalar> gradient(const Vector<Scalar>& dy,
                                                   const Vector<Scalar>& x) const noexcept {
        const Vector<Scalar> zero(Scalar(0)), at = steps(x);
        return select(at >= Vector<Scalar>(low), select(at <= Vector<Scalar>(high), dy, zero), zero);
    }

  private:
    [[gnu::always_inline]] Vector<Scalar> steps(const Vector<Scalar>& x) const noexcept {
        return round_half_away<Scalar>(x / Vector<Scalar>(scale));
    }
};

/// The smallest and the largest of `count` numbers and 0.
template <class Scalar>
struct Extremes {
    Scalar least = 0;
    Scalar largest = 0;
};

template <class Scalar>
Extremes<Scalar> extremes_with_zero(const Scalar* x, std::size_t count) noexcept {
    Vector<Scalar> least(Scalar(0)), largest(Scalar(0));
    for_each_vector<Scalar>(count, [&](std::size_t, auto load, auto) noexcept {
        const Vector<Scalar> some = load(x); // Lanes beyond the end are 0.
        least = min(some, least);
        largest = max(some, largest);
    });
    return {-reduce_max<Scalar>(-least), reduce_max<Scalar>(largest)};
}

/// Fake quantization of each column by itself, with the scale that `scale_of_largest` finds for its largest
/// magnitude. Rows are `stride` apart in both matrices.
template <class Scalar, class Function>
void fake_quantize_columns(const Scalar* from, std::size_t rows, std::size_t columns, std::size_t stride,
                           Scalar bound, Scalar* to, Function scale_of_largest) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    for (std::size_t column = 0; column < columns; column += lanes) {
        const std::size_t count = std::min(lanes, columns - column);
        Vector<Scalar> largest(Scalar(0));
        for (std::size_t row = 0; row < rows; ++row)
            largest = max(abs(load_partial(from + row * stride + column, count)), largest);
        Scalar scales[lanes];
        store(scales, largest);
        std::transform(scales, scales + lanes, scales, scale_of_largest);
        const Vector<Scalar> scale = load(scales);
        for (std::size_t row = 0; row < rows; ++row) {
            const std::size_t at = row * stride + column;
            const Vector<Scalar> steps = round_half_away<Scalar>(load_partial(from + at, count) / scale);
            store_partial(to + at, scale * clamp(steps, -bound, bound), count);
        }
    }
}

} // namespace burin::kernels
