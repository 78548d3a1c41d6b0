// LeNet-5, a convolutional network (LeCun et al., 1998), with today's activations and pooling: reads MNIST
// (`--data DIRECTORY`), or the small digits of 8 × 8 pixels that come with Burin.
#include <burin/burin.hpp>

#include "read_digits.hpp"

using namespace burin;

using LeNet = Sequential<Input<28, 28, 1>,                       //
                         Conv2D<6, 5, Same>, ReLU, MaxPool2D<2>, // [14, 14, 6]
                         Conv2D<16, 5>, ReLU, MaxPool2D<2>,      // [5, 5, 16]
                         Flatten, Dense<120>, ReLU, Dense<84>, ReLU, Dense<10>>;
static_assert(parameter_count<LeNet> == 61'706);

/// For 8 × 8 pixels, with smaller kernels, and for few images, with dropout.
using SmallLeNet = Sequential<Input<8, 8, 1>,                          //
                              Conv2D<6, 3, Same>, ReLU, MaxPool2D<2>,  // [4, 4, 6]
                              Conv2D<16, 3, Same>, ReLU, MaxPool2D<2>, // [2, 2, 16]
                              Flatten, Dropout<0.3>, Dense<120>, ReLU, Dense<84>, ReLU, Dense<10>>;

int main(int argc, char** argv) {
    return read_digits::run<LeNet, SmallLeNet, 32>(argc, argv, "lenet",
                                                   {.epochs = 5, .learning_rate = 1e-3, .bar = 0.989},
                                                   {.epochs = 30, .learning_rate = 2e-3, .bar = 0.97});
}
