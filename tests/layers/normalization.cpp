#include "reference/normalization.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/group_norm.hpp"
#include "burin/layers/layer_norm.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/network_gradient.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace burin;
namespace r = reference::normalization;

namespace {

template <class Scalar, class Numbers>
std::vector<Scalar> to(const Numbers& numbers) {
    return {std::begin(numbers), std::end(numbers)};
}

using Image = Input<3, 2, 6>;

/// A layer with its parameters and statistics, behind a Probe that does nothing.
template <class Scalar, class LayerType>
struct Run {
    using Net = Sequential<Image, Probe, LayerType>;
    LayerRun<Net, Scalar> run;

    template <class... Values>
    explicit Run(const Values&... values) {
        Scalar* next = run.parameters->data();
        next = std::fill_n(next, Shape(3, 2, 6).size(), Scalar(1));
        ((next = std::copy(std::begin(values), std::end(values), next)), ...);
        REQUIRE(next == run.parameters->data() + parameter_count<Net> + statistics_count<Net>);
    }

    static constexpr double tolerance = sizeof(Scalar) == 8 ? 1e-12 : 3e-6;

    void check(const auto& y, const auto& dx, const auto&... gradients) {
        const auto x = to<Scalar>(r::x), dy = to<Scalar>(r::dy);
        check_close(run.train(x, dy), y, tolerance);
        // The Probe's gradient is Σ x · dx over the two samples.
        constexpr std::size_t size = Shape(3, 2, 6).size();
        std::vector<double> products(size);
        for (std::size_t i = 0; i < 2 * size; ++i)
            products[i % size] += r::x[i] * dx[i];
        const auto found = run.gradients->all();
        check_close(found.first(size), products, 3 * tolerance);
        std::size_t offset = size;
        [[maybe_unused]] const auto check_one = [&](const auto& expected) {
            check_close(found.subspan(offset, std::size(expected)), expected, 3 * tolerance);
            offset += std::size(expected);
        };
        (check_one(gradients), ...);
    }

    std::span<const Scalar> statistics() const {
        return {run.parameters->statistics(), statistics_count<Net>};
    }
};

} // namespace

TEST_CASE_TEMPLATE("BatchNorm agrees with PyTorch: training, its running statistics, inference", Scalar,
                   float, double) {
    Run<Scalar, BatchNorm<>> batch(r::weight, r::bias, r::mean, r::var);
    check_close(batch.run.infer(to<Scalar>(r::x)), r::frozen_y, batch.tolerance);
    batch.check(r::batch_y, r::batch_dx, r::batch_dweight, r::batch_dbias);
    check_close(batch.statistics().first(6), r::moved_mean, batch.tolerance);
    check_close(batch.statistics().last(6), r::moved_var, batch.tolerance);
}

TEST_CASE("BatchNorm: momentum and epsilon are options") {
    Run<double, BatchNorm<RunningMomentum<0.3>, Epsilon<0.01>>> batch(r::weight, r::bias, r::mean, r::var);
    batch.check(r::batch_options_y, r::batch_options_dx, r::batch_options_dweight, r::batch_options_dbias);
    check_close(batch.statistics().first(6), r::moved_mean_options, 1e-12);
    CHECK(BatchNorm<>::name().view() == "BatchNorm");
    CHECK(BatchNorm<RunningMomentum<0.3>, Epsilon<0.01>>::name().view() ==
          "BatchNorm<RunningMomentum<0.3>, Epsilon<0.01>>");
}

TEST_CASE("a frozen BatchNorm uses the running statistics and leaves them and its parameters as they are") {
    Run<double, Frozen<BatchNorm<>>> batch(r::weight, r::bias, r::mean, r::var);
    using Net = decltype(batch)::Net;
    static_assert(trained_count<Net> == 36 && parameter_count<Net> == 48);
    batch.check(r::frozen_y, r::frozen_dx);
    check_close(batch.statistics().first(6), r::mean, 0);
    check_close(batch.statistics().last(6), r::var, 0);
}

namespace {

/// Moments of each of C channels, far from 0, against sums in double.
template <std::size_t Channels>
void check_moments(std::size_t rows) {
    std::vector<float> x(rows * Channels);
    const auto noise = random_numbers<float>(x.size(), 5, -std::sqrt(3.0), std::sqrt(3.0));
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = 1000 + static_cast<float>(i % Channels) + noise[i];
    std::vector<float> mean(Channels), variance(Channels);
    kernels::column_moments<Channels>(x.data(), rows, mean.data(), variance.data());
    for (std::size_t c = 0; c < Channels; ++c) {
        double sum = 0, squares = 0;
        for (std::size_t row = 0; row < rows; ++row)
            sum += static_cast<double>(x[row * Channels + c]);
        const double expected = sum / static_cast<double>(rows);
        for (std::size_t row = 0; row < rows; ++row) {
            const double deviation = static_cast<double>(x[row * Channels + c]) - expected;
            squares += deviation * deviation;
        }
        INFO("channel " << c << " of " << Channels << ", " << rows << " rows");
        // Half a unit in the last place of means from 1024 on.
        CHECK(std::abs(static_cast<double>(mean[c]) - expected) < 6.2e-5);
        CHECK(static_cast<double>(variance[c]) ==
              doctest::Approx(squares / static_cast<double>(rows)).epsilon(5e-6));
    }
}

} // namespace

TEST_CASE(
    "column moments of float are accurate: mean 1000, deviation 1, for any number of columns and rows") {
    check_moments<1>(100'003);
    check_moments<3>(10'007);
    check_moments<8>(1'000);
    check_moments<17>(300);
    check_moments<37>(129);
    check_moments<64>(128);
    check_moments<5>(1);
    check_moments<7>(6);
}

TEST_CASE("BatchNorm: gradients match central differences for 1, SIMD width ± 1 and primes") {
    check_layer_gradients<Input<1>, BatchNorm<>>(5);
    check_layer_gradients<Input<3>, BatchNorm<>, Tanh>();
    check_layer_gradients<Input<2, 5>, BatchNorm<>, ReLU>();
    check_layer_gradients<Input<17>, BatchNorm<>>();
    check_layer_gradients<Input<5>, Frozen<BatchNorm<>>, Sigmoid>();
}

TEST_CASE("BatchNorm of a single value gives its bias, and numbers, not NaN") {
    LayerRun<Sequential<Input<3>, BatchNorm<>, Dense<1>>> run;
    const std::vector<double> x{1, 2, 3}, dy{1};
    std::fill_n(run.parameters->data(), 9, 0.5);
    const auto y = run.train(x, dy);
    CHECK(y[0] == doctest::Approx(3 * 0.25));
    for (double gradient : run.gradients->all())
        CHECK(std::isfinite(gradient));
}

TEST_CASE_TEMPLATE("LayerNorm agrees with PyTorch", Scalar, float, double) {
    Run<Scalar, LayerNorm<>>(r::weight, r::bias)
        .check(r::layer_y, r::layer_dx, r::layer_dweight, r::layer_dbias);
}

TEST_CASE("RMSNorm, GroupNorm and InstanceNorm agree with PyTorch") {
    Run<double, RMSNorm<>>(r::weight).check(r::rms_y, r::rms_dx, r::rms_dweight);
    Run<double, GroupNorm<3>>(r::weight, r::bias)
        .check(r::group3_y, r::group3_dx, r::group3_dweight, r::group3_dbias);
    Run<double, InstanceNorm<>>(r::weight, r::bias)
        .check(r::instance_y, r::instance_dx, r::instance_dweight, r::instance_dbias);
}

TEST_CASE("norms without scale, without shift and without both agree with PyTorch") {
    Run<double, BatchNorm<NoScale, NoBias>> batch(r::mean, r::var);
    check_close(batch.run.infer(to<double>(r::x)), r::plain_frozen_y, batch.tolerance);
    batch.check(r::plain_batch_y, r::plain_batch_dx);
    Run<double, Frozen<BatchNorm<NoScale, NoBias>>>(r::mean, r::var)
        .check(r::plain_frozen_y, r::plain_frozen_dx);
    Run<double, BatchNorm<NoScale>>(r::bias, r::mean, r::var)
        .check(r::shift_batch_y, r::shift_batch_dx, r::shift_batch_dbias);
    Run<double, LayerNorm<NoScale, NoBias>>().check(r::plain_layer_y, r::plain_layer_dx);
    Run<double, LayerNorm<NoBias>>(r::weight).check(r::scale_layer_y, r::scale_layer_dx,
                                                    r::scale_layer_dweight);
    Run<double, LayerNorm<NoScale>>(r::bias).check(r::shift_layer_y, r::shift_layer_dx, r::shift_layer_dbias);
    Run<double, RMSNorm<NoScale>>().check(r::plain_rms_y, r::plain_rms_dx);
    Run<double, GroupNorm<3, NoBias>>(r::weight).check(r::scale_group_y, r::scale_group_dx,
                                                       r::scale_group_dweight);
    Run<double, GroupNorm<3, NoScale>>(r::bias).check(r::shift_group_y, r::shift_group_dx,
                                                      r::shift_group_dbias);
    Run<double, InstanceNorm<NoScale, NoBias>>().check(r::plain_instance_y, r::plain_instance_dx);
    CHECK(BatchNorm<NoScale, Epsilon<0.5>, NoBias>::name().view() ==
          "BatchNorm<NoScale, Epsilon<0.5>, NoBias>");
    CHECK(GroupNorm<3, NoBias>::name().view() == "GroupNorm<3, NoBias>");
}

TEST_CASE("LayerNorm over two axes and GroupNorm of one group agree with PyTorch") {
    Run<double, LayerNorm<LastAxes<2>>>(r::two_weight, r::two_bias)
        .check(r::layer_two_y, r::layer_two_dx, r::layer_two_dweight, r::layer_two_dbias);
    Run<double, GroupNorm<1>>(r::weight, r::bias)
        .check(r::group1_y, r::group1_dx, r::group1_dweight, r::group1_dbias);
    CHECK(LayerNorm<LastAxes<2>, Epsilon<0.5>>::name().view() == "LayerNorm<LastAxes<2>, Epsilon<0.5>>");
    CHECK(GroupNorm<4, Epsilon<0.5>>::name().view() == "GroupNorm<4, Epsilon<0.5>>");
    CHECK(!GroupNorm<4>::infer_shape(std::array{Shape(3, 6)}).fits());
    CHECK(!LayerNorm<LastAxes<2>>::infer_shape(std::array{Shape(3)}).fits());
}

TEST_CASE(
    "normalisations of each sample: gradients match central differences for 1, SIMD width ± 1 and primes") {
    check_layer_gradients<Input<1>, LayerNorm<>>();
    check_layer_gradients<Input<5, 3>, LayerNorm<>, ReLU>();
    check_layer_gradients<Input<2, 17>, RMSNorm<>>();
    check_layer_gradients<Input<3, 4>, Frozen<RMSNorm<>>, Tanh>();
    check_layer_gradients<Input<7, 10>, GroupNorm<5>, Tanh>();
    check_layer_gradients<Input<3, 3>, InstanceNorm<>>();
    check_layer_gradients<Input<150, 1>, LayerNorm<NoScale>>(); // Sums of many rows, block by block.
}

TEST_CASE("normalisations of float keep their digits where the mean is 1000 and the deviation 1") {
    const auto noise = random_numbers<float>(64, 5, -1.7, 1.7);
    std::vector<float> x(64);
    double mean = 0, squares = 0;
    for (std::size_t i = 0; i < 64; ++i) {
        x[i] = 1000 + noise[i];
        mean += static_cast<double>(x[i]) / 64;
    }
    for (float value : x)
        squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean) / 64;
    std::vector<double> expected;
    for (float value : x)
        expected.push_back((static_cast<double>(value) - mean) / std::sqrt(squares + 1e-5));
    const auto check = [&]<class LayerType, class InputLayer>() {
        LayerRun<Sequential<InputLayer, LayerType>, float, 64> run;
        std::fill_n(
            run.parameters->data(),
            LayerType::parameters(std::array{input_shape<Sequential<InputLayer, LayerType>>})[0].shape.size(),
            1.0f);
        // Half a unit in the last place of the mean.
        check_close(run.train(x, x), expected, 5e-5);
    };
    check.operator()<LayerNorm<>, Input<64>>();
    check.operator()<GroupNorm<1>, Input<16, 4>>();
    check.operator()<BatchNorm<>, Input<1>>();
}
