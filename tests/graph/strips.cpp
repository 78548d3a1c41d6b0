// Depthwise and pointwise convolutions computed strip by strip: the bits and the memory.
#include "burin/layers/activations.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/folded.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/reshape.hpp"
#include "support/layer_by_layer.hpp"

#include <doctest/doctest.h>

#include <cstddef>

using namespace burin;

namespace {

template <std::size_t Filters, class... Options>
using Separable = Sequential<DepthwiseConv2D<3, Same, Options...>, ReLU, Conv2D<Filters, 1>, ReLU>;

template <class Net>
constexpr std::size_t joined_steps() {
    std::size_t count = 0;
    for (std::size_t s = 0; s < InferencePlan<Net>::program.step_count; ++s)
        count += InferencePlan<Net>::program.steps[s].then != passes::none;
    return count;
}

/// Down, up, and beside a branch; the first input is the caller's.
using Narrowing = Sequential<Input<9, 7, 20>, Separable<20>, Separable<36, Stride<2>>,
                             DepthwiseConv2D<Shape{5, 3}>, Conv2D<3, 1, NoBias>>;
using Inverted =
    Sequential<Input<12, 5, 6>, Residual<Conv2D<40, 1>, ReLU, DepthwiseConv2D<3, Same>, ReLU, Conv2D<6, 1>>>;
using Dilated = Sequential<Input<11, 9, 17>, DepthwiseConv2D<3, Same, Dilation<2>>, Conv2D<40, 1>,
                           DepthwiseConv2D<3, Padding<2>>, Tanh, Conv2D<24, 1>, MaxPool2D<2>>;
using Repeated = Sequential<Input<6, 6, 4>, DepthwiseConv2D<3, Same, DepthMultiplier<2>>, Conv2D<4, 1>>;
using Strided = Sequential<Input<6, 6, 4>, DepthwiseConv2D<3, Same>, Conv2D<4, 1, Stride<2>>>;
using Viewed = Sequential<Input<24, 24, 32>, DepthwiseConv2D<3, Same>, Reshape<576, 32>, ReLU, Conv1D<3, 1>>;

using Keywords = Sequential<Input<25, 5, 64>, Separable<64>, Separable<64>, Separable<64>>;
using Folds = Sequential<Input<9, 7, 8>, DepthwiseConv2D<3, Same, NoBias>, BatchNorm<>, ReLU,
                         Conv2D<8, 1, NoBias>, BatchNorm<>, ReLU>;

template <class Net>
constexpr std::size_t arena = InferencePlan<Net>::template memory<1, float>.size;

} // namespace

TEST_CASE("strips in a network: the bits are those of layer by layer, in whole and in partial batches") {
    static_assert(joined_steps<Narrowing>() == 3 && joined_steps<Inverted>() == 1 &&
                  joined_steps<Dilated>() == 2);
    check_layer_by_layer<Narrowing, 3>();
    check_layer_by_layer<Inverted, 1>();
    check_layer_by_layer<Dilated, 2>();
}

TEST_CASE("strips in a network: only pairs that can be, and not in training") {
    static_assert(joined_steps<Repeated>() == 0 && joined_steps<Strided>() == 0);
    static_assert(joined_steps<Viewed>() == 0);
    static_assert(joined_steps<Folded<Folds>>() == 1 && joined_steps<Folds>() == 0);
    for (const passes::Step& step : engine::Plan<Narrowing, recipes::training>::program.steps)
        CHECK(step.then == passes::none);
}

TEST_CASE("strips in a network: the memory is that of one result, a line or two, and a strip") {
    constexpr std::size_t image = 25 * 5 * 64, line = 5 * 64;
    constexpr std::size_t strip = InferencePlan<Keywords>::program.steps[0].lines * line;
    static_assert(arena<Keywords> <= image + 2 * line + strip && strip < image / 2);
    static_assert(InferencePlan<Keywords>::lower_bound<1> <= arena<Keywords>);
    // The widest result once, not twice.
    constexpr std::size_t wide = 12 * 5 * 40;
    static_assert(arena<Inverted> < 2 * wide);
}
