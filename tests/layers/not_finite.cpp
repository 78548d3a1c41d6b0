// What layers make of what is no number, and of the largest numbers.

#include "burin/layers/activations.hpp"
#include "burin/layers/elementwise_merge.hpp"
#include "burin/layers/fast.hpp"
#include "burin/layers/pooling.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

using namespace burin;

namespace {

template <class Scalar>
constexpr Scalar no_number = std::numeric_limits<Scalar>::quiet_NaN();

/// Calls check(a type's value) for each.
template <class... Types>
void for_each_of(auto check) {
    (check(Types{}), ...);
}

template <class Check>
void for_each_activation(Check check) {
    for_each_of<ReLU, Hardtanh, LogSigmoid, Softsign, Mish, Fast<LogSigmoid>, LeakyReLU<>, ELU<>, SELU,
                Sigmoid, Tanh, Softplus, GELU, GELUTanh, SiLU, HardSigmoid, HardSwish, Fast<Sigmoid>,
                Fast<Tanh>, Fast<Softplus>, Fast<GELU>, Fast<GELUTanh>, Fast<SiLU>>(check);
}

/// Lengths with and without a rest beside whole vectors.
template <class Scalar>
std::vector<std::size_t> lengths() {
    constexpr std::size_t lanes = kernels::width<Scalar>;
    std::vector<std::size_t> result{1, lanes, lanes + 1, 37};
    if (lanes > 2)
        result.push_back(lanes - 1);
    return result;
}

/// The elements of y are no numbers where those of x are, and nowhere else.
template <class Scalar>
void check_same_places(std::span<const Scalar> x, std::span<const Scalar> y) {
    REQUIRE(x.size() == y.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        if (std::isnan(x[i]) != std::isnan(y[i])) {
            INFO("element " << i << " of " << x.size() << ": " << x[i] << " became " << y[i]);
            CHECK(false);
        }
    CHECK(true);
}

} // namespace

TEST_CASE_TEMPLATE("activations: what is no number stays so, and so does its gradient", Scalar, float,
                   double) {
    for_each_activation([]<class Activation>(Activation) {
        INFO(Activation::name().view());
        constexpr Reads reads = Activation::traits.input_gradient;
        for (const std::size_t length : lengths<Scalar>())
            for (std::size_t at = 0; at < length; ++at) {
                std::vector<Scalar> x(length, Scalar(0.5)), dy(length, Scalar(1)), y(length), dx(length);
                x[at] = no_number<Scalar>;
                kernels::map<Scalar>(
                    length, y.data(), [](auto v) { return Activation::value(v); },
                    static_cast<const Scalar*>(x.data()));
                check_same_places<Scalar>(x, y);
                // The gradient that comes is none either in a network, whose loss is none.
                dy[at] = no_number<Scalar>;
                const std::vector<Scalar>& from = reads.output ? y : x;
                kernels::map<Scalar>(
                    length, dx.data(), [](auto g, auto v) { return Activation::gradient(g, v); },
                    static_cast<const Scalar*>(dy.data()), static_cast<const Scalar*>(from.data()));
                check_same_places<Scalar>(x, dx);
            }
    });
}

namespace {

/// y and its derivative far below 0, where y is least + slope · x; far above it they are x and 1, or if y is
/// bounded `most` and 0.
struct Ends {
    double least = 0;
    double slope = 0;
    double most = 1;
    bool is_bounded = false;
    double tolerance = 2e-7;
};

template <class Scalar, class Activation>
void check_ends(const Ends& ends) {
    using V = kernels::Vector<Scalar>;
    for (const double size : {1e3, 1e10, 1e20, 1e30, static_cast<double>(std::numeric_limits<Scalar>::max()),
                              std::numeric_limits<double>::infinity()})
        for (const double x : {-size, size}) {
            const auto at = static_cast<Scalar>(x);
            const Scalar y = kernels::first_lane<Scalar>(Activation::value(V(at)));
            const Scalar dx = kernels::first_lane<Scalar>(
                Activation::gradient(V(Scalar(1)), V(Activation::traits.input_gradient.output ? y : at)));
            const double below = ends.slope > 0 ? ends.slope * x : ends.least;
            const double value = x < 0 ? below : (ends.is_bounded ? ends.most : x);
            const double gradient = x < 0 ? ends.slope : (ends.is_bounded ? 0 : 1);
            INFO(Activation::name().view() << " of " << x << ": " << y << ", derivative " << dx);
            if (std::is_same_v<Activation, HardSwish> && at == -std::numeric_limits<Scalar>::infinity())
                CHECK(std::isnan(y)); // −∞ · 0, as in PyTorch
            else if (std::isinf(value))
                CHECK(static_cast<double>(y) == value);
            else
                CHECK(std::abs(static_cast<double>(y) - value) <=
                      ends.tolerance * std::max(1.0, std::abs(value)));
            CHECK(std::abs(static_cast<double>(dx) - gradient) <= ends.tolerance);
        }
}

} // namespace

TEST_CASE_TEMPLATE("activations of the largest numbers are their limits, and so are their gradients", Scalar,
                   float, double) {
    check_ends<Scalar, ReLU>({});
    check_ends<Scalar, LeakyReLU<>>({.slope = 0.01});
    check_ends<Scalar, ELU<>>({.least = -1});
    check_ends<Scalar, Sigmoid>({.is_bounded = true});
    check_ends<Scalar, Tanh>({.least = -1, .is_bounded = true});
    check_ends<Scalar, Softplus>({});
    check_ends<Scalar, GELU>({});
    check_ends<Scalar, GELUTanh>({});
    check_ends<Scalar, SiLU>({});
    check_ends<Scalar, HardSigmoid>({.is_bounded = true});
    check_ends<Scalar, HardSwish>({});
    check_ends<Scalar, Clip<-2, 3>>({.least = -2, .most = 3, .is_bounded = true});
    check_ends<Scalar, LogSigmoid>({.slope = 1, .most = 0, .is_bounded = true});
    check_ends<Scalar, Softsign>({.least = -1, .is_bounded = true, .tolerance = 1e-3}); // 1 − 1/1000
    check_ends<Scalar, Mish>({});
    constexpr double fast = 1e-5;
    check_ends<Scalar, Fast<Sigmoid>>({.is_bounded = true, .tolerance = fast});
    check_ends<Scalar, Fast<Tanh>>({.least = -1, .is_bounded = true, .tolerance = fast});
    check_ends<Scalar, Fast<LogSigmoid>>({.slope = 1, .most = 0, .is_bounded = true, .tolerance = fast});
    check_ends<Scalar, Fast<Softplus>>({.tolerance = fast});
    check_ends<Scalar, Fast<GELU>>({.tolerance = fast});
    check_ends<Scalar, Fast<GELUTanh>>({.tolerance = fast});
    check_ends<Scalar, Fast<SiLU>>({.tolerance = fast});
}

TEST_CASE_TEMPLATE("Maximum and Minimum: what is no number comes out, in whatever order", Scalar, float,
                   double) {
    for_each_of<Maximum, Minimum>([]<class Merge>(Merge) {
        for (const std::size_t length : lengths<Scalar>())
            for (std::size_t at = 0; at < length; ++at)
                for (std::size_t which = 0; which < 3; ++which) {
                    std::vector<Scalar> x[3], y(length), dy(length, Scalar(1)), expected(length);
                    for (std::size_t i = 0; i < 3; ++i)
                        x[i].assign(length, static_cast<Scalar>(i));
                    x[which][at] = expected[at] = dy[at] = no_number<Scalar>;
                    const Scalar *const a = x[0].data(), *const b = x[1].data(), *const c = x[2].data();
                    kernels::map<Scalar>(
                        length, y.data(), [](auto... v) { return Merge::value(v...); }, a, b, c);
                    check_same_places<Scalar>(expected, y);
                    std::vector<Scalar> sum(length);
                    const auto add_gradient =
                        [&]<std::size_t Which>(std::integral_constant<std::size_t, Which>) {
                            kernels::map<Scalar>(
                                length, sum.data(),
                                [](auto s, auto g, auto... v) {
                                    return s + Merge::template gradient<Which>(g, std::array{v...});
                                },
                                static_cast<const Scalar*>(sum.data()), static_cast<const Scalar*>(dy.data()),
                                a, b, c);
                        };
                    add_gradient(std::integral_constant<std::size_t, 0>{});
                    add_gradient(std::integral_constant<std::size_t, 1>{});
                    add_gradient(std::integral_constant<std::size_t, 2>{});
                    check_same_places<Scalar>(expected, sum);
                }
    });
}

namespace {

/// One element of the input after the other is no number: so is the output of each window that it is in, and
/// of the input's gradient the element itself, whose gradient is that of these windows.
template <class Pool, class Scalar, std::size_t Length, std::size_t Channels>
void check_pool() {
    using Net = Sequential<Input<Length, Channels>, Pool>;
    constexpr auto windows = Pool::over(Shape(Length, Channels));
    constexpr auto along = windows.axes[2];
    INFO(Pool::name().view() << ", " << Channels << " channels");
    for (std::size_t at = 0; at < Length * Channels; ++at) {
        auto x = random_numbers<Scalar>(Length * Channels, 1);
        x[at] = no_number<Scalar>;
        std::vector<Scalar> expected(along.count * Channels), share(Length * Channels);
        for (std::size_t window = 0; window < along.count; ++window)
            for (std::size_t t = along.begin(window); t < along.end(window); ++t)
                for (std::size_t c = 0; c < Channels; ++c)
                    if (t * Channels + c == at)
                        expected[window * Channels + c] = no_number<Scalar>;
        LayerRun<Net, Scalar> run;
        check_same_places<Scalar>(expected, run.infer(x));
        if constexpr (Pool::pooling == burin::detail::Pooling::max) {
            const std::vector<Scalar> dy(along.count * Channels, Scalar(1));
            const auto dx = input_gradient<Scalar, Input<Length, Channels>, Pool>(x, dy);
            const auto hits =
                std::count_if(expected.begin(), expected.end(), [](Scalar y) { return std::isnan(y); });
            // The Probe hands on 1 · x, and of NaN · dy nothing but NaN.
            CHECK(dx[at] == static_cast<Scalar>(hits));
            Scalar all = 0;
            for (const Scalar d : dx)
                all += d;
            CHECK(all == static_cast<Scalar>(dy.size()));
        }
    }
}

template <class Scalar, std::size_t Channels>
void check_pools() {
    check_pool<MaxPool1D<3>, Scalar, 6, Channels>();
    check_pool<MaxPool1D<3, Stride<1>>, Scalar, 5, Channels>();
    check_pool<GlobalMaxPool1D, Scalar, 5, Channels>();
    check_pool<AdaptiveMaxPool1D<3>, Scalar, 5, Channels>();
    check_pool<AveragePool1D<2>, Scalar, 4, Channels>();
}

} // namespace

TEST_CASE_TEMPLATE("pooling: what is no number comes out of its windows, and its gradient goes back", Scalar,
                   float, double) {
    constexpr std::size_t lanes = kernels::width<Scalar>;
    check_pools<Scalar, 1>();
    check_pools<Scalar, lanes>();
    check_pools<Scalar, lanes + 1>();
    if constexpr (lanes > 2)
        check_pools<Scalar, lanes - 1>();
}
