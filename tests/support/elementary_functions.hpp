#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/sweep.hpp"

#include <cmath>
#include <limits>

/// The functions of kernels/functions.hpp, each beside the same by the C library with more digits.
namespace elementary {

using burin::kernels::Accuracy;
namespace k = burin::kernels;

struct Exp {
    static constexpr const char* name = "exp";
    static auto of(auto x) { return k::exp(x); }
    static auto exact(auto x) { return std::exp(x); }
};

struct ExpNonpositive {
    static constexpr const char* name = "exp_nonpositive";
    static auto of(auto x) { return k::exp_nonpositive(-k::abs(x)); }
    static auto exact(auto x) { return std::exp(-std::abs(x)); }
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
    static auto exact(double x) { return exact<float>(x); }
    static auto exact(long double x) { return exact<double>(x); }

  private:
    template <class Scalar, class Exact>
    static Exact exact(Exact x) {
        const Exact result = std::exp(-std::abs(x));
        return result < Exact(std::numeric_limits<Scalar>::min()) / std::sqrt(Exact(2)) ? 0 : result;
    }
};

struct Expm1 {
    static constexpr const char* name = "expm1";
    static auto of(auto x) { return k::expm1(x); }
    static auto exact(auto x) { return std::expm1(x); }
};

struct Log {
    static constexpr const char* name = "log";
    static auto of(auto x) { return k::log(x); }
    static auto exact(auto x) { return std::log(x); }
};

struct Log1p {
    static constexpr const char* name = "log1p";
    static auto of(auto x) { return k::log1p(x); }
    static auto exact(auto x) { return std::log1p(x); }
};

struct Tanh {
    static constexpr const char* name = "tanh";
    static auto of(auto x) { return k::tanh(x); }
    static auto fast(auto x) { return k::tanh<Accuracy::fast>(x); }
    static auto exact(auto x) { return std::tanh(x); }
};

struct Sigmoid {
    static constexpr const char* name = "sigmoid";
    static auto of(auto x) { return k::sigmoid(x); }
    static auto fast(auto x) { return k::sigmoid<Accuracy::fast>(x); }
    template <class Exact>
    static Exact exact(Exact x) {
        return 1 / (1 + std::exp(-x));
    }
};

struct Silu {
    static constexpr const char* name = "silu";
    static auto of(auto x) { return k::silu(x); }
    static auto fast(auto x) { return k::silu<Accuracy::fast>(x); }
    template <class Exact>
    static Exact exact(Exact x) {
        return std::isinf(x) ? std::fmax(x, Exact(0)) : x / (1 + std::exp(-x));
    }
};

struct Softplus {
    static constexpr const char* name = "softplus";
    static auto of(auto x) { return k::softplus(x); }
    static auto fast(auto x) { return k::softplus<Accuracy::fast>(x); }
    template <class Exact>
    static Exact exact(Exact x) {
        return std::fmax(x, Exact(0)) + std::log1p(std::exp(-std::abs(x)));
    }
};

struct Erf {
    static constexpr const char* name = "erf";
    static auto of(auto x) { return k::erf(x); }
    static auto exact(auto x) { return std::erf(x); }
};

/// Φ(x) = erfc(−x/√2) / 2. What −x/√2 loses by rounding is made up for to first order: in the tail erfc is
/// steep.
template <class Exact>
Exact normal_distribution(Exact x) {
    constexpr long double sqrt_half = 0.707106781186547524400844362104849039L;
    constexpr auto high = static_cast<Exact>(sqrt_half);
    // √½ beyond a long double.
    constexpr auto low = sizeof(Exact) == sizeof(double)
                             ? static_cast<Exact>(sqrt_half - static_cast<long double>(high))
                             : static_cast<Exact>(1.8950325588932570797e-20L);
    const Exact t = -x * high;
    const Exact lost = std::fma(-x, high, -t) - x * low;
    constexpr auto two_over_sqrt_pi = static_cast<Exact>(1.12837916709551257389615890312154517L);
    return (std::erfc(t) - two_over_sqrt_pi * std::exp(-t * t) * lost) / 2;
}

struct Gelu {
    static constexpr const char* name = "gelu";
    static auto of(auto x) { return k::gelu(x); }
    static auto fast(auto x) { return k::gelu<Accuracy::fast>(x); }
    template <class Exact>
    static Exact exact(Exact x) {
        return std::isinf(x) ? std::fmax(x, Exact(0)) : x * normal_distribution(x);
    }
};

} // namespace elementary
