#include "burin/kernels/convolution/choose.hpp"
#include "burin/kernels/convolution/choose_stream.hpp"
#include "burin/kernels/convolution/convolve.hpp"
#include "burin/kernels/depthwise/choose.hpp"
#include "burin/kernels/depthwise/choose_strips.hpp"
#include "burin/kernels/depthwise/spans.hpp"
#include "burin/kernels/machine.hpp"
#include "burin/kernels/recurrent/choose.hpp"
#include "burin/kernels/wavenet/choose.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <vector>

using namespace burin::kernels;

namespace {

constexpr Machine all_machines[] = {machines::zen1, machines::avx2, machines::avx512, machines::neon,
                                    machines::scalar};

/// A kernel that keeps the extent of the image, or reads nothing around it.
enum class Border { same, valid };

constexpr ConvolutionAxis axis(std::size_t input, std::size_t kernel, Border border, std::size_t stride = 1) {
    if (border == Border::valid)
        return {input, kernel, stride, 1, 0, (input - kernel) / stride + 1};
    const std::size_t output = (input + stride - 1) / stride, reach = (output - 1) * stride + kernel;
    return {input, kernel, stride, 1, reach > input ? (reach - input) / 2 : 0, output};
}

constexpr Convolution square(std::size_t extent, std::size_t channels, std::size_t filters,
                             std::size_t kernel, Border border, std::size_t stride = 1) {
    return {{ConvolutionAxis{}, axis(extent, kernel, border, stride), axis(extent, kernel, border, stride)},
            channels,
            filters};
}

constexpr ConvolutionChoice forward_of(const Convolution& c, const Machine& machine) {
    return choose_convolution(ConvolutionProduct::forward, c, sizeof(float), machine);
}
constexpr ConvolutionChoice weight_gradient_of(const Convolution& c, const Machine& machine) {
    return choose_convolution(ConvolutionProduct::weight_gradient, c, sizeof(float), machine);
}
constexpr ConvolutionChoice input_gradient_of(const Convolution& c, const Machine& machine) {
    return choose_convolution(ConvolutionProduct::input_gradient, c, sizeof(float), machine);
}

constexpr Convolution lenet_first = square(28, 1, 6, 5, Border::same);
constexpr Convolution lenet_second = square(14, 6, 16, 5, Border::valid);
constexpr Convolution resnet = square(32, 16, 16, 3, Border::same);
constexpr Convolution pointwise = square(12, 64, 64, 1, Border::valid);

} // namespace

TEST_CASE(
    "convolutions: zeros are put around images where the kernel reaches over them, and not multiplied") {
    for (const Machine& machine : all_machines) {
        const ConvolutionChoice choice = forward_of(resnet, machine);
        CHECK(choice.way == ConvolutionWay::im2col);
        CHECK(choice.pads);
        CHECK(choice.clips_lines);
        CHECK(choice.clips_columns);
        CHECK(choice.images == 1);
        CHECK(choice.unrolled == 0);
        CHECK(choice == input_gradient_of(resnet, machine));
    }
}

TEST_CASE("convolutions: register tiles fill the registers with pixels and vectors of filters") {
    const Convolution c = square(16, 8, 40, 3, Border::same);
    const auto tiles = [&](const Machine& machine) {
        const ConvolutionChoice choice = forward_of(c, machine);
        return std::array{choice.tile.rows, choice.tile.vectors, choice.last.rows, choice.last.vectors};
    };
    CHECK(tiles(machines::zen1) == std::array<std::size_t, 4>{6, 2, 8, 1});
    CHECK(tiles(machines::avx2) == std::array<std::size_t, 4>{6, 2, 8, 1});
    CHECK(tiles(machines::avx512) == std::array<std::size_t, 4>{0, 0, 9, 3});
    CHECK(tiles(machines::neon) == std::array<std::size_t, 4>{12, 2, 0, 0});
    CHECK(tiles(machines::scalar) == std::array<std::size_t, 4>{6, 2, 0, 0});
    // Of a dozen rows not all have their address in a register.
    CHECK(forward_of(square(16, 8, 32, 3, Border::same), machines::avx512).tile.rows == 9);
    CHECK(weight_gradient_of(square(16, 8, 32, 3, Border::same), machines::avx512).tile.rows == 12);
    CHECK(forward_of(c, machines::avx512).last.tail == Tail::overlaps);
    // A line of taps and channels is a row of col2im's.
    CHECK(input_gradient_of(lenet_second, machines::avx2).last.vectors == 2);
    CHECK(input_gradient_of(lenet_second, machines::avx2).tile.vectors == 2);
}

TEST_CASE("convolutions: short segments are unrolled, and clipped as a whole") {
    for (const Machine& machine : all_machines) {
        const ConvolutionChoice choice = forward_of(lenet_first, machine);
        CHECK(choice.unrolled == 5);
        CHECK(choice.clips_lines);
        CHECK_FALSE(choice.clips_columns);
    }
}

TEST_CASE(
    "convolutions: of three channels lines of three taps are unrolled; eight filters are half a vector") {
    const Convolution first = square(96, 3, 8, 3, Border::same, 2);
    for (const Machine& machine : all_machines) {
        CHECK(forward_of(first, machine).unrolled == (machine == machines::avx512 ? 9 : 0));
        CHECK(forward_of(first, machine).last_is_narrow == (machine == machines::avx512));
        CHECK_FALSE(weight_gradient_of(first, machine).last_is_narrow);
        CHECK_FALSE(forward_of(resnet, machine).last_is_narrow);
    }
    // Where units compute half a vector, sixteen filters are two halves: they are loaded in half the time.
    CHECK(forward_of(resnet, machines::zen4).last_is_narrow);
    CHECK(forward_of(first, machines::zen4) == forward_of(first, machines::avx512));
}

TEST_CASE("convolutions: a 1 x 1 convolution is a dense product, unless its matrix is deep and narrow") {
    for (const Machine& machine : all_machines) {
        CHECK(forward_of(pointwise, machine).way == ConvolutionWay::dense);
        CHECK(forward_of(square(12, 8, 16, 1, Border::valid), machine).way == ConvolutionWay::dense);
        CHECK(forward_of(square(12, 512, 16, 1, Border::valid), machine).way == ConvolutionWay::im2col);
        CHECK(forward_of(square(12, 64, 64, 1, Border::valid, 2), machine).way == ConvolutionWay::im2col);
        CHECK(weight_gradient_of(pointwise, machine).way == ConvolutionWay::im2col);
    }
}

TEST_CASE("convolutions: with few channels gradients are added up in the image (col2im)") {
    for (const Machine& machine : all_machines) {
        CHECK(input_gradient_of(lenet_second, machine).way == ConvolutionWay::col2im);
        CHECK(input_gradient_of(resnet, machine).way == ConvolutionWay::im2col);
    }
}

TEST_CASE("convolutions: the lines of a weight gradient fit into the first-level cache, in sums of at least "
          "64 pixels") {
    for (const Machine& machine : all_machines) {
        CHECK(weight_gradient_of(resnet, machine).lines == 5);
        CHECK(weight_gradient_of(lenet_first, machine).lines == 30);
        CHECK(weight_gradient_of(lenet_second, machine).lines == 25);
        CHECK(weight_gradient_of(lenet_second, machine).images == 2);
    }
    Machine small = machines::neon;
    small.l1 = 4 * 1024;
    CHECK(weight_gradient_of(resnet, small).lines == 2);
    const Convolution line{{ConvolutionAxis{}, ConvolutionAxis{}, axis(3000, 3, Border::valid)}, 2, 3};
    CHECK(weight_gradient_of(line, machines::avx2).pixels == 1024);
}

TEST_CASE("depthwise convolutions: neighbours share what they read where their taps are neighbours") {
    for (const Machine& machine : all_machines) {
        const auto choose = [&](ConvolutionProduct product, const Convolution& c) {
            return choose_depthwise(product, c, sizeof(float), machine);
        };
        const Convolution plain = square(25, 64, 64, 3, Border::same);
        const Convolution strided = square(48, 16, 16, 3, Border::same, 2);
        const std::size_t pixels = machine.registers == 32 ? 8 : 6;
        CHECK(choose(ConvolutionProduct::forward, plain) ==
              DepthwiseChoice{.shared_taps = 3, .step = 1, .tile_pixels = pixels});
        CHECK(choose(ConvolutionProduct::input_gradient, plain).shared_taps == 3);
        CHECK(choose(ConvolutionProduct::forward, strided).step == 2);
        CHECK(choose(ConvolutionProduct::input_gradient, strided).shared_taps == 0);
        CHECK(choose(ConvolutionProduct::forward, square(25, 64, 64, 7, Border::same)) ==
              DepthwiseChoice{.tile_sums = 8});
        // What is beyond the outputs is not what a kernel that begins in the image sees.
        Convolution outside = square(25, 64, 64, 3, Border::same);
        outside.axes[2].before = 3;
        CHECK(choose(ConvolutionProduct::forward, outside).shared_taps == 3);
        CHECK(choose(ConvolutionProduct::input_gradient, outside).shared_taps == 0);
    }
}

TEST_CASE("depthwise convolutions: lines are tiles of nearly the same size, without taps beyond the line") {
    constexpr auto wide = detail::pixel_spans<axis(25, 3, Border::same), 8>;
    REQUIRE(wide.count == 3);
    const auto spans = [](const auto& found) {
        std::vector<std::array<std::size_t, 5>> all;
        for (std::size_t i = 0; i < found.count; ++i) {
            const detail::PixelSpan& span = found.spans[i];
            all.push_back({span.first, span.pixels, span.begin, span.end, span.tiles});
        }
        return all;
    };
    CHECK(spans(wide) ==
          std::vector<std::array<std::size_t, 5>>{{0, 7, 1, 9, 1}, {7, 6, 0, 8, 2}, {19, 6, 0, 7, 1}});
    CHECK(spans(detail::pixel_spans<axis(5, 3, Border::same), 8>) ==
          std::vector<std::array<std::size_t, 5>>{{0, 5, 1, 6, 1}});
    CHECK(spans(detail::pixel_spans<axis(48, 3, Border::same, 2), 8>) ==
          std::vector<std::array<std::size_t, 5>>{{0, 8, 0, 17, 2}, {16, 8, 0, 16, 1}});
}

TEST_CASE("depthwise convolutions: a kernel's gradients stay in registers if there are enough") {
    const auto choose = [](const Convolution& c, const Machine& machine) {
        return choose_depthwise(ConvolutionProduct::weight_gradient, c, sizeof(float), machine);
    };
    const Convolution small = square(25, 64, 64, 3, Border::same);
    const Convolution large = square(25, 64, 64, 5, Border::valid);
    for (const Machine& machine : all_machines) {
        CHECK(choose(small, machine).keeps_kernel);
        CHECK(choose(small, machine).lines == 1);
        // A kernel of its own for each of 25 runs of pixels would be much code.
        CHECK_FALSE(choose(square(25, 64, 64, 5, Border::same), machine).keeps_kernel);
    }
    for (const Machine& machine : {machines::zen1, machines::avx2, machines::scalar}) {
        CHECK_FALSE(choose(large, machine).keeps_kernel);
        CHECK(choose(large, machine).tile_lines == 2);
        CHECK(choose(large, machine).tile_taps == 5);
    }
    CHECK(choose(large, machines::avx512).keeps_kernel);
    CHECK(choose(large, machines::neon).keeps_kernel);
}

TEST_CASE("recurrent cells: the gates are one product, and the cell goes through vectors of units") {
    const RecurrentSize lstm{.time = 100, .units = 36, .gates = 4};
    const auto choose = [&](const Machine& machine) {
        return choose_recurrent(lstm, false, sizeof(float), machine);
    };
    const RecurrentChoice expected{
        .columns = 144, .steps = 28, .adds_to_inputs = true, .vectors = 5, .last_lanes = 4};
    CHECK(choose(machines::zen1) == expected);
    CHECK(choose(machines::avx2) == expected);
    CHECK(choose(machines::avx512).vectors == 3);
    CHECK(choose(machines::neon).vectors == 9);
    CHECK(choose(machines::neon).last_lanes == 0);
    CHECK(choose(machines::scalar).vectors == 36);
    // What the backward pass reads is there for all steps.
    CHECK(choose_recurrent(lstm, true, sizeof(float), machines::avx2).steps == 100);
    const RecurrentSize gru{.time = 10, .units = 8, .gates = 3, .separates_recurrent = true};
    CHECK_FALSE(choose_recurrent(gru, true, sizeof(float), machines::avx2).adds_to_inputs);
}

/// A causal convolution of so many steps of a sequence.
constexpr Convolution causal(std::size_t steps, std::size_t channels, std::size_t filters,
                             std::size_t dilation, std::size_t stride = 1, std::size_t groups = 1) {
    Convolution c{.channels = channels, .filters = filters, .groups = groups};
    c.axes[2] = {steps, 3, stride, dilation, 2 * dilation, (steps + stride - 1) / stride};
    return c;
}
constexpr StreamChoice stream_of(const Convolution& c, const Machine& machine) {
    return choose_stream(c, sizeof(float), machine);
}

TEST_CASE("streaming convolutions: steps fill vectors, blocks are products") {
    // 8 filters are one vector, with AVX-512 of half the width; of 3 the other lanes are masked.
    const StreamChoice whole{.last_vectors = 1, .is_unrolled = true};
    CHECK(stream_of(causal(1, 16, 16, 4), machines::avx512) == whole);
    CHECK(stream_of(causal(1, 8, 8, 4), machines::avx2) == whole);
    CHECK(stream_of(causal(1, 8, 8, 4), machines::avx512) ==
          StreamChoice{.has_half_width = true, .last_vectors = 1, .is_unrolled = true});
    CHECK(stream_of(causal(1, 3, 3, 4), machines::avx512) ==
          StreamChoice{.has_half_width = true, .last_vectors = 1, .last_lanes = 3, .is_unrolled = true});
    CHECK(stream_of(causal(1, 12, 12, 4), machines::avx512) ==
          StreamChoice{.last_vectors = 1, .last_lanes = 12, .is_unrolled = true});
    // Columns of several panels together; 17 channels of 3 taps are a loop.
    CHECK(stream_of(causal(1, 17, 8, 1), machines::neon) == StreamChoice{.panels = 1});
    CHECK(stream_of(causal(1, 17, 48, 1), machines::neon) == StreamChoice{.panels = 4, .last_panels = 2});
    CHECK_FALSE(stream_of(causal(1, 8, 8, 4), machines::scalar).is_unrolled);
    CHECK(stream_of(causal(1, 8, 8, 1, 1, 8), machines::avx2).by_channel);
    for (const Machine& machine : all_machines) {
        CHECK(stream_of(causal(2, 8, 8, 4, 2), machine).way == StreamWay::step);
        CHECK(stream_of(causal(16, 8, 8, 16), machine).way == StreamWay::taps);
        CHECK(stream_of(causal(16, 8, 8, 8), machine).way == StreamWay::window);
        CHECK(stream_of(causal(4, 8, 8, 8, 2), machine).way == StreamWay::window);
    }
}

TEST_CASE("WaveNet: pieces of a vector or more have steps in lanes, tiles fill the registers") {
    const auto of = [](std::size_t steps, std::size_t bottleneck, std::size_t gates, const Machine& machine) {
        return choose_wavenet({.steps = steps, .bottleneck = bottleneck, .gates = gates}, sizeof(float),
                              machine);
    };
    CHECK(of(64, 8, 1, machines::zen4) == WaveNetChoice{.tile = {8, 2}});
    CHECK(of(64, 3, 1, machines::zen4) == WaveNetChoice{.tile = {3, 4}});
    CHECK(of(64, 16, 1, machines::avx2) == WaveNetChoice{.tile = {4, 2}});
    CHECK(of(64, 8, 2, machines::avx2) == WaveNetChoice{.tile = {2, 2}});
    CHECK(of(64, 1, 2, machines::avx2).tile.rows == 1);
    CHECK_FALSE(of(15, 8, 1, machines::zen4).steps_in_lanes);
    CHECK(of(8, 8, 1, machines::avx2).steps_in_lanes);
    CHECK(of(1, 8, 1, machines::scalar).steps_in_lanes);
    for (const Machine& machine : all_machines)
        for (std::size_t rows = 1; rows <= 24; ++rows) {
            const PlaneTile tile = choose_plane_tile(rows, machine);
            CHECK(tile.rows * tile.vectors + tile.vectors + 1 <= machine.registers);
            CHECK(tile.vectors >= 1);
        }
    CHECK(describe(of(64, 8, 1, machines::zen4)).view() ==
          "steps in lanes, tiles of 8 channels and 2 vectors");
    CHECK(describe(of(1, 8, 1, machines::zen4)).view() == "channels in lanes, step by step");
}

TEST_CASE("choices are described in a phrase") {
    CHECK(describe(stream_of(causal(1, 3, 3, 4), machines::avx512)).view() ==
          "a step, taps where they lie in a ring, a row of weights at a time, 3 lanes of half the width, "
          "unrolled");
    CHECK(describe(stream_of(causal(1, 17, 48, 1), machines::neon)).view() ==
          "a step, taps where they lie in a ring, a row of weights at a time, 4 panels together");
    CHECK(describe(stream_of(causal(16, 8, 8, 16), machines::avx2)).view() ==
          "a product over what each tap sees, from a ring");
    CHECK(describe(forward_of(resnet, machines::avx2)).view() ==
          "6 × 2 register tiles of patches where they lie (im2col), images padded, lines and columns of "
          "taps clipped");
    CHECK(describe(forward_of(pointwise, machines::avx2)).view() == "a dense product over pixels");
    CHECK(describe(input_gradient_of(lenet_second, machines::avx2)).view() ==
          "6 × 2 register tiles of gradients of patches, added up in the image (col2im)");
    CHECK(describe(weight_gradient_of(resnet, machines::avx2)).view() ==
          "6 × 2 register tiles of patches where they lie (im2col), images padded, sums of 5 × 32 pixels");
    CHECK(describe(choose_depthwise(ConvolutionProduct::forward, square(25, 64, 64, 3, Border::same), 4,
                                    machines::zen1))
              .view() == "tiles of up to 6 pixels that share 3 taps");
    CHECK(describe(choose_recurrent({.time = 20, .units = 64, .gates = 4}, true, 4, machines::avx2)).view() ==
          "gates joined in 256 columns, inputs of 20 steps in one product, to which states are added, cell "
          "in 8 vectors");
}

namespace {

TileHeights heights_of(std::size_t tallest, std::size_t rows) {
    TileHeights heights = 0;
    while (rows > 0) {
        const std::size_t height = choose_tile_rows(rows, tallest);
        heights |= TileHeights(1) << height;
        rows -= height;
    }
    return heights;
}

} // namespace

TEST_CASE("convolutions: there is code for all heights of tiles that rows are divided into, and no other") {
    for (std::size_t tallest = 1; tallest <= 12; ++tallest)
        for (std::size_t rows = 0; rows <= 400; ++rows)
            CHECK(dividing_heights(tallest, rows) == heights_of(tallest, rows));
    // So many images come up one by one in a last batch.
    constexpr auto to = detail::Direction::to_outputs;
    constexpr ConvolutionChoice choice{.tile = {9, 2}, .last = {8, 1}, .images = 300};
    constexpr Convolution c = square(7, 3, 40, 3, Border::valid);
    constexpr PatchTiles tiles = detail::tiles_of_boxes<c, to, choice>();
    TileHeights full = 0, last = 0;
    for (std::size_t images = 1; images <= choice.images; ++images) {
        full |= heights_of(9, images * c.output_pixels());
        last |= heights_of(8, images * c.output_pixels());
    }
    CHECK(tiles.full_heights == full);
    CHECK(tiles.last_heights == last);
    // Lines of 32 pixels, of which those at the borders see fewer taps.
    constexpr ConvolutionChoice clipped{.tile = {8, 2}, .last = {0, 0}, .pads = true, .clips_lines = true};
    CHECK(detail::tiles_of_boxes<resnet, to, clipped>().full_heights == (1U << 8));
    CHECK(detail::tiles_of_boxes<resnet, to, clipped>().last_heights == 0);
}

TEST_CASE("strips: a few lines of a depthwise convolution fit the first-level cache, or there are none") {
    const Convolution keywords = square(25, 64, 64, 3, Border::same);
    for (const Machine& machine : all_machines) {
        const StripChoice choice = choose_strips(keywords, sizeof(float), machine);
        CHECK(choice.lines >= 1);
        CHECK(choice.lines < 25);
        CHECK(choice.lines * 25 * 64 * sizeof(float) <= machine.l1);
        // No line fits beside those that it is made of.
        CHECK(choose_strips(square(96, 64, 64, 3, Border::same), sizeof(float), machine).lines == 0);
    }
    CHECK(choose_strips(square(24, 96, 96, 3, Border::same), sizeof(float), machines::avx512).lines == 3);
    CHECK(choose_strips(square(6, 64, 64, 3, Border::same), sizeof(float), machines::avx512).lines == 3);
    CHECK(choose_strips(square(3, 64, 64, 3, Border::same), sizeof(float), machines::avx512).lines == 3);
    // What has no vectors has no memory to spare.
    CHECK(choose_strips(keywords, sizeof(float), machines::cortex_m4).lines == 1);
    CHECK(describe(StripChoice{5}).view() == "strips of 5 lines");
    CHECK(describe(StripChoice{}).view() == "one after the other");
}

TEST_CASE("convolutions: any number of images' pixels is divided into tiles for which there is code") {
    for (std::size_t tallest = 1; tallest <= 12; ++tallest)
        for (std::size_t rows = 1; rows <= 600; ++rows)
            CHECK(have_code(dividing_heights(tallest, rows), tallest, rows, true));
    CHECK_FALSE(have_code(dividing_heights(8, 16), 8, 17, true));
    CHECK_FALSE(have_code(dividing_heights(8, 16), 8, 17));
}
