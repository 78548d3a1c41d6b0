#pragma once

#include <burin/burin.hpp>
#include <burin/layers/wavenet.hpp>

#include <cstddef>

namespace captures {

using namespace burin;

/// Steps of a piece.
constexpr std::size_t block = 64;

using Doubling = Dilations<1, 2, 4, 8, 16, 32, 64, 128, 256, 512>;
using Standard =
    Sequential<Input<block, 1>, WaveNet<WaveNetStack<16, Kernels<3>, Doubling, Tanh, Head<8, 1, NoBias>>,
                                        WaveNetStack<8, Kernels<3>, Doubling, Tanh, Head<1>>>>;

/// Lite, Feather and Nano have fewer channels, and their long dilations twice.
template <std::size_t Channels>
using Smaller = Sequential<
    Input<block, 1>,
    WaveNet<WaveNetStack<Channels, Kernels<3>, Dilations<1, 2, 4, 8, 16, 32, 64>, Tanh,
                         Head<Channels / 2, 1, NoBias>>,
            WaveNetStack<Channels / 2, Kernels<3>,
                         Dilations<128, 256, 512, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512>, Tanh, Head<1>>>>;
using Lite = Smaller<12>;
using Feather = Smaller<8>;
using Nano = Smaller<4>;

/// The second kind, in its full size of 8 channels and the small one of 3.
template <std::size_t Channels>
using A2 = Sequential<
    Input<block, 1>,
    WaveNet<WaveNetStack<
        Channels, Kernels<6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 15, 15, 6, 6, 6, 6, 6, 6, 6>,
        Dilations<1, 3, 7, 17, 41, 101, 239, 1, 3, 7, 17, 41, 101, 239, 1, 13, 1, 3, 7, 17, 41, 101, 239>,
        LeakyReLU<0.01>, Head<1, 16>>>>;

template <std::size_t Units>
using Recurrent = Sequential<Input<block, 1>, LSTM<Units, ReturnSequences>, TimeDistributed<Dense<1>>>;
template <std::size_t Units>
using TwoRecurrent = Sequential<Input<block, 1>, LSTM<Units, ReturnSequences>, LSTM<Units, ReturnSequences>,
                                TimeDistributed<Dense<1>>>;

} // namespace captures
