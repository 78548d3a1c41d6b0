#include "burin/layers/embedding_bag.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/streamer.hpp"
#include "reference/embedding_bag.hpp"
#include "support/central_differences.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace burin;
namespace r = reference::embedding_bag;

namespace {

template <class Scalar, class Numbers>
std::vector<Scalar> to(const Numbers& numbers) {
    return {std::begin(numbers), std::end(numbers)};
}

template <class Scalar, class Layer>
void check_bag(const auto& dy, const auto& y, const auto& dw) {
    INFO(std::string(Layer::name().view()));
    const double tolerance = sizeof(Scalar) == 8 ? 1e-14 : 1e-6;
    LayerRun<Sequential<Input<5>, Layer>, Scalar> run;
    std::copy(std::begin(r::w), std::end(r::w), run.parameters->data());
    check_close(run.infer(to<Scalar>(r::tokens)), y, tolerance);
    run.gradients->values.fill(7); // What was there before does not matter.
    check_close(run.train(to<Scalar>(r::tokens), to<Scalar>(dy)), y, tolerance);
    check_close(run.gradients->all(), dw, tolerance);
}

template <class Layer>
using Weighted =
    Graph<Inputs<Node<"tokens", Input<5>>, Node<"weights", Input<5>>>, Node<"scaled", Probe, From<"weights">>,
          Node<"bag", Layer, From<"tokens", "scaled">>, Outputs<"bag">>;

} // namespace

TEST_CASE("EmbeddingBag agrees with PyTorch") {
    check_bag<float, EmbeddingBag<7, 3>>(r::dy, r::mean_y, r::mean_dw);
    check_bag<double, EmbeddingBag<7, 3, Add, PaddingIndex<0>>>(r::dy, r::sum_y, r::sum_dw);
    check_bag<double, EmbeddingBag<7, 3, Maximum>>(r::dy, r::largest_y, r::largest_dw);
    check_bag<double, EmbeddingBag<7, 3, Average, PaddingIndex<2>>>(r::dy, r::padded_y, r::padded_dw);
    check_bag<double, EmbeddingBag<7, 3, Add, MaxNorm<0.8>>>(r::dy, r::limited_y, r::limited_dw);
}

TEST_CASE("Embedding with MaxNorm agrees with PyTorch") {
    check_bag<double, Embedding<7, 3, PaddingIndex<2>, MaxNorm<0.7>>>(r::line_dy, r::line_y, r::line_dw);
}

TEST_CASE("EmbeddingBag with PerSampleWeights agrees with PyTorch") {
    using Net = Weighted<EmbeddingBag<7, 3, Add, PerSampleWeights, PaddingIndex<6>>>;
    LayerRun<Net> run;
    const auto weights = to<double>(r::weights);
    run.inputs[1] = weights.data();
    std::fill_n(run.parameters->data(), 5, 1.0);
    std::copy(std::begin(r::w), std::end(r::w), run.parameters->data() + 5);
    check_close(run.train(to<double>(r::tokens), to<double>(r::dy)), r::weighted_y, 1e-14);
    const std::span<const double> gradients = run.gradients->all();
    check_close(gradients.subspan(5), r::weighted_dw, 1e-14);
    // The Probe's gradient is that of the weights, times the weights.
    for (std::size_t t = 0; t < 5; ++t)
        CHECK(gradients[t] == doctest::Approx(r::weighted_dweights[t] * r::weights[t] +
                                              r::weighted_dweights[5 + t] * r::weights[5 + t]));
}

TEST_CASE("EmbeddingBag: what is no token is left out, and NaN stays one") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> none{-1, nan, 3}, some{1, nan, 2};
    LayerRun<Sequential<Input<3>, EmbeddingBag<3, 1>>> mean;
    LayerRun<Sequential<Input<3>, EmbeddingBag<3, 1, Maximum>>> largest;
    for (auto* const values : {mean.parameters->data(), largest.parameters->data()}) {
        values[1] = -4;
        values[2] = -2;
    }
    CHECK(mean.infer(none) == std::vector<double>{0});
    CHECK(mean.infer(some) == std::vector<double>{-3});
    CHECK(largest.infer(none) == std::vector<double>{0});
    CHECK(largest.infer(some) == std::vector<double>{-2});
    largest.parameters->data()[1] = nan;
    CHECK(largest.infer(some)[0] != largest.infer(some)[0]);
}

TEST_CASE("EmbeddingBag: names, sentences, and no stream") {
    CHECK(EmbeddingBag<7, 3, Add, PerSampleWeights, MaxNorm<1.5>>::name().view() ==
          "EmbeddingBag<7, 3, Add, PerSampleWeights, MaxNorm<1.5>>");
    CHECK(problem_of<Sequential<Input<3, 2>, EmbeddingBag<3, 1>>>().find("`[T]` of tokens") !=
          std::string::npos);
    CHECK(problem_of<Sequential<Input<3>, EmbeddingBag<3, 1, Add, PerSampleWeights>>>().find("two inputs") !=
          std::string::npos);
    CHECK(problem_of<Sequential<Input<3>, EmbeddingBag<3, 1, Maximum, PerSampleWeights>>>().find(
              "with `Add`") != std::string::npos);
    static_assert(!can_stream<Sequential<Input<3>, EmbeddingBag<3, 1>>>);
}
