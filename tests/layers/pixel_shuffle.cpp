#include "burin/layers/pixel_shuffle.hpp"
#include "burin/graph/streamer.hpp"
#include "burin/layers/image_padding.hpp"
#include "reference/resize.hpp"
#include "support/layer_run.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"
#include "support/reference_check.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace burin;
namespace r = reference::resize;

TEST_CASE("PixelShuffle and PixelUnshuffle agree with PyTorch, DepthToSpace with its formula") {
    check_reference<float, Input<2, 3, 12>, PixelShuffle<2>>(r::shuffled_x, r::shuffled_dy, r::shuffled_y,
                                                             r::shuffled_dx);
    check_reference<double, Input<3, 6, 2>, PixelUnshuffle<3>>(r::unshuffled_x, r::unshuffled_dy,
                                                               r::unshuffled_y, r::unshuffled_dx);
    check_reference<double, Input<2, 3, 12>, DepthToSpace<2>>(r::to_space_x, r::to_space_dy, r::to_space_y,
                                                              r::to_space_dx);
}

TEST_CASE("the blocks of pixels and their way back are the image") {
    const auto x = random_numbers(3 * 6 * 4 * 5, 1);
    CHECK(LayerRun<Sequential<Input<6, 4, 5>, SpaceToDepth<2>, DepthToSpace<2>>>{}.infer(x) == x);
    CHECK(LayerRun<Sequential<Input<6, 4, 5>, PixelUnshuffle<2>, PixelShuffle<2>>>{}.infer(x) == x);
    CHECK(LayerRun<Sequential<Input<6, 4, 5>, SpaceToDepth<1>>>{}.infer(x) == x);
}

TEST_CASE("blocks of pixels: shapes, sentences, and pieces of a sequence of lines") {
    static_assert(output_shape<Sequential<Input<6, 4, 5>, SpaceToDepth<2>>> == Shape(3, 2, 20));
    CHECK(problem_of<Sequential<Input<5, 4, 5>, PixelUnshuffle<2>>>().find("multiples of the block") !=
          std::string::npos);
    CHECK(problem_of<Sequential<Input<5, 4, 6>, DepthToSpace<2>>>().find("pixels of a block") !=
          std::string::npos);
    CHECK(problem_of<Sequential<Input<5, 4>, PixelShuffle<2>>>().find("channels are the last") !=
          std::string::npos);
    CHECK(PixelShuffle<2>::name().view() == "PixelShuffle<2>");
    static_assert(can_stream<Sequential<Input<6, 4, 4>, PixelShuffle<2>>, 1> &&
                  can_stream<Sequential<Input<6, 4, 4>, SpaceToDepth<2>>, 2> &&
                  !can_stream<Sequential<Input<6, 4, 4>, SpaceToDepth<2>>, 1>);
    const auto x = random_numbers(6 * 4 * 3, 2);
    const auto whole = LayerRun<Sequential<Input<6, 4, 3>, SpaceToDepth<2>>>{}.infer(x);
    CHECK(LayerRun<Sequential<Input<2, 4, 3>, SpaceToDepth<2>>>{}.infer(x) == whole);
}

TEST_CASE("SymmetricPadding agrees with NumPy") {
    check_reference<double, Input<4, 7, 5>, SymmetricPadding2D<4, 1, 2, 0>>(r::mirrored_x, r::mirrored_dy,
                                                                            r::mirrored_y, r::mirrored_dx);
    CHECK(problem_of<Sequential<Input<3, 1>, SymmetricPadding1D<4>>>().find("its mirror image") !=
          std::string::npos);
}
