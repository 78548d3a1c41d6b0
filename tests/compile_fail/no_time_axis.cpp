// expect: layer `0` `Dense<3>`: expected the same parameters for any number of steps, got `[8]`, whose first axis a Streamer takes for time
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<8>, Dense<3>>;

float react(const Parameters<Net>& parameters, const std::array<float, 8>& reading) {
    static Streamer<Net> streamer;
    return streamer(parameters, reading)[0];
}
