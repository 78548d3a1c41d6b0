// Multiplies as many times as its argument says: by Dense<128>, for 32 samples of 128 numbers.

#include <burin/embedded.hpp>

#include <array>

using namespace burin;

using Net = Sequential<Input<128>, Dense<128>>;

int main(int, char** arguments) {
    static Parameters<Net> parameters;
    static Predictor<Net, 32> predictor;
    static std::array<float, 32 * 128> inputs;
    initialize(parameters, initializers::Default{}, 1);
    float sum = 0;
    for (char times = arguments[1][0]; times > '0'; --times)
        sum += predictor(parameters, inputs)[0];
    return sum == 0 ? 0 : 1;
}
