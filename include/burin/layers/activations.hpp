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
