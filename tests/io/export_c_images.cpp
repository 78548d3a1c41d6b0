#include "burin/io/export_c.hpp"

#include "burin/embedded.hpp"
#include "burin/layers/elementary.hpp"
#include "burin/layers/resize.hpp"
#include "c_case.hpp"

#include <doctest/doctest.h>

using namespace burin;

// Many layers in one network: what takes time is to compile it.

TEST_CASE("export_c: transposed convolutions and norms of a decoder") {
    test::write_c_case<Sequential<
        Input<3, 4, 8>, GroupNorm<2>, ReLU, Conv2DTranspose<6, 3, Stride<2>, Padding<1>, OutputPadding<1>>,
        InstanceNorm<NoBias>, SiLU, Conv2DTranspose<4, 2, Stride<2>, Groups<2>, NoBias>, GLU<Sigmoid>,
        PReLU<>, Conv2DTranspose<1, 5, Stride<1, 2>, Same>, Tanh, Conv2DTranspose<2, 3>>>("decoder");
}

TEST_CASE("export_c: images in other sizes") {
    test::write_c_case<Sequential<
        Input<4, 5, 4>, UpSampling2D<Shape{2, 3}, Bilinear>, Resize2D<Shape{11, 9}, Bilinear>,
        Resize2D<Shape{6, 12}, Bicubic>, Resize2D<Shape{4, 10}, Nearest, HalfPixel>, DepthToSpace<2>,
        SpaceToDepth<2>, PixelShuffle<2>, GroupNorm<1, NoScale>, Softplus, Pow<-2>, Pow<0.3>>>("sizes");
}
