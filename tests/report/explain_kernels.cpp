#include "burin/report/explain_kernels.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/gru.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/quantization/quantized_predictor.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

using namespace burin;
using report::KernelRow;

namespace {

using Digits = Sequential<Input<784>, Dense<128>, ReLU, Dense<10>>;

std::string line(const KernelRow& row) {
    return std::to_string(row.step) + " " + row.place + " " + row.layer + " | " + row.what + " | " +
           row.extents;
}

std::vector<std::string> lines(const std::vector<KernelRow>& rows) {
    std::vector<std::string> all;
    for (const KernelRow& row : rows)
        all.push_back(line(row));
    return all;
}

} // namespace

TEST_CASE("explain_kernels: a row for each step of a training plan, with what is fused and its extents") {
    const auto rows = report::kernel_rows<Digits, 32, recipes::training>(kernels::machines::avx512);
    CHECK(lines(rows) == std::vector<std::string>{
                             "0 0 Dense<128> + ReLU | forward | 32 × 784 × 128",
                             "1 2 Dense<10> | forward | 32 × 128 × 10",
                             "2 2  | loss and its gradient | 32 × 10",
                             "3 2 Dense<10> | weight gradient | 32 × 128 × 10",
                             "4 2 Dense<10> · ReLU' | input gradient | 32 × 128 × 10",
                             "5 0 Dense<128> | weight gradient | 32 × 784 × 128",
                         });
}

TEST_CASE("explain_kernels: the choice is the one that the loops execute on that processor") {
    const auto of = [](const kernels::Machine& machine, std::size_t step) {
        return report::kernel_rows<Digits, 32, recipes::training>(machine)[step].choice;
    };
    const kernels::Hints far_left{.is_dense = true, .left_is_far = true, .shares_code = true};
    for (const kernels::Machine& machine : {kernels::machines::zen1, kernels::machines::avx2,
                                            kernels::machines::avx512, kernels::machines::neon}) {
        CHECK(of(machine, 0) ==
              describe(choose(kernels::Product::forward, {32, 784, 128}, sizeof(float), machine, far_left))
                  .view());
        CHECK(of(machine, 5) == describe(choose(kernels::Product::weight_gradient, {784, 32, 128},
                                                sizeof(float), machine, {.shares_code = true}))
                                    .view());
    }
    CHECK(of(kernels::machines::avx512, 0) != of(kernels::machines::avx2, 0));
    // A matrix of one panel that is wider than two vectors has no code of its own when training.
    using Wide = Sequential<Input<30>, Dense<20>>;
    CHECK(report::kernel_rows<Wide, 2, recipes::training>(kernels::machines::avx2)[0].choice ==
          describe(choose(kernels::Product::forward, {2, 30, 20}, sizeof(float), kernels::machines::avx2,
                          far_left))
              .view());
    // Nine samples are eight and one.
    using Deep = Sequential<Input<64>, Dense<64>, ReLU, Dense<64>>;
    const auto input_gradient = [](std::size_t rows) {
        const kernels::Extents e{rows, 64, 64};
        return std::string(
            describe(choose_input_gradient(e, sizeof(float), kernels::machines::avx512)).view());
    };
    const std::string nine =
        report::kernel_rows<Deep, 9, recipes::training>(kernels::machines::avx512)[4].choice;
    CHECK(nine == "8 samples: " + input_gradient(9) + "; 1 sample: " + input_gradient(1));
}

TEST_CASE("explain_kernels: convolutions, recurrent cells and layers over time say which products they are") {
    using Images = Sequential<Input<8, 8, 3>, Conv2D<16, 3>, ReLU, MaxPool2D<2>, Flatten, Dense<10>>;
    CHECK(lines(report::kernel_rows<Images, 2>()) == std::vector<std::string>{
                                                         "0 0 Conv2D<16, 3> + ReLU | forward | 72 × 27 × 16",
                                                         "1 2 MaxPool2D<2> | forward | 2 × 144",
                                                         "2 4 Dense<10> | forward | 2 × 144 × 10",
                                                     });
    using Series = Sequential<Input<5, 3>, LSTM<8, ReturnSequences>, TimeDistributed<Dense<2>>>;
    CHECK(lines(report::kernel_rows<Series, 4>()) ==
          std::vector<std::string>{
              "0 0 LSTM<8, ReturnSequences> | steps | 4 × 5 × 8",
              "0 0 LSTM<8, ReturnSequences> | inputs: forward | 20 × 3 × 32",
              "0 0 LSTM<8, ReturnSequences> | each step: forward | 4 × 8 × 32",
              "1 1 TimeDistributed<Dense<2>> | forward | 20 × 8 × 2",
          });
}

TEST_CASE("explain_kernels: a transposed convolution goes forward as the input gradient of a convolution") {
    using Upscaling = Sequential<Input<4, 4, 3>, Conv2DTranspose<8, 2, Stride<2>>>;
    using kernels::ConvolutionProduct;
    // From the pixels of its output, 8 × 8 × 8, to those of its input.
    constexpr kernels::Convolution c =
        burin::detail::ConvolutionOptions<2, 2, Stride<2>>::convolution(Shape(8, 8, 8), 3);
    for (const kernels::Machine& machine : {kernels::machines::avx2, kernels::machines::avx512}) {
        const auto choice = [&](ConvolutionProduct product) {
            return std::string(describe(choose_convolution(product, c, sizeof(float), machine)).view());
        };
        const auto rows = report::kernel_rows<Upscaling, 2, recipes::training>(machine);
        CHECK(lines(rows) == std::vector<std::string>{
                                 "0 0 Conv2DTranspose<8, 2, Stride<2>> | forward | 32 × 32 × 3",
                                 "1 0  | loss and its gradient | 2 × 512",
                                 "2 0 Conv2DTranspose<8, 2, Stride<2>> | weight gradient | 32 × 32 × 3",
                             });
        CHECK(rows[0].choice == choice(ConvolutionProduct::input_gradient));
        CHECK(rows[2].choice == choice(ConvolutionProduct::weight_gradient));
    }
}

TEST_CASE("explain_kernels: layers that are computed strip by strip have rows of one step") {
    using Images = Sequential<Input<8, 8, 16>, DepthwiseConv2D<3, Same>, ReLU, Conv2D<16, 1>, ReLU>;
    const auto& machine = kernels::machines::avx512;
    const auto rows = report::kernel_rows<Images, 1>(machine);
    CHECK(lines(rows) == std::vector<std::string>{
                             "0 0 DepthwiseConv2D<3, Same> + ReLU | forward | 64 × 9 × 16",
                             "0 2 Conv2D<16, 1> + ReLU | forward | 64 × 16 × 16",
                         });
    CHECK(rows[0].choice.find("strips of ") == 0);
    CHECK(report::kernel_rows<Images, 1, recipes::training>(machine)[0].choice.find("strips") ==
          std::string::npos);
}

TEST_CASE("explain_kernels: 8-bit integers have choices of their own") {
    using Images = Sequential<Input<8, 8, 16>, Conv2D<16, 3>, ReLU, DepthwiseConv2D<3>, Flatten, Dense<10>>;
    const auto& machine = kernels::machines::avx2;
    const auto rows = report::kernel_rows<Images, 1, recipes::quantized>(machine);
    CHECK(lines(rows) == std::vector<std::string>{
                             "0 0 Conv2D<16, 3> + ReLU | forward | 36 × 144 × 16",
                             "1 2 DepthwiseConv2D<3> | forward | 16 × 9 × 16",
                             "2 4 Dense<10> | forward | 1 × 256 × 10",
                         });
    CHECK(rows[2].choice == describe(kernels::choose_int8({1, 256, 10}, machine)).view());
    CHECK(rows[2].choice != report::kernel_rows<Images, 1>(machine)[2].choice);
}

namespace {

/// A layer that is not one of Burin's.
struct Doubled : Op {
    static constexpr Text<64> name() { return "Doubled"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }
    template <class Context>
    static void forward(const Context& run) noexcept {
        for (std::size_t i = 0; i < Context::Shapes::output.size() * run.rows; ++i)
            run.output[i] = 2 * run.inputs[0][i];
    }
};

} // namespace

TEST_CASE("explain_kernels: what has no choice says what it is") {
    using Merged = Sequential<Input<6>, Residual<Tanh>, Parallel<Concat, Dense<2>, Dense<3>>>;
    const auto rows = report::kernel_rows<Merged, 1>();
    REQUIRE(rows.size() == 5);
    CHECK(rows[0].choice == "a sweep of vectors");
    CHECK(rows[1].choice == "loops of vectors");
    CHECK(rows[4].choice == "a copy");
    CHECK(report::explain_kernels<Merged, 1>().find("a copy") != std::string::npos);
    CHECK(report::kernel_rows<Sequential<Input<6>, Doubled>>()[0].choice == "the layer's own code");
    CHECK(report::machine_name(kernels::machines::avx512_vnni) == "avx512_vnni");
}
