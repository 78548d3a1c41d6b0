#include "burin/kernels/int8/choose.hpp"
#include "burin/kernels/int8/quad_depthwise.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace burin;
using namespace burin::kernels;

namespace {

constexpr Convolution convolution(std::size_t kernel, std::size_t channels, std::size_t filters,
                                  std::size_t groups = 1) {
    const ConvolutionAxis axis{.input = 12, .kernel = kernel, .before = kernel / 2, .output = 12};
    return {{ConvolutionAxis{}, axis, axis}, channels, filters, groups};
}

constexpr Int8Choice tiles(DotProduct dot_product, std::size_t block, std::size_t rows, std::size_t columns) {
    return {dot_product, Int8Way::tiles, block, rows, columns};
}

constexpr Int8Choice panels(DotProduct dot_product) {
    return {dot_product, Int8Way::panels, 2, 4, 16};
}

} // namespace

TEST_CASE("choose_int8: one row is dot products, as wide as the instruction") {
    const auto one = [](const Machine& machine) { return choose_int8({1, 784, 128}, machine); };
    CHECK(one(machines::scalar) == tiles(DotProduct::scalar, 1, 1, 2));
    CHECK(one(machines::cortex_m4) == tiles(DotProduct::smlad, 4, 1, 4));
    CHECK(one(machines::cortex_m55) == tiles(DotProduct::helium, 16, 1, 2));
    CHECK(one(machines::neon) == tiles(DotProduct::neon, 16, 1, 4));
    CHECK(one(machines::neon_dot) == tiles(DotProduct::neon_dot, 16, 1, 4));
    CHECK(one(machines::sse2) == tiles(DotProduct::sse2, 16, 1, 4));
    const auto unpacked = [](const Machine& machine) { return choose_int8({1, 784, 128}, machine, false); };
    CHECK(unpacked(machines::zen1) == tiles(DotProduct::avx2, 32, 1, 4));
    CHECK(unpacked(machines::avx2) == tiles(DotProduct::avx2, 32, 1, 4));
    CHECK(unpacked(machines::avx_vnni) == tiles(DotProduct::avx_vnni, 32, 1, 4));
    CHECK(unpacked(machines::avx512) == tiles(DotProduct::avx2, 32, 1, 4));
    CHECK(unpacked(machines::avx512_vnni) == tiles(DotProduct::avx512_vnni, 64, 1, 4));
}

TEST_CASE("choose_int8: weights are packed beforehand where four products are added at once") {
    const auto quads = [](std::size_t rows, std::size_t columns) {
        return Int8Choice{DotProduct::avx512_vnni, Int8Way::quads, 4, rows, columns};
    };
    const auto of = [](std::size_t rows, std::size_t channels) {
        return choose_int8({rows, 784, channels}, machines::avx512_vnni);
    };
    CHECK(of(1, 128) == quads(1, 64));
    CHECK(of(2, 128) == quads(6, 64));
    CHECK(of(100, 100) == quads(6, 64));
    CHECK(of(100, 48) == quads(8, 48));
    CHECK(of(100, 17) == quads(8, 32));
    CHECK(of(1, 10) == quads(1, 16));
    const auto narrow = [](const Machine& machine, std::size_t channels) {
        return choose_int8({100, 784, channels}, machine);
    };
    CHECK(narrow(machines::avx2, 128) == Int8Choice{DotProduct::avx2, Int8Way::quads, 4, 2, 32});
    CHECK(narrow(machines::zen1, 16) == Int8Choice{DotProduct::avx2, Int8Way::quads, 4, 4, 16});
    CHECK(narrow(machines::avx_vnni, 16) == Int8Choice{DotProduct::avx_vnni, Int8Way::quads, 4, 4, 16});
    CHECK(narrow(machines::avx512, 128) == Int8Choice{DotProduct::avx2, Int8Way::quads, 4, 6, 32});
    // Rows of more than 32 KiB are not copied.
    CHECK(choose_int8({100, 32769, 16}, machines::avx2).way == Int8Way::tiles);
}

TEST_CASE("choose_int8: from eight rows on weights are packed into panels, where AVX2 has pairs") {
    for (const Machine& machine :
         {machines::zen1, machines::avx2, machines::avx_vnni, machines::avx512, machines::avx512_vnni}) {
        CHECK(choose_int8({8, 784, 128}, machine, false) == panels(machine.dot_product));
        CHECK(choose_int8({7, 784, 128}, machine, false).way == Int8Way::tiles);
        CHECK(choose_int8({8, 1025, 128}, machine, false).way == Int8Way::tiles); // Its rows have no room.
    }
    CHECK(choose_int8({64, 784, 128}, machines::sse2) == tiles(DotProduct::sse2, 16, 1, 4));
    CHECK(choose_int8({64, 784, 128}, machines::neon) == tiles(DotProduct::neon, 16, 2, 4));
    CHECK(choose_int8({64, 784, 128}, machines::cortex_m4) == tiles(DotProduct::smlad, 4, 2, 2));
    CHECK(choose_int8({64, 784, 128}, machines::cortex_m55) == tiles(DotProduct::helium, 16, 2, 2));
    CHECK(choose_int8({64, 784, 128}, machines::scalar) == tiles(DotProduct::scalar, 1, 2, 2));
}

TEST_CASE("choose_int8_convolution: pixels are rows as they lie where the kernel is one of them") {
    CHECK(!choose_int8_convolution(convolution(1, 16, 32), 1, machines::avx2).copies_patches);
    CHECK(choose_int8_convolution(convolution(3, 16, 32), 1, machines::avx2).copies_patches);
    CHECK(choose_int8_convolution(convolution(1, 16, 32, 2), 1, machines::avx2).copies_patches);
    // So is an image that its only output sees whole, but where weights are packed for taps apart.
    Convolution whole = convolution(1, 16, 32);
    whole.axes[1] = {.input = 5, .kernel = 5, .stride = 3};
    whole.axes[2] = {};
    CHECK(!choose_int8_convolution(whole, 1, machines::cortex_m4).copies_patches);
    CHECK(choose_int8_convolution(whole, 1, machines::avx2).copies_patches);
    whole.axes[1].before = 1;
    CHECK(choose_int8_convolution(whole, 1, machines::cortex_m4).copies_patches);
    CHECK(choose_int8_convolution(convolution(3, 16, 32), 1, machines::avx2, false).way == Int8Way::panels);
    CHECK(choose_int8_convolution(convolution(3, 128, 32), 1, machines::avx2, false).way == Int8Way::tiles);
    // Bands of an image that fit a stack.
    const auto way = [](std::size_t dilation) {
        Convolution c = convolution(3, 256, 32);
        c.axes[1] =
            c.axes[2] = {.input = 300, .kernel = 3, .dilation = dilation, .output = 300 - 2 * dilation};
        return choose_int8_convolution(c, 1, machines::avx512_vnni).way;
    };
    CHECK(way(1) == Int8Way::quads);
    CHECK(way(64) == Int8Way::tiles);
}

TEST_CASE("int8_quad_layout and int8_depthwise_layout: what lies beside each other is one segment") {
    const Int8QuadLayout layout = int8_quad_layout(convolution(3, 3, 20), {16, 128});
    CHECK(layout.segments == 3);
    CHECK(layout.segment_depth == 9);
    CHECK(layout.quads() == 3);
    CHECK(layout.vectors() == 2);
    CHECK(layout.group_bytes() == 3 * 3 * 2 * 64);
    CHECK(int8_quad_layout(convolution(3, 4, 20, 2), {16, 128}).segments == 9);
    const Int8DepthwiseLayout three = int8_depthwise_layout(convolution(3, 80, 80, 80), {16, 128}),
                              four = int8_depthwise_layout(convolution(4, 16, 16, 16), {16, 128});
    CHECK(three.lines == 2); // Their taps of a column fill a quad.
    CHECK(three.quads() == 3);
    CHECK(three.slabs() == 2);
    CHECK(three.pitch(1) == 16);
    CHECK(four.lines == 1);
    CHECK(four.quads() == 4);
}

TEST_CASE("choose_int8_depthwise: pairs of taps, lanes, or one by one") {
    const auto way = [](const Convolution& c, const Machine& machine) {
        return choose_int8_depthwise(c, machine).way;
    };
    const Convolution plain = convolution(3, 32, 32, 32), doubled = convolution(3, 32, 64, 32),
                      large = convolution(7, 32, 32, 32);
    for (const Machine& machine : {machines::cortex_m4, machines::zen1, machines::avx512_vnni}) {
        CHECK(choose_int8_depthwise(plain, machine, false).way == Int8Way::pairs);
        CHECK(way(doubled, machine) == Int8Way::one_by_one);
    }
    CHECK(way(plain, machines::zen1) == Int8Way::depthwise_quads);
    CHECK(way(plain, machines::avx512_vnni) == Int8Way::depthwise_quads);
    CHECK(way(large, machines::avx512_vnni) == Int8Way::depthwise_quads);
    CHECK(choose_int8_depthwise(large, machines::avx2, false).way == Int8Way::pairs);
    CHECK(way(large, machines::cortex_m4) == Int8Way::one_by_one); // 49 taps are more than 26.
    for (const Machine& machine :
         {machines::scalar, machines::cortex_m55, machines::sse2, machines::neon, machines::neon_dot}) {
        CHECK(way(plain, machine) == Int8Way::lanes);
        CHECK(way(doubled, machine) == Int8Way::one_by_one);
    }
    CHECK(choose_int8_depthwise(plain, machines::scalar).block == 4);
    CHECK(choose_int8_depthwise(plain, machines::sse2).block == 16);
    CHECK(way(convolution(3, 8, 8, 8), machines::sse2) == Int8Way::one_by_one); // Fewer than a block.
}

TEST_CASE("describe: a choice of 8 bits in one phrase") {
    CHECK(describe(choose_int8({64, 784, 128}, machines::avx2, false)).view() ==
          "AVX2, 4 × 16 register tiles, weights packed into panels");
    CHECK(describe(choose_int8_convolution(convolution(3, 16, 32), 1, machines::neon_dot)).view() ==
          "NEON dot product, 2 × 4 register tiles of dot products of 16, patches copied");
    CHECK(describe(choose_int8_convolution(convolution(3, 16, 32), 1, machines::avx512_vnni)).view() ==
          "AVX512-VNNI, 8 × 32 register tiles, weights packed beforehand, bands of the image copied");
    CHECK(describe(choose_int8_depthwise(convolution(3, 16, 16, 16), machines::avx512_vnni)).view() ==
          "AVX512-VNNI, taps in fours, 64 lanes at a time, bands of the image copied");
    CHECK(describe(choose_int8_depthwise(convolution(3, 32, 32, 32), machines::cortex_m4)).view() ==
          "SMLAD, taps in pairs, 4 channels at a time");
    CHECK(describe(choose_int8_depthwise(convolution(3, 32, 32, 32), machines::neon)).view() ==
          "NEON, tap by tap, 16 channels at a time");
    CHECK(describe(choose_int8_depthwise(convolution(3, 4, 8, 4), machines::scalar)).view() ==
          "scalar, one product at a time");
}
