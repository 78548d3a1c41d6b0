// Sums in the epilogue of a convolution: the bits and the memory.
#include "burin/layers/activations.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/merge.hpp"
#include "support/layer_by_layer.hpp"

#include <doctest/doctest.h>

#include <cstddef>

using namespace burin;

namespace {

/// A block as ResNet's, one that halves, and one whose convolution reads what is added, beside each pixel.
using Blocks = Sequential<Input<9, 7, 5>, Conv2D<20, 3, Same>, ReLU,
                          Residual<Conv2D<20, 3, Same>, ReLU, Conv2D<20, 3, Same>>, ReLU,
                          Parallel<Add, Sequential<Conv2D<36, 3, Same, Stride<2>>, ReLU, Conv2D<36, 3, Same>>,
                                   Conv2D<36, 1, Stride<2>>>,
                          ReLU, Residual<Conv2D<36, 3, Same>, Tanh>>;

/// Products of matrices whose last vector is whole, partly used, half, and begins within the one before.
template <std::size_t Filters>
using Pointwise = Sequential<Input<5, 3, 7>, Conv2D<Filters, 1>, Residual<Conv2D<Filters, 1>, Tanh>, ReLU>;

/// The sum is that of what is computed strip by strip.
using Inverted =
    Sequential<Input<12, 5, 6>, Conv2D<8, 1>,
               Residual<Conv2D<40, 1>, ReLU, DepthwiseConv2D<3, Same>, ReLU, Conv2D<8, 1>>, ReLU>;

/// A layer of one's own that is derived from a sum and is none.
struct Mean : Add {
    static constexpr Text<64> name() { return "Mean"; }
    template <class Context>
    static void forward(const Context& run) noexcept {
        for (std::size_t i = 0; i < run.rows * Context::Shapes::output.size(); ++i)
            run.output[i] = (run.inputs[0][i] + run.inputs[1][i]) / 2;
    }
};
using Derived = Sequential<Input<3, 3, 4>, Conv2D<5, 1>, Parallel<Mean, Sequential<>, Conv2D<5, 1>>>;

template <class Net>
constexpr std::size_t fused_sums() {
    std::size_t count = 0;
    for (std::size_t s = 0; s < InferencePlan<Net>::program.step_count; ++s)
        count += InferencePlan<Net>::program.steps[s][passes::Role::summand] != passes::none;
    return count;
}

} // namespace

TEST_CASE("sums in a convolution's epilogue: the bits are those of layer by layer") {
    static_assert(fused_sums<Blocks>() == 3 && fused_sums<Inverted>() == 1);
    static_assert(fused_sums<Derived>() == 0);
    check_layer_by_layer<Blocks, 3>();
    check_layer_by_layer<Inverted, 2>();
}

TEST_CASE("sums in a convolution's epilogue: 1 × 1 convolutions of any number of filters") {
    static_assert(fused_sums<Pointwise<20>>() == 1 && fused_sums<Pointwise<1>>() == 0);
    check_layer_by_layer<Pointwise<1>, 2>();
    check_layer_by_layer<Pointwise<2>, 2>();
    check_layer_by_layer<Pointwise<16>, 2>();
    check_layer_by_layer<Pointwise<20>, 2>();
    check_layer_by_layer<Pointwise<28>, 2>();
    check_layer_by_layer<Pointwise<45>, 2>();
    check_layer_by_layer<Pointwise<5>, 1, double>();
}

TEST_CASE("sums in a convolution's epilogue: the sum takes the place of what is added") {
    using Block = Sequential<Input<8, 8, 4>, ReLU, Residual<Conv2D<4, 1>, ReLU, Conv2D<4, 1>>, ReLU>;
    static_assert(InferencePlan<Block>::memory<1, float>.size == 2 * 8 * 8 * 4);
    // Not where the convolution reads pixels of it that are beside those.
    using Direct = Sequential<Input<8, 8, 4>, ReLU, Residual<Conv2D<4, 1>>, ReLU>;
    static_assert(InferencePlan<Direct>::memory<1, float>.size == 2 * 8 * 8 * 4);
    // Nor where the strips before the sum do.
    using Strips =
        Sequential<Input<12, 24, 3>, Conv2D<96, 1>, Residual<DepthwiseConv2D<3, Same>, Conv2D<96, 1>>, ReLU>;
    static_assert(InferencePlan<Strips>::program.steps[1][passes::Role::summand] != passes::none);
    check_layer_by_layer<Block, 2>();
    check_layer_by_layer<Direct, 2>();
    check_layer_by_layer<Strips, 2>();
}
