// Elementary functions of arrays in the first-level cache, in nanoseconds an element: Burin's, in full and in
// fast accuracy, a loop over the C library's, and the same composed of xsimd's.

#include "burin/kernels/functions.hpp"
#include "burin/kernels/sweep.hpp"

#include "machine.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace {

namespace k = burin::kernels;
using k::Accuracy;

#if defined(BURIN_SCALAR)
#error "xsimd is one of the peers"
#endif

template <class Scalar>
struct Arrays {
    static constexpr std::size_t count = 1024;
    alignas(64) std::array<Scalar, count> x, y;
};

/// The fastest of a few turns, in nanoseconds an element.
template <class Scalar, class Sweep>
double turn(Arrays<Scalar>& arrays, Sweep sweep, double best) {
    constexpr std::size_t passes = 16;
    const auto start = machine::Clock::now();
    for (std::size_t pass = 0; pass < passes; ++pass) {
        sweep();
        benchmark::DoNotOptimize(arrays.y.data());
        benchmark::ClobberMemory();
    }
    return std::min(best, machine::seconds_since(start) * 1e9 / static_cast<double>(passes * arrays.count));
}

template <class Scalar, class Own, class Fast, class Xsimd, class Library>
void compare(benchmark::State& state, double low, double high, Own own, Fast fast, Xsimd xsimd,
             Library library) {
    Arrays<Scalar> arrays;
    for (std::size_t i = 0; i < arrays.count; ++i) // an order that no branch predictor guesses
        arrays.x[i] = static_cast<Scalar>(low + (high - low) * static_cast<double>(i * 619 % arrays.count) /
                                                    static_cast<double>(arrays.count));
    const auto vectors = [&](auto function) {
        return [&arrays, function] { k::map(arrays.count, arrays.y.data(), function, arrays.x.data()); };
    };
    const auto loop = [&] {
        for (std::size_t i = 0; i < arrays.count; ++i)
            arrays.y[i] = library(arrays.x[i]);
    };
    // They take turns, so that all see the same clock and the same neighbours.
    constexpr double forever = std::numeric_limits<double>::infinity();
    double full_ns = forever, fast_ns = forever, xsimd_ns = forever, library_ns = forever;
    for (auto _ : state) {
        full_ns = turn(arrays, vectors(own), full_ns);
        if constexpr (requires(k::Vector<Scalar> v) {
                          { fast(v) } -> std::same_as<k::Vector<Scalar>>;
                      })
            fast_ns = turn(arrays, vectors(fast), fast_ns);
        xsimd_ns = turn(arrays, vectors(xsimd), xsimd_ns);
        library_ns = turn(arrays, loop, library_ns);
    }
    state.counters["libm_ns"] = library_ns;
    state.counters["xsimd_ns"] = xsimd_ns;
    state.counters["full_ns"] = full_ns;
    state.counters["libm/full"] = library_ns / full_ns;
    state.counters["xsimd/full"] = xsimd_ns / full_ns;
    if (fast_ns < forever) {
        state.counters["fast_ns"] = fast_ns;
        state.counters["full/fast"] = full_ns / fast_ns;
    }
}

struct None {};

template <class Scalar>
void exp(benchmark::State& state) {
    compare<Scalar>(
        state, -10, 10, [](auto x) { return k::exp(x); }, None{}, [](auto x) { return xsimd::exp(x); },
        [](auto x) { return std::exp(x); });
}

template <class Scalar>
void exp_nonpositive(benchmark::State& state) {
    compare<Scalar>(
        state, -20, 0, [](auto x) { return k::exp_nonpositive(x); }, None{},
        [](auto x) { return xsimd::exp(x); }, [](auto x) { return std::exp(x); });
}

template <class Scalar>
void expm1(benchmark::State& state) {
    compare<Scalar>(
        state, -5, 5, [](auto x) { return k::expm1(x); }, None{}, [](auto x) { return xsimd::expm1(x); },
        [](auto x) { return std::expm1(x); });
}

template <class Scalar>
void log(benchmark::State& state) {
    compare<Scalar>(
        state, 1e-3, 10, [](auto x) { return k::log(x); }, None{}, [](auto x) { return xsimd::log(x); },
        [](auto x) { return std::log(x); });
}

template <class Scalar>
void log1p(benchmark::State& state) {
    compare<Scalar>(
        state, 0, 10, [](auto x) { return k::log1p(x); }, None{}, [](auto x) { return xsimd::log1p(x); },
        [](auto x) { return std::log1p(x); });
}

template <class Scalar>
void tanh(benchmark::State& state) {
    compare<Scalar>(
        state, -5, 5, [](auto x) { return k::tanh(x); }, [](auto x) { return k::tanh<Accuracy::fast>(x); },
        [](auto x) { return xsimd::tanh(x); }, [](auto x) { return std::tanh(x); });
}

template <class Scalar>
void sigmoid(benchmark::State& state) {
    const k::Vector<Scalar> one(Scalar(1));
    compare<Scalar>(
        state, -5, 5, [](auto x) { return k::sigmoid(x); },
        [](auto x) { return k::sigmoid<Accuracy::fast>(x); },
        [one](auto x) { return one / (one + xsimd::exp(-x)); },
        [](auto x) { return 1 / (1 + std::exp(-x)); });
}

template <class Scalar>
void silu(benchmark::State& state) {
    const k::Vector<Scalar> one(Scalar(1));
    compare<Scalar>(
        state, -5, 5, [](auto x) { return k::silu(x); }, [](auto x) { return k::silu<Accuracy::fast>(x); },
        [one](auto x) { return x / (one + xsimd::exp(-x)); }, [](auto x) { return x / (1 + std::exp(-x)); });
}

template <class Scalar>
void softplus(benchmark::State& state) {
    const k::Vector<Scalar> zero(Scalar(0));
    compare<Scalar>(
        state, -5, 5, [](auto x) { return k::softplus(x); },
        [](auto x) { return k::softplus<Accuracy::fast>(x); },
        [zero](auto x) { return xsimd::max(x, zero) + xsimd::log1p(xsimd::exp(-xsimd::abs(x))); },
        [](auto x) { return std::max(x, Scalar(0)) + std::log1p(std::exp(-std::abs(x))); });
}

template <class Scalar>
void erf(benchmark::State& state) {
    compare<Scalar>(
        state, -3, 3, [](auto x) { return k::erf(x); }, None{}, [](auto x) { return xsimd::erf(x); },
        [](auto x) { return std::erf(x); });
}

template <class Scalar>
void gelu(benchmark::State& state) {
    constexpr auto sqrt_half = Scalar(0.70710678118654752440);
    const k::Vector<Scalar> half(Scalar(0.5)), factor(sqrt_half);
    compare<Scalar>(
        state, -5, 5, [](auto x) { return k::gelu(x); }, [](auto x) { return k::gelu<Accuracy::fast>(x); },
        [=](auto x) { return x * (half + half * xsimd::erf(x * factor)); },
        [](auto x) { return x * std::erfc(-x * sqrt_half) / 2; });
}

#define BENCHMARK_FUNCTION(name)                                                                             \
    BENCHMARK_TEMPLATE(name, float)->Iterations(100);                                                        \
    BENCHMARK_TEMPLATE(name, double)->Iterations(50)

BENCHMARK_FUNCTION(exp);
BENCHMARK_FUNCTION(exp_nonpositive);
BENCHMARK_FUNCTION(expm1);
BENCHMARK_FUNCTION(log);
BENCHMARK_FUNCTION(log1p);
BENCHMARK_FUNCTION(tanh);
BENCHMARK_FUNCTION(sigmoid);
BENCHMARK_FUNCTION(silu);
BENCHMARK_FUNCTION(softplus);
BENCHMARK_FUNCTION(erf);
BENCHMARK_FUNCTION(gelu);

} // namespace
