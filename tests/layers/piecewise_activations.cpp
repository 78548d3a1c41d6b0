#include "burin/layers/activations.hpp"
#include "support/activation_checks.hpp"

#include <doctest/doctest.h>

using namespace burin;
using namespace activation_checks;

TEST_CASE("ReLU agrees with PyTorch and central differences") {
    check_activation<ReLU>(r::relu_y, r::relu_dx);
}
TEST_CASE("ReLU6 agrees with PyTorch and central differences") {
    check_activation<ReLU6>(r::relu6_y, r::relu6_dx);
}
TEST_CASE("LeakyReLU agrees with PyTorch and central differences") {
    check_activation<LeakyReLU<>>(r::leaky_relu_y, r::leaky_relu_dx);
    check_activation<LeakyReLU<0.3>>(r::leaky_relu_03_y, r::leaky_relu_03_dx);
}
TEST_CASE("HardSigmoid agrees with PyTorch and central differences") {
    check_activation<HardSigmoid>(r::hard_sigmoid_y, r::hard_sigmoid_dx);
}
TEST_CASE("HardSwish agrees with PyTorch and central differences") {
    check_activation<HardSwish>(r::hard_swish_y, r::hard_swish_dx);
}
TEST_CASE("Clip agrees with PyTorch and central differences") {
    check_activation<Hardtanh>(r::hardtanh_y, r::hardtanh_dx);
    check_activation<Clip<-2.5, 3>>(r::clip_y, r::clip_dx);
}
