// A small residual network (He et al., arXiv:1512.03385): reads MNIST (`--data DIRECTORY`), or the small
// digits of 8 × 8 pixels that come with Burin.
#include <burin/burin.hpp>

#include "read_digits.hpp"

using namespace burin;

/// A convolution without bias, which the normalisation behind it has.
template <std::size_t Filters, class... Options>
using Convolution = Sequential<Conv2D<Filters, 3, Same, NoBias, Options...>, BatchNorm<>>;

/// Two convolutions, and the image that they add to.
template <std::size_t Filters>
using PlainBlock = Sequential<Residual<Convolution<Filters>, ReLU, Convolution<Filters>>, ReLU>;

/// As a block, but gives half as many pixels each way.
template <std::size_t Filters>
using HalvingBlock =
    Sequential<Parallel<Add, Sequential<Convolution<Filters, Stride<2>>, ReLU, Convolution<Filters>>,
                        Sequential<Conv2D<Filters, 1, Stride<2>, NoBias>, BatchNorm<>>>,
               ReLU>;

template <class Image>
using ResNet = Sequential<Image, Convolution<8>, ReLU, PlainBlock<8>, HalvingBlock<16>, HalvingBlock<32>,
                          GlobalAveragePool2D, Dense<10>>;

int main(int argc, char** argv) {
    return read_digits::run<ResNet<Input<28, 28, 1>>, ResNet<Input<8, 8, 1>>, 64>(
        argc, argv, "resnet", {.epochs = 3, .learning_rate = 2e-3, .bar = 0.985},
        {.epochs = 15, .learning_rate = 2e-3, .bar = 0.97});
}
