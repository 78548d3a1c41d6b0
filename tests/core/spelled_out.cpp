#include "burin/core/spelled_out.hpp"
#include "burin/kernels/repeated_axes.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/transposed_convolution.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>

using namespace burin;

namespace {

using Four = std::array<std::size_t, 4>;
using Three = std::array<std::size_t, 3>;

struct Numbers {
    Four value{};
};

struct Lines {
    std::array<Numbers, 2> value{};
};

/// A 1 among zeros, which only it is written over.
constexpr Numbers one_at(std::size_t place) {
    Numbers numbers;
    numbers.value[place] = 1;
    numbers.value = core::spelled_out(numbers.value);
    return numbers;
}

constexpr Lines one_at(std::size_t line, std::size_t place) {
    Lines lines;
    lines.value[line] = one_at(place);
    lines.value = core::spelled_out(lines.value);
    return lines;
}

/// What a function of its own for each argument sees of it.
template <auto Value>
auto seen() {
    return Value;
}

template <auto Windows>
Three padding_before() {
    return {Windows.axes[0].before, Windows.axes[1].before, Windows.axes[2].before};
}

template <auto Axes>
Three strides() {
    return {Axes.stride(0, 0), Axes.stride(0, 1), Axes.stride(0, 2)};
}

/// What a reduction goes through that keeps so much of a sample.
constexpr kernels::RepeatedAxes<1> keeping(const Shape& sample, const Shape& kept) {
    return kernels::RepeatedAxes<1>(sample, {kept});
}

constexpr Shape image{8, 8, 2}, volume{8, 8, 8, 2};

template <class... Options>
constexpr auto pool2d = MaxPool2D<3, Options...>::over(image);
template <class... Options>
constexpr auto gapped_pool2d = AveragePool2D<3, CountPadding, Options...>::over(image);
template <class... Options>
constexpr auto convolution2d = detail::ConvolutionOptions<2, 3, Options...>::convolution(image, 4);
template <class... Options>
constexpr auto convolution3d = detail::ConvolutionOptions<3, 3, Options...>::convolution(volume, 4);
template <class... Options>
constexpr auto transposed2d = detail::TransposedConvolutionLayer<2, 4, 3, Options...>::to_input(image);

} // namespace

TEST_CASE("spelled_out: mirrored values are template arguments of their own") {
    CHECK(seen<one_at(0)>().value == Four{1, 0, 0, 0});
    CHECK(seen<one_at(2)>().value == Four{0, 0, 1, 0});
    CHECK(seen<one_at(3)>().value == Four{0, 0, 0, 1});

    CHECK(seen<one_at(0, 0)>().value[0].value == Four{1, 0, 0, 0});
    CHECK(seen<one_at(0, 3)>().value[0].value == Four{0, 0, 0, 1});
    CHECK(seen<one_at(1, 0)>().value[1].value == Four{1, 0, 0, 0});
    CHECK(seen<one_at(1, 3)>().value[1].value == Four{0, 0, 0, 1});
}

TEST_CASE("template arguments: mirrored reductions are not the same") {
    CHECK(strides<keeping(Shape{2, 2}, Shape{2, 1})>() == Three{1, 0, 0});
    CHECK(strides<keeping(Shape{2, 2}, Shape{1, 2})>() == Three{0, 1, 0});
    CHECK(strides<keeping(Shape{2, 2, 2}, Shape{2, 1, 2})>() == Three{2, 0, 1});
    CHECK(strides<keeping(Shape{2, 2, 2}, Shape{1, 2, 1})>() == Three{0, 1, 0});
}

TEST_CASE("template arguments: mirrored padding is not the same") {
    CHECK(padding_before<pool2d<Padding<1, 0>>>() == Three{0, 1, 0});
    CHECK(padding_before<pool2d<Padding<0, 1>>>() == Three{0, 0, 1});
    CHECK(padding_before<gapped_pool2d<Padding<1, 0>>>() == Three{0, 1, 0});
    CHECK(padding_before<gapped_pool2d<Padding<0, 1>>>() == Three{0, 0, 1});
    CHECK(padding_before<convolution2d<Padding<1, 0>>>() == Three{0, 1, 0});
    CHECK(padding_before<convolution2d<Padding<0, 1>>>() == Three{0, 0, 1});
    CHECK(padding_before<convolution3d<Padding<1, 0, 0>>>() == Three{1, 0, 0});
    CHECK(padding_before<convolution3d<Padding<0, 1, 0>>>() == Three{0, 1, 0});
    CHECK(padding_before<convolution3d<Padding<0, 0, 1>>>() == Three{0, 0, 1});
    CHECK(padding_before<transposed2d<Padding<1, 0>>>() == Three{0, 1, 0});
    CHECK(padding_before<transposed2d<Padding<0, 1>>>() == Three{0, 0, 1});
}
