// Sums over long axes keep their digits, and squares of large values do not overflow.

#include "burin/layers/batch_norm.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/group_norm.hpp"
#include "burin/layers/layer_norm.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/repeat_vector.hpp"
#include "burin/layers/softmax.hpp"
#include "burin/layers/time_distributed.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace burin;

namespace {

constexpr std::size_t length = std::size_t(1) << 18;

/// As docs/accuracy.md says.
constexpr double bound = 1e-6;

void check_near(float found, double expected) {
    INFO("found " << found << ", expected " << expected << ", error "
                  << std::abs(static_cast<double>(found) / expected - 1));
    CHECK(std::abs(static_cast<double>(found) - expected) <= bound * std::abs(expected));
}

/// Around 0.1, so that a running sum would round most terms in the same direction.
std::vector<float> long_numbers(unsigned seed) {
    return random_numbers<float>(length, seed, 0.0999, 0.1003);
}

template <class Term>
double exact_sum(Term term) {
    double sum = 0;
    for (std::size_t i = 0; i < length; ++i)
        sum += term(i);
    return sum;
}

double of(float x) {
    return static_cast<double>(x);
}

} // namespace

TEST_CASE("a mean over 2^18 places keeps its digits") {
    const auto x = long_numbers(1);
    const double expected = exact_sum([&](std::size_t i) { return of(x[i]); }) / length;
    check_near(LayerRun<Sequential<Input<length, 1>, GlobalAveragePool1D>, float, 1>{}.infer(x)[0], expected);
    check_near(LayerRun<Sequential<Input<512, 512, 1>, GlobalAveragePool2D>, float, 1>{}.infer(x)[0],
               expected);
    check_near(LayerRun<Sequential<Input<length, 1>, AdaptiveAveragePool1D<1>>, float, 1>{}.infer(x)[0],
               expected);
}

TEST_CASE("kernels::sum and column_sums of 2^18 terms keep their digits") {
    const auto x = long_numbers(2);
    const double expected = exact_sum([&](std::size_t i) { return of(x[i]); });
    check_near(kernels::sum<float>(length, [](const auto& v) { return v; }, x.data()), expected);
    for (const std::size_t columns :
         {std::size_t(1), std::size_t(3), kernels::width<float>, 4 * kernels::width<float>}) {
        std::vector<float> repeated;
        for (const float each : x)
            repeated.insert(repeated.end(), columns, each);
        std::vector<float> sums(columns);
        kernels::column_sums(repeated.data(), length, columns, sums.data(), false);
        for (const float sum : sums)
            check_near(sum, expected);
    }
}

TEST_CASE("softmax of 2^18 logits keeps its digits") {
    const auto x = long_numbers(7);
    const double sum = exact_sum([&](std::size_t i) { return std::exp(of(x[i])); });
    const auto y = LayerRun<Sequential<Input<length>, Softmax>, float, 1>{}.infer(x);
    check_near(y[0], std::exp(of(x[0])) / sum);
    check_near(LayerRun<Sequential<Input<length>, LogSoftmax>, float, 1>{}.infer(x)[0],
               of(x[0]) - std::log(sum));
}

TEST_CASE("RepeatVector: the gradient of 2^18 copies keeps its digits") {
    const auto dy = long_numbers(8), one = std::vector<float>{1};
    const auto dx = input_gradient<float, Input<1>, RepeatVector<length>>(one, dy);
    check_near(dx[0], exact_sum([&](std::size_t i) { return of(dy[i]); }));
}

TEST_CASE("gradients over 2^18 places keep their digits: kernels and biases") {
    const auto x = long_numbers(3), dy = long_numbers(4);
    const double of_bias = exact_sum([&](std::size_t i) { return of(dy[i]); });
    const auto product = [&](std::size_t shift) {
        return exact_sum(
            [&](std::size_t i) { return i + shift < length ? of(x[i + shift]) * of(dy[i]) : 0; });
    };
    LayerRun<Sequential<Input<length, 1>, Conv1D<1, 1>>, float, 1> pointwise;
    pointwise.train(x, dy);
    check_near(pointwise.gradients->data()[0], product(0));
    check_near(pointwise.gradients->data()[1], of_bias);
    LayerRun<Sequential<Input<length, 1>, Conv1D<1, 2>>, float, 1> pairs;
    pairs.train(x, std::span(dy).first(length - 1));
    check_near(pairs.gradients->data()[1], product(1));
    LayerRun<Sequential<Input<512, 512, 1>, Conv2D<1, 3, Same>>, float, 1> image;
    image.train(x, dy);
    check_near(image.gradients->data()[4], product(0));
    LayerRun<Sequential<Input<length, 1>, TimeDistributed<Dense<1>>>, float, 1> dense;
    dense.train(x, dy);
    check_near(dense.gradients->data()[0], product(0));
    check_near(dense.gradients->data()[1], of_bias);
}

TEST_CASE("normalisations over 2^18 values keep their digits") {
    auto x = long_numbers(5);
    const auto dy = long_numbers(6);
    for (std::size_t i = 0; i < length; ++i)
        x[i] += i % 2 == 0 ? 1.0f : 0.0f;
    const double mean = exact_sum([&](std::size_t i) { return of(x[i]); }) / length;
    const double variance =
        exact_sum([&](std::size_t i) { return (of(x[i]) - mean) * (of(x[i]) - mean); }) / length;
    const double inverse = 1 / std::sqrt(variance + 1e-5);
    const double of_weight =
        exact_sum([&](std::size_t i) { return of(dy[i]) * (of(x[i]) - mean) * inverse; });
    const double of_bias = exact_sum([&](std::size_t i) { return of(dy[i]); });
    const double magnitude =
        exact_sum([&](std::size_t i) { return std::abs(of(dy[i]) * (of(x[i]) - mean) * inverse); });
    const auto check = [&]<class Net>(std::type_identity<Net>, std::size_t weight, std::size_t bias) {
        LayerRun<Net, float, 1> run;
        auto parameters = run.parameters->all();
        std::fill(parameters.begin(), parameters.begin() + static_cast<std::ptrdiff_t>(bias - weight), 1.0f);
        const auto y = run.train(x, dy);
        for (const std::size_t i : {std::size_t(0), std::size_t(1), length - 1})
            check_near(y[i], (of(x[i]) - mean) * inverse);
        if (bias - weight > 1)
            return;
        CHECK(std::abs(of(run.gradients->data()[weight]) - of_weight) <= bound * magnitude);
        check_near(run.gradients->data()[bias], of_bias);
    };
    check(std::type_identity<Sequential<Input<length, 1>, BatchNorm<>>>{}, 0, 1);
    check(std::type_identity<Sequential<Input<length, 1>, InstanceNorm<>>>{}, 0, 1);
    check(std::type_identity<Sequential<Input<length>, LayerNorm<>>>{}, 0, length);
    check(std::type_identity<Sequential<Input<512, 512>, LayerNorm<LastAxes<2>>>>{}, 0, length);

    // The gradients of a LayerNorm's parameters are sums over all rows.
    LayerRun<Sequential<Input<length / 4, 4>, LayerNorm<>>, float, 1> rows;
    std::fill_n(rows.parameters->data(), 4, 1.0f);
    rows.train(x, dy);
    for (std::size_t c = 0; c < 4; ++c) {
        double sum = 0;
        for (std::size_t i = c; i < length; i += 4)
            sum += of(dy[i]);
        check_near(rows.gradients->data()[4 + c], sum);
    }
}

namespace {

/// Of values of such a size, and of values of size 1: y is the same, as ε then counts for nothing.
template <class LayerType, class Scalar>
void check_large(double size) {
    using Net = Sequential<Input<6, 8>, LayerType>;
    constexpr std::size_t rows = 3, count = rows * 6 * 8;
    const auto x = random_numbers<double>(count, 1, 1, 30);
    std::vector<Scalar> small(count), large(count);
    for (std::size_t i = 0; i < count; ++i) {
        small[i] = static_cast<Scalar>(x[i]);
        large[i] = static_cast<Scalar>(x[i] * size);
    }
    LayerRun<Net, Scalar> run;
    std::fill_n(run.parameters->data(), 8, Scalar(1));
    const std::vector<Scalar> dy(count, Scalar(1));
    const auto expected = run.train(small, dy), found = run.train(large, dy);
    for (std::size_t i = 0; i < count; ++i) {
        INFO(LayerType::name().view()
             << " of " << large[i] << ": " << found[i] << ", of " << small[i] << ": " << expected[i]);
        CHECK(std::abs(found[i] - expected[i]) <= Scalar(1e-5));
    }
}

template <class Scalar>
void check_large_values(double size) {
    check_large<LayerNorm<>, Scalar>(size);
    check_large<RMSNorm<>, Scalar>(size);
    check_large<BatchNorm<>, Scalar>(size);
    check_large<GroupNorm<2>, Scalar>(size);
    check_large<InstanceNorm<>, Scalar>(size);
}

} // namespace

TEST_CASE("normalisations of values whose squares overflow") {
    check_large_values<float>(1e20);
    check_large_values<float>(1e36);
    check_large_values<double>(1e200);
}

TEST_CASE("normalisations of equal values are 0") {
    const auto check = []<class Net>(std::type_identity<Net>) {
        LayerRun<Net, float> run;
        std::fill_n(run.parameters->data(), parameter_count<Net> / 2, 1.0f);
        const std::vector<float> x(input_shape<Net>.size() * 5, 3.7f), dy(x.size(), 1.0f);
        for (const float y : run.infer(x))
            CHECK(y == 0);
        for (const float y : run.train(x, dy))
            CHECK(y == 0);
    };
    check(std::type_identity<Sequential<Input<33>, LayerNorm<>>>{});
    check(std::type_identity<Sequential<Input<5, 7>, LayerNorm<LastAxes<2>>>>{});
    check(std::type_identity<Sequential<Input<11, 9>, GroupNorm<3>>>{});
    check(std::type_identity<Sequential<Input<11, 9>, InstanceNorm<>>>{});
}

TEST_CASE("BatchNorm: one value a channel leaves the running variance alone") {
    using Net = Sequential<Input<3>, BatchNorm<>>;
    LayerRun<Net, float> run;
    const std::vector<float> x{5, -1, 2}, dy(3, 1.0f);
    std::fill_n(run.parameters->data(), 3, 1.0f);
    float* const statistics = run.parameters->statistics();
    std::fill_n(statistics + 3, 3, 4.0f);
    const auto y = run.train(x, dy);
    for (std::size_t c = 0; c < 3; ++c) {
        CHECK(y[c] == 0);
        CHECK(std::abs(statistics[c] - 0.1f * x[c]) < 1e-6f);
        CHECK(statistics[3 + c] == 4);
    }
}
