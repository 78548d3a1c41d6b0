#pragma once

#include "burin/core/number.hpp"
#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/elementwise.hpp"

namespace burin {

// Elementary functions as layers, for what is computed of features rather than learned: spectra, energies,
// decibels. Not in the umbrella.

/// |x|. The derivative at 0 is 0.
struct Abs : Elementwise<Abs> {
    static constexpr Text<64> name() { return "Abs"; }
    static constexpr OpTraits traits =
        elementwise_traits({.for_any_width = true, .input_gradient = {.input = true}});
    static constexpr std::size_t cost = 1;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return kernels::at_least(x, -x);
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector x) noexcept {
        const Vector zero = detail::constant<Vector>(0);
        return kernels::select(x > zero, dy, kernels::select(x < zero, -dy, x * dy));
    }
};

/// √x, NaN below 0. The derivative at 0 is infinite.
struct Sqrt : Elementwise<Sqrt> {
    static constexpr Text<64> name() { return "Sqrt"; }
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.output = true}});
    static constexpr std::size_t cost = 4;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return sqrt(x);
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        return dy / (y + y);
    }
};

/// eˣ.
struct Exp : Elementwise<Exp> {
    static constexpr Text<64> name() { return "Exp"; }
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.output = true}});
    static constexpr std::size_t cost = 4;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return kernels::exp(x);
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        return dy * y;
    }
};

/// The natural logarithm: −∞ of 0, NaN below.
struct Log : Elementwise<Log> {
    static constexpr Text<64> name() { return "Log"; }
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.input = true}});
    static constexpr std::size_t cost = 5;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return kernels::log(x);
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector x) noexcept {
        return dy / x;
    }
};

/// x to a power: `Pow<2>`, `Pow<-1>`, `Pow<0.3>`. Whole exponents of at most 64 are products, and 0.5 and
/// −0.5 roots; of others it is e to Exponent · log x, whose relative error is about |Exponent · log x| times
/// that of one rounding, and NaN below 0.
template <core::Number auto Exponent>
struct Pow : Elementwise<Pow<Exponent>> {
    static constexpr double exponent = double(Exponent);
    static_assert(exponent == exponent && exponent - exponent == 0, "Pow needs a finite exponent");

    static constexpr Text<64> name() { return Text<64>("Pow<").append(exponent).append(">"); }
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.input = true}});
    static constexpr std::size_t cost = 9;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return power<Vector>(x, exponent);
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector x) noexcept {
        if constexpr (exponent == 0)
            return dy * (x - x); // NaN stays NaN
        else
            return dy * detail::constant<Vector>(exponent) * power<Vector>(x, exponent - 1);
    }

  private:
    /// `to` is `exponent`, or 1 less.
    template <class Vector>
    [[gnu::always_inline]] static Vector power(Vector x, double to) noexcept {
        const double size = to < 0 ? -to : to;
        Vector result = detail::constant<Vector>(1);
        if (size <= 65 && size == static_cast<double>(static_cast<unsigned>(size))) {
            Vector square = x;
            for (unsigned left = static_cast<unsigned>(size); left != 0; left >>= 1) {
                if (left & 1)
                    result = result * square;
                square = square * square;
            }
        } else if (size == 0.5) {
            result = sqrt(x);
        } else if (size == 1.5) {
            result = x * sqrt(x);
        } else {
            return kernels::exp(detail::constant<Vector>(to) * kernels::log(x));
        }
        return to < 0 ? detail::constant<Vector>(1) / result : result;
    }
};

} // namespace burin
