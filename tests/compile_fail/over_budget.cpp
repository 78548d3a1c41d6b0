// note: training_bytes<
// note: 79328 <= 32768
#include "burin/embedded.hpp"

using namespace burin;

using Digits = Sequential<Input<8, 8>, Flatten, Dense<64>, ReLU, Dense<10>>;

static_assert(sizeof(Parameters<Digits>) <= 32 * 1024);
static_assert(training_bytes<Digits, 8, optimizers::Adam> <= 32 * 1024);
