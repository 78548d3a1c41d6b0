#include "burin/quantization/fake_quantize.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "reference/fake_quantize.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/network_gradient.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

using namespace burin;
namespace r = reference::fake_quantize;

namespace {

template <class Scalar>
std::vector<Scalar> to(std::span<const double> numbers) {
    return {numbers.begin(), numbers.end()};
}

constexpr std::size_t size = 37;

/// The layer behind a Probe that multiplies by 1, whose gradient is then x · dx.
template <class Scalar, class LayerType, std::size_t Size = size>
struct Probed {
    using Net = Sequential<Input<Size>, Probe, LayerType>;
    LayerRun<Net, Scalar> run;

    Probed() { std::fill_n(run.parameters->data(), Size, Scalar(1)); }
    std::span<Scalar> range() const { return {run.parameters->statistics(), 2}; }
};

/// dw as the layer has it, row-major.
template <class Net>
std::vector<float> row_major(const Gradients<Net, float>& gradients, const char* name) {
    const auto view = gradients[name];
    std::vector<float> numbers(view.size());
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = view[i];
    return numbers;
}

template <class InputLayer, class LayerType>
void check_weighted(const auto& x, const auto& dy, const auto& y, const auto& dx, const auto& weight,
                    const auto& dweight, const auto& bias, const auto& dbias) {
    using Net = Sequential<InputLayer, Probe, quantization::FakeQuantizedWeights<LayerType>>;
    constexpr std::size_t inputs = input_shape<Net>.size();
    const double tolerance = 3e-6;
    LayerRun<Net, float> run;
    std::fill_n(run.parameters->data(), inputs, 1.0F);
    const auto set = [&](const char* name, std::span<const double> numbers) {
        const auto view = (*run.parameters)[name];
        REQUIRE(view.size() == numbers.size());
        for (std::size_t i = 0; i < view.size(); ++i)
            view[i] = static_cast<float>(numbers[i]);
    };
    set("1.weight", weight);
    set("1.bias", bias);
    check_close(run.infer(to<float>(x)), y, tolerance);
    check_close(run.train(to<float>(x), to<float>(dy)), y, tolerance);
    check_close(row_major(*run.gradients, "1.weight"), dweight, tolerance);
    check_close(row_major(*run.gradients, "1.bias"), dbias, tolerance);
    std::vector<double> products(inputs);
    for (std::size_t i = 0; i < std::size(x); ++i)
        products[i % inputs] += x[i] * dx[i];
    check_close(run.gradients->all().first(inputs), products, tolerance);
}

} // namespace

TEST_CASE_TEMPLATE("FakeQuantize agrees with PyTorch: moving range, outputs, straight-through gradients",
                   Scalar, float, double) {
    const Probed<Scalar, FakeQuantize<0.1>> probed;
    const std::span<const double> x(r::x), dy(r::dy), y(r::y), dx(r::dx);
    for (std::size_t batch = 0; batch < 3; ++batch) {
        CAPTURE(batch);
        const auto part = [&](std::span<const double> all) { return all.subspan(batch * size, size); };
        check_close(probed.run.train(to<Scalar>(part(x)), to<Scalar>(part(dy))), part(y), 2e-7);
        check_close(probed.range(), std::span(r::range).subspan(2 * batch, 2), 2e-7);
        const quantization::Range range{static_cast<float>(probed.range()[0]),
                                        static_cast<float>(probed.range()[1])};
        CHECK(quantization::scale_of(range).scale == doctest::Approx(r::scale[batch]).epsilon(1e-6));
        CHECK(quantization::scale_of(range).zero_point == r::zero_point[batch]);
        std::vector<double> products(size);
        for (std::size_t i = 0; i < size; ++i)
            products[i] = part(x)[i] * part(dx)[i];
        check_close(probed.run.gradients->all(), products, 2e-7);
        // Inference rounds with the range that training left, and leaves it.
        check_close(probed.run.infer(to<Scalar>(part(x))), part(y), 2e-7);
    }
    // The third batch is narrower than the range; the second is clamped.
    CHECK(std::count(std::begin(r::dx), std::end(r::dx), 0.0) > 5);
}

TEST_CASE("FakeQuantize rounds as scale.hpp does, whatever the number") {
    const Probed<float, FakeQuantize<>> probed;
    const std::vector<quantization::Range> ranges{{-1, 1}, {0, 6}, {-0.1F, 3.7F}, {-5, 0}, {-1e-20F, 1e-20F}};
    for (const quantization::Range& range : ranges) {
        probed.range()[0] = range.min;
        probed.range()[1] = range.max;
        const quantization::Scale scale = quantization::scale_of(range);
        for (unsigned seed = 0; seed < 20; ++seed) {
            const auto min = static_cast<double>(range.min), max = static_cast<double>(range.max);
            auto x = random_numbers<float>(size, seed, min * 1.5 - max * 0.2, max * 1.5 - min * 0.2);
            // Ties, zeros and what no integer stands for.
            x[0] = scale.scale * 0.5F;
            x[1] = scale.scale * -1.5F;
            x[2] = 0;
            x[3] = 1e30F;
            x[4] = -1e30F;
            const auto y = probed.run.infer(x);
            for (std::size_t i = 0; i < size; ++i)
                CHECK(y[i] == quantization::dequantized(quantization::quantized(x[i], scale), scale));
        }
    }
}

TEST_CASE("FakeQuantize: without a range it does nothing") {
    const Probed<double, FakeQuantize<>> probed;
    const auto x = random_numbers(size, 3);
    check_close(probed.run.infer(x), x, 0);
    const std::vector<double> zeros(size);
    const auto dy = random_numbers(size, 4);
    check_close(probed.run.train(zeros, dy), zeros, 0);
    CHECK(probed.range()[0] == 0);
    CHECK(probed.range()[1] == 0);
}

TEST_CASE("FakeQuantization: NaN stays, has no gradient and does not count in a range") {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    const kernels::FakeQuantization<float> quantization{0.5F, -100, 155};
    std::array<float, 19> x, y, dx, ones;
    ones.fill(1);
    for (std::size_t at = 0; at < x.size(); ++at) {
        x.fill(1.3F);
        x[at] = nan;
        kernels::map<float>(x.size(), y.data(), [&](auto v) { return quantization.value(v); }, x.data());
        kernels::map<float>(
            x.size(), dx.data(), [&](auto dy, auto v) { return quantization.gradient(dy, v); }, ones.data(),
            x.data());
        for (std::size_t i = 0; i < x.size(); ++i) {
            CHECK(std::isnan(y[i]) == (i == at));
            CHECK(dx[i] == (i == at ? 0 : 1));
        }
        const auto seen = kernels::extremes_with_zero(x.data(), x.size());
        CHECK(seen.least == 0);
        CHECK(seen.largest == 1.3F);
    }
}

TEST_CASE("FakeQuantize: the range of any number of elements, and always 0 in it") {
    const auto check = [](auto probed, double shift) {
        constexpr std::size_t count = engine::Network<typename decltype(probed)::Net>::input_shapes[0].size();
        auto x = random_numbers(2 * count, 7, shift, shift + 1);
        probed.run.train(x, x);
        CHECK(probed.range()[0] == std::min(0.0, *std::min_element(x.begin(), x.end())));
        CHECK(probed.range()[1] == std::max(0.0, *std::max_element(x.begin(), x.end())));
    };
    for (const double shift : {-0.5, 2.0, -3.0}) {
        check(Probed<double, FakeQuantize<>, 1>(), shift);
        check(Probed<double, FakeQuantize<>, 4>(), shift);
        check(Probed<double, FakeQuantize<>, 17>(), shift);
    }
}

// What rounding does has no derivative that is of use: 0 nearly everywhere. The straight-through gradient is
// that of a smooth function with the same clamps, x ↦ min(max(x, lowest), highest). Its central differences
// are the expected values, at points that are more than a step from a bound.
TEST_CASE("FakeQuantize: the gradient is that of clamping, by central differences") {
    const Probed<double, FakeQuantize<1e-9>> probed;
    probed.range()[0] = -0.7;
    probed.range()[1] = 1.3;
    const quantization::Scale scale = quantization::scale_of({-0.7F, 1.3F});
    const double step = static_cast<double>(scale.scale);
    const double lowest = step * (core::int8_min - scale.zero_point),
                 highest = step * (core::int8_max - scale.zero_point);
    auto x = random_numbers(size, 5, -2, 2);
    for (double& one : x)
        for (const double bound : {lowest, highest})
            if (std::abs(one - bound) < step)
                one = bound + 2 * step;
    const auto dy = random_numbers(size, 6);
    probed.run.train(x, dy);
    std::size_t clamped = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const double h = 1e-5;
        const double above = std::clamp(x[i] + h, lowest, highest),
                     below = std::clamp(x[i] - h, lowest, highest);
        const double expected = dy[i] * (above - below) / (2 * h);
        CHECK(probed.run.gradients->all()[i] / x[i] == doctest::Approx(expected).epsilon(1e-6));
        clamped += expected == 0;
    }
    CHECK(clamped > 5);
    CHECK(clamped < size - 5);
}

TEST_CASE("layers with fake-quantized weights agree with PyTorch in both directions") {
    check_weighted<Input<5>, Dense<19>>(r::dense_x, r::dense_dy, r::dense_y, r::dense_dx, r::dense_weight,
                                        r::dense_dweight, r::dense_bias, r::dense_dbias);
    check_weighted<Input<4, 5, 2>, Conv2D<19, 3, Padding<1>>>(r::conv_x, r::conv_dy, r::conv_y, r::conv_dx,
                                                              r::conv_weight, r::conv_dweight, r::conv_bias,
                                                              r::conv_dbias);
    check_weighted<Input<4, 5, 5>, DepthwiseConv2D<3>>(
        r::depthwise_x, r::depthwise_dy, r::depthwise_y, r::depthwise_dx, r::depthwise_weight,
        r::depthwise_dweight, r::depthwise_bias, r::depthwise_dbias);
}

namespace {

/// Weights that are whole multiples of their column's scale stay as they are, so the layer is the plain one:
/// all its gradients can be checked, those of the input and of the bias by central differences.
template <std::size_t Rows, std::size_t Columns>
void check_columns() {
    using Net = Sequential<Input<Rows>, Probe, quantization::FakeQuantizedWeights<Dense<Columns>>>;
    using Plain = Sequential<Input<Rows>, Probe, Dense<Columns>>;
    LayerRun<Net> run;
    LayerRun<Plain> plain;
    const auto start = random_numbers(parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), run.parameters->data());
    *run.parameters = {};
    const auto view = (*run.parameters)["1.weight"];
    for (std::size_t column = 0; column < Columns; ++column) {
        const auto unit = static_cast<double>(quantization::weight_scale(static_cast<float>(column + 1)));
        for (std::size_t row = 0; row < Rows; ++row) // One of them is the largest.
            view[row * Columns + column] =
                unit * (row == 0 ? -127 : static_cast<int>(31 * row + column) % 127 - 63);
    }
    std::copy(start.begin(), start.begin() + Rows, run.parameters->data());
    std::copy(start.end() - Columns, start.end(), run.parameters->all().end() - Columns);
    plain.parameters->values = run.parameters->values;
    const auto x = random_numbers(3 * Rows, 2), dy = random_numbers(3 * Columns, 3);
    check_close(run.train(x, dy), plain.train(x, dy), 1e-6);
    check_close(run.gradients->all(), plain.gradients->all(), 1e-6);
    // Moved by a third of a step they are rounded back.
    for (std::size_t i = Columns; i < view.size(); ++i)
        view[i] += static_cast<double>(quantization::weight_scale(static_cast<float>(i % Columns + 1))) / 3;
    check_close(run.train(x, dy), plain.train(x, dy), 1e-6);
    check_close(run.gradients->all(), plain.gradients->all(), 1e-6);
}

} // namespace

TEST_CASE("fake-quantized weights: each column has its own scale, for any number of them") {
    check_columns<1, 1>();
    check_columns<3, 3>();
    check_columns<5, 8>();
    check_columns<2, 17>();
    check_columns<7, 37>();
}
