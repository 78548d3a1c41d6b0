// expect: layer `1` `GRU<4, GoBackwards>`: expected a layer that can run in a Streamer, got one that needs the whole sequence
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<16, 2>, LSTM<8, ReturnSequences>, GRU<4, GoBackwards>, Dense<1>>;

float react(const Parameters<Net>& parameters, const std::array<float, 2>& reading) {
    static Streamer<Net> streamer;
    return streamer(parameters, reading)[0];
}
