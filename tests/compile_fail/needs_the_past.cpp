// expect: layer `1` `Conv1D<8, 5, Stride<3>>`: expected 2 earlier steps with each piece, got none; put `Past<2>` before it
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<48, 2>, Tanh, Conv1D<8, 5, Stride<3>>, ReLU>;

std::span<const std::int8_t> listen(const QuantizedNetwork<Net>& network, std::span<const std::int8_t> piece) {
    static QuantizedStreamer<Net, 3> streamer;
    return streamer(network, piece);
}
