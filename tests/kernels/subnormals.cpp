// What a run takes for 0 does not depend on where its objects are.
#include "burin/embedded.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace burin;

namespace {

using Net = Sequential<Input<2>, Dense<1>, SiLU>;

[[gnu::noinline]] double run(int number) {
    Parameters<Net> parameters{};
    float input[2]{};
    parameters.data()[0] = static_cast<float>(number);
    input[0] = -92.0F * static_cast<float>(number);
    Predictor<Net, 64> predictor;
    return static_cast<double>(predictor(parameters, input)[0]);
}

} // namespace

TEST_CASE("SubnormalsAreZero: holds for a network whose parts are all local objects") {
    // −92 · e^−92 is no normalized float.
    if (kernels::subnormals_are_slow)
        CHECK(run(1) == 0);
    else
        CHECK(std::fabs(run(1)) < 1e-37);
}
