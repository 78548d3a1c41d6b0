#pragma once

#include "burin/layers/pixel_shuffle.hpp"
#include "burin/quantization/movement.hpp"

#include <cstddef>

namespace burin {

template <std::size_t Block>
struct quantization::Int8Layer<DepthToSpace<Block>> : detail::Int8Movement<DepthToSpace<Block>> {};
template <std::size_t Block>
struct quantization::Int8Layer<SpaceToDepth<Block>> : detail::Int8Movement<SpaceToDepth<Block>> {};
template <std::size_t Block>
struct quantization::Int8Layer<PixelShuffle<Block>> : detail::Int8Movement<PixelShuffle<Block>> {};
template <std::size_t Block>
struct quantization::Int8Layer<PixelUnshuffle<Block>> : detail::Int8Movement<PixelUnshuffle<Block>> {};

} // namespace burin
