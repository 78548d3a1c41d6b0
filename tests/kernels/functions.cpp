#include "support/elementary_functions.hpp"
#include "support/random_numbers.hpp"
#include "support/ulps.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

using namespace burin;

namespace {

/// More digits than the type under test.
template <class Scalar>
using Exact = std::conditional_t<sizeof(Scalar) == sizeof(float), double, DoubleDouble>;

/// Emulators are slow, most of all at floating point.
#if defined(EMULATED)
constexpr std::size_t arguments_each = 500;
#else
constexpr std::size_t arguments_each = 10'000;
#endif

/// Numbers of all sizes: dense where the functions bend, sparse over all exponents, and the ends.
template <class Scalar>
const std::vector<Scalar>& arguments() {
    static const std::vector<Scalar> all = [] {
        using Limits = std::numeric_limits<Scalar>;
        constexpr std::size_t each = sizeof(Scalar) == sizeof(float) ? 4 * arguments_each : arguments_each;
        std::vector<Scalar> x;
        for (const double range : {1.0, 5.0, 16.0, 110.0, 750.0})
            for (const Scalar number :
                 random_numbers<Scalar>(each, static_cast<unsigned>(range), -range, range))
                x.push_back(number);
        for (const double exponent :
             random_numbers<double>(each, 3, Limits::min_exponent - Limits::digits, Limits::max_exponent)) {
            x.push_back(static_cast<Scalar>(std::exp2(exponent)));
            x.push_back(-x.back());
        }
        for (const Scalar end : {Scalar(0), Limits::denorm_min(), Limits::min(), Limits::epsilon(), Scalar(1),
                                 Limits::max(), Limits::infinity(), Limits::quiet_NaN()}) {
            x.push_back(end);
            x.push_back(-end);
        }
        return x;
    }();
    return all;
}

/// Whether the processor's vectors may take a number for 0: those of 32-bit Arm do with subnormal ones.
template <class Scalar>
bool may_be_zero([[maybe_unused]] Scalar number) {
#if defined(__arm__) && defined(__ARM_NEON)
    if (kernels::width<Scalar> > 1)
        return std::abs(number) < std::numeric_limits<Scalar>::min();
#endif
    return number == 0;
}

template <class Scalar, class Function>
std::vector<Scalar> values(Function function) {
    std::vector<Scalar> y(arguments<Scalar>().size());
    kernels::map(y.size(), y.data(), function, arguments<Scalar>().data());
    return y;
}

template <class Function, class Scalar>
void check_ulps(double bound) {
    const auto& x = arguments<Scalar>();
    const auto y = values<Scalar>([](auto v) { return Function::of(v); });
    double worst = 0;
    Scalar worst_at = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] != 0 && may_be_zero(x[i]))
            continue;
        const auto exact = Function::exact(static_cast<Exact<Scalar>>(x[i]));
        const bool both_zero = y[i] == 0 && may_be_zero(static_cast<Scalar>(exact));
        const double error = both_zero ? 0 : ulps(y[i], exact);
        if (error > worst) {
            worst = error;
            worst_at = x[i];
        }
    }
    INFO(std::string(Function::name) << " of " << doctest::toString(worst_at) << " is wrong by " << worst
                                     << " ulp");
    CHECK(worst <= bound);
}

/// |error| ≤ bound · max(|f(x)|, floor).
template <class Function, class Scalar>
void check_fast(double bound, double floor) {
    const auto& x = arguments<Scalar>();
    const auto y = values<Scalar>([](auto v) { return Function::fast(v); });
    double worst = 0;
    Scalar worst_at = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto exact = static_cast<double>(Function::exact(static_cast<Exact<Scalar>>(x[i])));
        const auto found = static_cast<double>(y[i]);
        if (found == exact || (std::isnan(found) && std::isnan(exact)))
            continue;
        const double error = std::abs(found - exact) / std::max(std::abs(exact), floor);
        if (!(error <= worst)) {
            worst = error;
            worst_at = x[i];
        }
    }
    INFO("fast " << std::string(Function::name) << " of " << doctest::toString(worst_at) << " is wrong by "
                 << worst);
    CHECK(worst <= bound);
}

template <class Function, class Scalar>
Scalar at(Scalar x) {
    return kernels::first_lane<Scalar>(Function::of(kernels::broadcast(x)));
}

// Without it products are rounded before they are added.
#if defined(__FMA__) || (defined(FP_FAST_FMA) && defined(FP_FAST_FMAF))
constexpr double gelu_bound = 2;
#else
constexpr double gelu_bound = 2.5;
#endif

} // namespace

TEST_CASE_TEMPLATE("elementary functions are within 2 units of the last place", Scalar, float, double) {
    using namespace elementary;
    check_ulps<Exp, Scalar>(1);
    check_ulps<ExpNonpositive, Scalar>(1);
    check_ulps<ExpSummand, Scalar>(1.1);
    check_ulps<Expm1, Scalar>(2);
    check_ulps<Log, Scalar>(1);
    check_ulps<Log1p, Scalar>(1.5);
    check_ulps<Tanh, Scalar>(1.5);
    check_ulps<Sigmoid, Scalar>(2);
    check_ulps<Silu, Scalar>(2);
    check_ulps<Softplus, Scalar>(2);
    check_ulps<Erf, Scalar>(2);
    check_ulps<Gelu, Scalar>(gelu_bound);
}

TEST_CASE_TEMPLATE("fast elementary functions are as close as documented", Scalar, float, double) {
    using namespace elementary;
    // What is smaller than these is not told from 0.
    const double smallest = sizeof(Scalar) == sizeof(float) ? 1e-30 : 1e-290;
    check_fast<Tanh, Scalar>(2e-6, smallest);
    check_fast<Sigmoid, Scalar>(7e-6, smallest);
    check_fast<Silu, Scalar>(7e-6, smallest);
    check_fast<Softplus, Scalar>(2e-5, smallest);
    check_fast<Gelu, Scalar>(5e-6, 1);
}

TEST_CASE_TEMPLATE("elementary functions keep the sign of zero and saturate", Scalar, float, double) {
    using namespace elementary;
    const Scalar infinity = std::numeric_limits<Scalar>::infinity();
    CHECK(std::signbit(at<Expm1>(Scalar(-0.0))));
    CHECK(std::signbit(at<Log1p>(Scalar(-0.0))));
    CHECK(std::signbit(at<Tanh>(Scalar(-0.0))));
    CHECK(std::signbit(at<Erf>(Scalar(-0.0))));
    CHECK(at<Exp>(Scalar(0)) == 1);
    CHECK(at<Exp>(-infinity) == 0);
    CHECK(at<Exp>(infinity) == infinity);
    CHECK(at<Expm1>(-infinity) == -1);
    CHECK(at<Log>(Scalar(0)) == -infinity);
    CHECK(at<Log>(infinity) == infinity);
    CHECK(std::isnan(at<Log>(Scalar(-1))));
    CHECK(at<Log1p>(Scalar(-1)) == -infinity);
    CHECK(at<Tanh>(infinity) == 1);
    CHECK(at<Tanh>(Scalar(-100)) == -1);
    CHECK(at<Sigmoid>(-infinity) == 0);
    CHECK(at<Sigmoid>(infinity) == 1);
    CHECK(at<Silu>(-infinity) == 0);
    CHECK(at<Softplus>(infinity) == infinity);
    CHECK(at<Erf>(-infinity) == -1);
    CHECK(at<Gelu>(-infinity) == 0);
    CHECK(at<Gelu>(infinity) == infinity);
}

TEST_CASE_TEMPLATE("gelu_gradient agrees with central differences", Scalar, float, double) {
    const auto x = random_numbers<double>(2'001, 1, -8, 8);
    std::vector<Scalar> in(x.begin(), x.end()), full(x.size()), fast(x.size());
    kernels::map(x.size(), full.data(), [](auto v) { return kernels::gelu_gradient(v); }, in.data());
    kernels::map(
        x.size(), fast.data(), [](auto v) { return kernels::gelu_gradient<kernels::Accuracy::fast>(v); },
        in.data());
    double worst = 0, worst_fast = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const DoubleDouble at = static_cast<double>(in[i]), step = 1e-6;
        const auto slope = static_cast<double>(
            (elementary::Gelu::exact(at + step) - elementary::Gelu::exact(at - step)) / (step + step));
        worst = std::max(worst, std::abs(static_cast<double>(full[i]) - slope));
        worst_fast = std::max(worst_fast, std::abs(static_cast<double>(fast[i]) - slope));
    }
    CHECK(worst <= (sizeof(Scalar) == sizeof(float) ? 2e-7 : 1e-11));
    CHECK(worst_fast <= 5e-5);
}
