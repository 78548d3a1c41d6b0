#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/sweep.hpp"

#include "support/double_double.hpp"

#include <cmath>
#include <limits>

/// The functions of kernels/functions.hpp, each beside the same with more digits: by the C library in double
/// for floats, of DoubleDouble for doubles.
namespace elementary {

using burin::kernels::Accuracy;
namespace k = burin::kernels;

// Those of DoubleDouble are found by their argument.
using std::abs, std::erf, std::erfc, std::exp, std::expm1, std::fmax, std::isinf, std::log, std::log1p,
    std::tanh;

struct Exp {
    static constexpr const char* name = "exp";
    static auto of(auto x) { return k::exp(x); }
    static auto exact(auto x) { return exp(x); }
};

struct ExpNonpositive {
    static constexpr const char* name = "exp_nonpositive";
    static auto of(auto x) { return k::exp_nonpositive(-k::abs(x)); }
    static auto exact(auto x) { return exp(-abs(x)); }
};

/// One vector of `replace_by_exponentials`, whose results are 0 where they would not be normal.
struct ExpSummand {
    static constexpr const char* name = "exp_summand";
    template <class Scalar>
    static k::Vector<Scalar> of_vector(k::Vector<Scalar> x) {
        k::replace_by_exponentials<Scalar, 1>(&x);
        return x;
    }
    template <class Vector>
    static Vector of(Vector x) {
        using Scalar = decltype(k::first_lane(x));
        return of_vector<Scalar>(-k::abs(x));
    }
    static double exact(double x) { return exact<float>(x); }
    static DoubleDouble exact(DoubleDouble x) { return exact<double>(x); }

  private:
    template <class Scalar, class Exact>
    static Exact exact(Exact x) {
        const Exact result = exp(-abs(x));
        const double smallest = static_cast<double>(std::numeric_limits<Scalar>::min()) / std::sqrt(2.0);
        return result < smallest ? Exact(0) : result;
    }
};

struct Expm1 {
    static constexpr const char* name = "expm1";
    static auto of(auto x) { return k::expm1(x); }
    static auto exact(auto x) { return expm1(x); }
};

struct Log {
    static constexpr const char* name = "log";
    static auto of(auto x) { return k::log(x); }
    static auto exact(auto x) { return log(x); }
};

struct Log1p {
    static constexpr const char* name = "log1p";
    static auto of(auto x) { return k::log1p(x); }
    static auto exact(auto x) { return log1p(x); }
};

struct Tanh {
    static constexpr const char* name = "tanh";
    static auto of(auto x) { return k::tanh(x); }
    static auto fast(auto x) { return k::tanh<Accuracy::fast>(x); }
    static auto exact(auto x) { return tanh(x); }
};

struct Sigmoid {
    static constexpr const char* name = "sigmoid";
    static auto of(auto x) { return k::sigmoid(x); }
    static auto fast(auto x) { return k::sigmoid<Accuracy::fast>(x); }
    template <class Exact>
    static Exact exact(Exact x) {
        const Exact y = exp(-abs(x));
        return (x < 0 ? y : Exact(1)) / (1 + y);
    }
};

struct Silu {
    static constexpr const char* name = "silu";
    static auto of(auto x) { return k::silu(x); }
    static auto fast(auto x) { return k::silu<Accuracy::fast>(x); }
    template <class Exact>
    static Exact exact(Exact x) {
        if (isinf(x))
            return fmax(x, Exact(0));
        // Where the sigmoid has few digits left.
        return x < -600 ? -exp(x + log(-x)) : x * Sigmoid::exact(x);
    }
};

struct Softplus {
    static constexpr const char* name = "softplus";
    static auto of(auto x) { return k::softplus(x); }
    static auto fast(auto x) { return k::softplus<Accuracy::fast>(x); }
    template <class Exact>
    static Exact exact(Exact x) {
        return fmax(x, Exact(0)) + log1p(exp(-abs(x)));
    }
};

struct Erf {
    static constexpr const char* name = "erf";
    static auto of(auto x) { return k::erf(x); }
    static auto exact(auto x) { return erf(x); }
};

/// x erfc(−x/√2) / 2. What −x/√2 loses by rounding is made up for to first order: in the tail erfc is steep.
inline double exact_gelu(double x) {
    const auto [high, low] = double_double::sqrt_half;
    const double t = -x * high;
    const double lost = std::fma(-x, high, -t) - x * low;
    return x * (erfc(t) - double_double::two_over_sqrt_pi.high * exp(-t * t) * lost) / 2;
}

inline DoubleDouble exact_gelu(DoubleDouble x) {
    const DoubleDouble t = -x * double_double::sqrt_half;
    return t.high > 5 ? x * scaled_erfc(t) / 2 * exp(-t * t) : (1 + erf(-t)) / 2 * x;
}

struct Gelu {
    static constexpr const char* name = "gelu";
    static auto of(auto x) { return k::gelu(x); }
    static auto fast(auto x) { return k::gelu<Accuracy::fast>(x); }
    template <class Exact>
    static Exact exact(Exact x) {
        return isinf(x) ? fmax(x, Exact(0)) : exact_gelu(x);
    }
};

} // namespace elementary
