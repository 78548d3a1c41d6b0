#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "support/activation_checks.hpp"

#include <doctest/doctest.h>

using namespace burin;
using namespace activation_checks;

TEST_CASE("ELU agrees with PyTorch and central differences") {
    check_activation<ELU<>>(r::elu_y, r::elu_dx);
}
TEST_CASE("SELU agrees with PyTorch and central differences") {
    check_activation<SELU>(r::selu_y, r::selu_dx);
}
TEST_CASE("GELU agrees with PyTorch and central differences") {
    check_activation<GELU>(r::gelu_y, r::gelu_dx);
}
TEST_CASE("GELUTanh agrees with PyTorch and central differences") {
    check_activation<GELUTanh>(r::gelu_tanh_y, r::gelu_tanh_dx);
}
TEST_CASE("SiLU agrees with PyTorch and central differences") {
    check_activation<SiLU>(r::silu_y, r::silu_dx);
}
TEST_CASE("Sigmoid agrees with PyTorch and central differences") {
    check_activation<Sigmoid>(r::sigmoid_y, r::sigmoid_dx);
}
TEST_CASE("Tanh agrees with PyTorch and central differences") {
    check_activation<Tanh>(r::tanh_y, r::tanh_dx);
}
TEST_CASE("Softplus agrees with PyTorch and central differences") {
    check_activation<Softplus>(r::softplus_y, r::softplus_dx);
}
TEST_CASE("LogSigmoid agrees with PyTorch and central differences") {
    check_activation<LogSigmoid>(r::log_sigmoid_y, r::log_sigmoid_dx);
}
TEST_CASE("Softsign agrees with PyTorch and central differences") {
    check_activation<Softsign>(r::softsign_y, r::softsign_dx);
}
TEST_CASE("Mish agrees with PyTorch and central differences") {
    check_activation<Mish>(r::mish_y, r::mish_dx);
}
TEST_CASE("elementwise chains are fused in inference and give the same as one by one") {
    using Net = Sequential<Input<7>, Dense<9>, ReLU, Tanh, SiLU, GELU, Sigmoid, HardSwish>;
    static_assert(engine::Plan<Net, recipes::inference>::program.step_count == 2);
    LayerRun<Net> run;
    const auto weights = random_numbers(parameter_count<Net>, 1);
    std::copy(weights.begin(), weights.end(), run.parameters->data());
    const auto x = random_numbers(3 * 7, 2), dy = random_numbers(3 * 9, 3);
    CHECK(run.infer(x) == run.train(x, dy));
}
