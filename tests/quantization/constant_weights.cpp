// Weights of 8 bits that are constants, packed by the compiler as processors with AVX2 and better read them:
// of numbers of channels, kernels and strides that fill no vector, no quad, no line. Compiled, never run.

#include <burin/embedded.hpp>

using namespace burin;

namespace {

/// As an exported header has it; which weights it has does not matter.
template <class Net>
constexpr QuantizedNetwork<Net> network{.inputs = {{{1.0F, 0}}}, .outputs = {{{1.0F, 0}}}, .nodes = {}};

template <class Net>
constexpr bool is_packed = network<Net>.packed.is_ready;

template <std::size_t Channels>
using Image = Input<6, 5, Channels>;

template <std::size_t Channels>
constexpr bool are_packed = is_packed<Sequential<Input<Channels>, Dense<Channels>>> &&
                            is_packed<Sequential<Image<Channels>, Conv2D<Channels, 1>>> &&
                            is_packed<Sequential<Image<Channels>, Conv2D<5, 3, Same, Stride<2>>>> &&
                            is_packed<Sequential<Image<3>, Conv2D<Channels, 3, Dilation<2>>>> &&
                            is_packed<Sequential<Image<Channels>, DepthwiseConv2D<3, Same>>> &&
                            is_packed<Sequential<Image<Channels>, DepthwiseConv2D<3, Same, Stride<2>>>> &&
                            is_packed<Sequential<Image<Channels>, DepthwiseConv2D<2>>>;

// As many as the compilers' limits on constant expressions allow.
static_assert(is_packed<Sequential<Image<3>, DepthwiseConv2D<3, Same>, Conv2D<2000, 2>>>);

static_assert(are_packed<1> && are_packed<3> && are_packed<15> && are_packed<16> && are_packed<17> &&
              are_packed<33> && are_packed<65>);

} // namespace
