#pragma once

#include "burin/core/number.hpp"
#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/layers/elementwise.hpp"

#include <cstddef>

namespace burin {

namespace detail {

/// A constant of the same kind as the vector `like`.
template <class Vector>
Vector constant(double number) noexcept {
    return Vector(static_cast<typename Vector::value_type>(number));
}

/// x from −most to most.
template <class Vector>
Vector limited(Vector x, double most) noexcept {
    return kernels::at_most(kernels::at_least(x, constant<Vector>(-most)), constant<Vector>(most));
}

} // namespace detail

/// max(x, 0). The derivative at 0 is 0.
struct ReLU : Elementwise<ReLU> {
    static constexpr Text<64> name() { return "ReLU"; }
    // keeps_range: of numbers that are not negative.
    static constexpr OpTraits traits =
        elementwise_traits({.for_any_width = true, .input_gradient = {.output = true}, .keeps_range = true});
    static constexpr std::size_t cost = 1;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return kernels::at_least(x, detail::constant<Vector>(0));
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        const Vector zero = detail::constant<Vector>(0);
        return kernels::select(y <= zero, zero, dy);
    }
};

/// min(max(x, 0), 6). The derivative at 0 and 6 is 0. Howard et al., "MobileNets", arXiv:1704.04861.
struct ReLU6 : Elementwise<ReLU6> {
    static constexpr Text<64> name() { return "ReLU6"; }
    static constexpr OpTraits traits =
        elementwise_traits({.for_any_width = true, .input_gradient = {.output = true}});
    static constexpr std::size_t cost = 2;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return kernels::at_most(kernels::at_least(x, detail::constant<Vector>(0)),
                                detail::constant<Vector>(6));
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        const Vector zero = detail::constant<Vector>(0);
        return kernels::select(y <= zero, zero, kernels::select(y >= detail::constant<Vector>(6), zero, dy));
    }
};

/// min(max(x, Low), High). The derivative at Low and High is 0. Whole numbers and others may be mixed:
/// `Clip<0, 0.5>`.
template <core::Number auto Low, core::Number auto High>
struct Clip : Elementwise<Clip<Low, High>> {
    static_assert(double(Low) < double(High), "Clip needs a lower bound that is below the upper one");

    static constexpr Text<64> name() {
        return Text<64>("Clip<").append(double(Low)).append(", ").append(double(High)).append(">");
    }
    static constexpr OpTraits traits = elementwise_traits(
        {.for_any_width = true,
         .input_gradient = {.output = true},
         .values = double(Low) >= 0 && double(High) <= 1 ? core::Values::probabilities : core::Values::any});
    static constexpr std::size_t cost = 2;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return kernels::at_most(kernels::at_least(x, detail::constant<Vector>(Low)),
                                detail::constant<Vector>(High));
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        const Vector zero = detail::constant<Vector>(0);
        return kernels::select(y <= detail::constant<Vector>(Low), zero,
                               kernels::select(y >= detail::constant<Vector>(High), zero, dy));
    }
};

/// What PyTorch calls Hardtanh, with its bounds.
using Hardtanh = Clip<-1, 1>;

/// x for x > 0, else NegativeSlope · x. The default slope is PyTorch's (Keras's is 0.3). It must be positive.
template <core::Number auto NegativeSlope = 0.01>
struct LeakyReLU : Elementwise<LeakyReLU<NegativeSlope>> {
    static_assert(NegativeSlope > 0,
                  "LeakyReLU needs a positive slope, from which the sign of x can be told; "
                  "use ReLU for slope 0");

    static constexpr Text<64> name() {
        return Text<64>("LeakyReLU<").append(double(NegativeSlope)).append(">");
    }
    // keeps_range: of numbers that are not negative.
    static constexpr OpTraits traits =
        elementwise_traits({.for_any_width = true, .input_gradient = {.output = true}, .keeps_range = true});
    static constexpr std::size_t cost = 2;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return kernels::select(x > detail::constant<Vector>(0), x,
                               x * detail::constant<Vector>(NegativeSlope));
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        return kernels::select(y > detail::constant<Vector>(0), dy,
                               dy * detail::constant<Vector>(NegativeSlope));
    }
};

/// x for x > 0, else Alpha · (eˣ − 1). Clevert, Unterthiner and Hochreiter, arXiv:1511.07289.
template <core::Number auto Alpha = 1.0>
struct ELU : Elementwise<ELU<Alpha>> {
    static_assert(Alpha > 0, "ELU needs a positive alpha, from which the sign of x can be told");

    static constexpr Text<64> name() { return Text<64>("ELU<").append(double(Alpha)).append(">"); }
    // keeps_range: of numbers that are not negative.
    static constexpr OpTraits traits =
        elementwise_traits({.input_gradient = {.output = true}, .keeps_range = true});
    static constexpr std::size_t cost = 4;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        const Vector zero = detail::constant<Vector>(0);
        const Vector below = detail::constant<Vector>(Alpha) * kernels::expm1(kernels::at_most(x, zero));
        return kernels::select(x > zero, x, below);
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        return kernels::select(y > detail::constant<Vector>(0), dy,
                               dy * (y + detail::constant<Vector>(Alpha)));
    }
};

/// scale · x for x > 0, else scale · alpha · (eˣ − 1), with the two numbers for which mean 0 and variance 1
/// keep themselves from layer to layer, given weights of `initializers::LeCunNormal` and `AlphaDropout`
/// instead of `Dropout`. Klambauer, Unterthiner, Mayr and Hochreiter, "Self-Normalizing Neural Networks",
/// arXiv:1706.02515.
struct SELU : Elementwise<SELU> {
    static constexpr double alpha = 1.6732632423543772848;
    static constexpr double scale = 1.0507009873554804934;

    static constexpr Text<64> name() { return "SELU"; }
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.output = true}});
    static constexpr std::size_t cost = 5;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        const Vector zero = detail::constant<Vector>(0);
        const Vector below =
            detail::constant<Vector>(scale * alpha) * kernels::expm1(kernels::at_most(x, zero));
        return kernels::select(x > zero, detail::constant<Vector>(scale) * x, below);
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        const Vector slope = kernels::select(y > detail::constant<Vector>(0), detail::constant<Vector>(scale),
                                             y + detail::constant<Vector>(scale * alpha));
        return dy * slope;
    }
};

/// 1 / (1 + e⁻ˣ).
struct Sigmoid : Elementwise<Sigmoid> {
    static constexpr Text<64> name() { return "Sigmoid"; }
    static constexpr OpTraits traits = elementwise_traits(
        {.input_gradient = {.output = true}, .link = Link::sigmoid, .values = core::Values::probabilities});
    static constexpr bool has_fast_form = true;
    static constexpr std::size_t cost = 4;

    template <kernels::Accuracy accuracy = kernels::Accuracy::full, class Vector>
    static Vector value(Vector x) noexcept {
        return kernels::sigmoid<accuracy>(x);
    }
    template <kernels::Accuracy = kernels::Accuracy::full, class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        return dy * y * (detail::constant<Vector>(1) - y);
    }
};

/// Hyperbolic tangent.
struct Tanh : Elementwise<Tanh> {
    static constexpr Text<64> name() { return "Tanh"; }
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.output = true}});
    static constexpr bool has_fast_form = true;
    static constexpr std::size_t cost = 4;

    template <kernels::Accuracy accuracy = kernels::Accuracy::full, class Vector>
    static Vector value(Vector x) noexcept {
        return kernels::tanh<accuracy>(x);
    }
    template <kernels::Accuracy = kernels::Accuracy::full, class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        return dy * (detail::constant<Vector>(1) - y * y);
    }
};

/// log(1 + eˣ).
struct Softplus : Elementwise<Softplus> {
    static constexpr Text<64> name() { return "Softplus"; }
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.output = true}});
    static constexpr bool has_fast_form = true;
    static constexpr std::size_t cost = 6;

    template <kernels::Accuracy accuracy = kernels::Accuracy::full, class Vector>
    static Vector value(Vector x) noexcept {
        return kernels::softplus<accuracy>(x);
    }
    // σ(x) = 1 − e⁻ʸ.
    template <kernels::Accuracy = kernels::Accuracy::full, class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        return dy * -kernels::expm1(-y);
    }
};

/// log σ(x) = −log(1 + e⁻ˣ).
struct LogSigmoid : Elementwise<LogSigmoid> {
    static constexpr Text<64> name() { return "LogSigmoid"; }
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.output = true}});
    static constexpr bool has_fast_form = true;
    static constexpr std::size_t cost = 6;

    template <kernels::Accuracy accuracy = kernels::Accuracy::full, class Vector>
    static Vector value(Vector x) noexcept {
        return -kernels::softplus<accuracy>(-x);
    }
    // 1 − σ(x) = 1 − eʸ.
    template <kernels::Accuracy = kernels::Accuracy::full, class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        return dy * -kernels::expm1(y);
    }
};

/// x / (1 + |x|).
struct Softsign : Elementwise<Softsign> {
    static constexpr Text<64> name() { return "Softsign"; }
    static constexpr OpTraits traits =
        elementwise_traits({.for_any_width = true, .input_gradient = {.output = true}});
    static constexpr std::size_t cost = 3;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        const Vector limited = detail::limited<Vector>(x, 1e30); // ±1 beyond, where ∞ / ∞ is no number
        return limited / (detail::constant<Vector>(1) + magnitude(limited));
    }
    // 1 / (1 + |x|)² = (1 − |y|)².
    template <class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        const Vector rest = detail::constant<Vector>(1) - magnitude(y);
        return dy * rest * rest;
    }

  private:
    template <class Vector>
    static Vector magnitude(Vector x) noexcept {
        return kernels::at_least(x, -x);
    }
};

/// x · Φ(x), Φ the normal distribution function: x · (1 + erf(x / √2)) / 2. Hendrycks and Gimpel,
/// arXiv:1606.08415.
struct GELU : Elementwise<GELU> {
    static constexpr Text<64> name() { return "GELU"; }
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.input = true}});
    static constexpr bool has_fast_form = true;
    static constexpr std::size_t cost = 8;

    template <kernels::Accuracy accuracy = kernels::Accuracy::full, class Vector>
    static Vector value(Vector x) noexcept {
        return kernels::gelu<accuracy>(x);
    }
    // Φ(x) + x · φ(x)
    template <kernels::Accuracy accuracy = kernels::Accuracy::full, class Vector>
    static Vector gradient(Vector dy, Vector x) noexcept {
        return dy * kernels::gelu_gradient<accuracy>(x);
    }
};

/// GELU by the tanh formula: x · (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2.
struct GELUTanh : Elementwise<GELUTanh> {
    static constexpr Text<64> name() { return "GELUTanh"; }
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.input = true}});
    static constexpr bool has_fast_form = true;
    static constexpr std::size_t cost = 12;

    // (1 + tanh(u)) / 2 is the logistic function of 2u, which loses nothing for negative u.
    template <kernels::Accuracy accuracy = kernels::Accuracy::full, class Vector>
    static Vector value(Vector x) noexcept {
        const Vector limited = kernels::at_least(x, detail::constant<Vector>(-32)); // 0 from there to −∞
        return limited * kernels::sigmoid<accuracy>(twice_argument(limited));
    }
    template <kernels::Accuracy accuracy = kernels::Accuracy::full, class Vector>
    static Vector gradient(Vector dy, Vector x) noexcept {
        const Vector one = detail::constant<Vector>(1);
        const Vector limited = detail::limited<Vector>(x, 32); // 0 and 1 beyond, where squares overflow
        const Vector s = kernels::sigmoid<accuracy>(twice_argument(limited));
        const Vector slope = detail::constant<Vector>(2 * factor) *
                             (one + detail::constant<Vector>(3 * cubic) * limited * limited);
        return dy * s * (one + limited * (one - s) * slope);
    }

  private:
    static constexpr double factor = 0.797884560802865355880; // √(2/π)
    static constexpr double cubic = 0.044715;

    template <class Vector>
    static Vector twice_argument(Vector x) noexcept {
        return detail::constant<Vector>(2 * factor) * (x + detail::constant<Vector>(cubic) * x * x * x);
    }
};

/// x · σ(x), also called swish.
struct SiLU : Elementwise<SiLU> {
    static constexpr Text<64> name() { return "SiLU"; }
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.input = true}});
    static constexpr bool has_fast_form = true;
    static constexpr std::size_t cost = 5;

    template <kernels::Accuracy accuracy = kernels::Accuracy::full, class Vector>
    static Vector value(Vector x) noexcept {
        return kernels::silu<accuracy>(x);
    }
    template <kernels::Accuracy accuracy = kernels::Accuracy::full, class Vector>
    static Vector gradient(Vector dy, Vector x) noexcept {
        const Vector one = detail::constant<Vector>(1);
        // The derivative is 0 and 1 from there on, which s · x is not where both factors are at an end.
        const Vector limited =
            detail::limited<Vector>(x, sizeof(typename Vector::value_type) == 4 ? 112 : 760);
        const Vector s = kernels::sigmoid<accuracy>(limited);
        return dy * s * (one + limited * (one - s));
    }
};

/// x · tanh(log(1 + eˣ)). Misra, arXiv:1908.08681.
struct Mish : Elementwise<Mish> {
    static constexpr Text<64> name() { return "Mish"; }
    static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.input = true}});
    static constexpr std::size_t cost = 8;

    // With e = eˣ and n = e · (e + 2) the tangent is n / (n + 2): one exponential, and nothing cancels.
    template <class Vector>
    static Vector value(Vector x) noexcept {
        const Vector two = detail::constant<Vector>(2);
        const Vector above = kernels::at_least(x, detail::constant<Vector>(zero_below<Vector>));
        const Vector e = exponential(above);
        const Vector n = e * (e + two);
        return above * (n / (n + two));
    }
    // n / (n + 2) + x · 4 e (1 + e) / (n + 2)²
    template <class Vector>
    static Vector gradient(Vector dy, Vector x) noexcept {
        const Vector one = detail::constant<Vector>(1), two = detail::constant<Vector>(2);
        const Vector limited =
            kernels::at_most(kernels::at_least(x, detail::constant<Vector>(zero_below<Vector>)),
                             detail::constant<Vector>(one_from));
        const Vector e = exponential(limited);
        const Vector n = e * (e + two), inverse = one / (n + two);
        return dy * inverse * (n + limited * (detail::constant<Vector>(4) * e * (one + e) * inverse));
    }

  private:
    static constexpr double one_from = 20; ///< From there on n / (n + 2) is 1, and does not overflow.
    template <class Vector>
    static constexpr double zero_below = sizeof(typename Vector::value_type) == 4 ? -112 : -760;

    template <class Vector>
    static Vector exponential(Vector x) noexcept {
        return kernels::exp(kernels::at_most(x, detail::constant<Vector>(one_from)));
    }
};

/// min(max(x + 3, 0), 6) / 6, Keras 3's and PyTorch's.
struct HardSigmoid : Elementwise<HardSigmoid> {
    static constexpr Text<64> name() { return "HardSigmoid"; }
    static constexpr OpTraits traits = elementwise_traits(
        {.for_any_width = true, .input_gradient = {.output = true}, .values = core::Values::probabilities});
    static constexpr std::size_t cost = 4;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        const Vector six = detail::constant<Vector>(6);
        const Vector shifted =
            kernels::at_least(x + detail::constant<Vector>(3), detail::constant<Vector>(0));
        return kernels::at_most(shifted, six) / six;
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector y) noexcept {
        const Vector zero = detail::constant<Vector>(0);
        const Vector inside = dy / detail::constant<Vector>(6);
        const Vector upper = kernels::select(y >= detail::constant<Vector>(1), zero, inside);
        return kernels::select(y <= zero, zero, upper);
    }
};

/// x · hard_sigmoid(x). Howard et al., "Searching for MobileNetV3", arXiv:1905.02244.
struct HardSwish : Elementwise<HardSwish> {
    static constexpr Text<64> name() { return "HardSwish"; }
    static constexpr OpTraits traits =
        elementwise_traits({.for_any_width = true, .input_gradient = {.input = true}});
    static constexpr std::size_t cost = 5;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return x * HardSigmoid::value(x);
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector x) noexcept {
        const Vector three = detail::constant<Vector>(3);
        const Vector middle = dy * (x / three + detail::constant<Vector>(0.5));
        const Vector upper = kernels::select(x >= three, dy, middle);
        return kernels::select(x <= -three, detail::constant<Vector>(0), upper);
    }
};

} // namespace burin
