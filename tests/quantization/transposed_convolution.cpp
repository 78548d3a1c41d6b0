#include "burin/quantization/transposed_convolution.hpp"
#include "float_comparison.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>

using namespace burin;

// Their weights are not whole steps of their scales: FloatComparison takes channels for the last axis.
TEST_CASE("int8 transposed convolutions") {
    check_all<Sequential<Input<4, 3, 5>, Conv2DTranspose<7, 3, Same, Stride<2>>, ReLU>,
              Sequential<Input<3, 4, 2>, Conv2DTranspose<3, Shape{4, 2}, Stride<2, 3>, Padding<2, 0>,
                                                         OutputPadding<1, 2>, NoBias>>,
              Sequential<Input<9, 20>, Conv1DTranspose<6, 2, Stride<3>>>,
              Sequential<Input<2, 3, 2, 2>, Conv3DTranspose<3, 2, Stride<1, 2, 2>>>>(2.0F);
    static_assert(!quantization::Int8Layer<Conv1DTranspose<6, 2, Dilation<2>>>::is_supported);
}

TEST_CASE("int8 transposed convolutions: each tap is in one phase, each weight has one place") {
    constexpr kernels::Convolution c =
        Conv2DTranspose<3, Shape{4, 2}, Stride<3, 2>, Padding<1>>::to_input(Shape(5, 3, 4));
    constexpr std::size_t size = 4 * 2 * 3 * 4;
    std::array<int, size> from{}, to{};
    kernels::for_each_int8_transposed_weight(
        c, [&](std::size_t, std::size_t, std::size_t at, std::size_t place) {
            ++from.at(at);
            ++to.at(place);
        });
    for (std::size_t i = 0; i < size; ++i)
        CHECK((from[i] == 1 && to[i] == 1));
    static_assert(kernels::int8_phase_count(c) == 6);
}
