#pragma once

#include "burin/graph/forms.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/layers/gaussian.hpp"
#include "burin/layers/reshape.hpp"

#include <cstdint>

/// Layers wrapped at random in what changes nothing in inference, the same way for the same seed.
namespace wrapping {

using namespace burin;

constexpr std::uint32_t mixed(std::uint32_t seed) {
    seed = (seed ^ (seed >> 16)) * 0x45d9f3bU;
    seed = (seed ^ (seed >> 16)) * 0x45d9f3bU;
    return seed ^ (seed >> 16);
}

template <std::uint32_t Choice, class LayerType>
struct Once {
    using type = LayerType;
};
template <class LayerType>
struct Once<1, LayerType> {
    using type = Frozen<LayerType>;
};
template <class LayerType>
struct Once<2, LayerType> {
    using type = Sequential<LayerType, Identity>;
};
template <class LayerType>
struct Once<3, LayerType> {
    using type = Sequential<Dropout<0.5>, LayerType>;
};
template <class LayerType>
struct Once<4, LayerType> {
    using type = Regularized<LayerType, L2<0.25>>;
};
template <class LayerType>
struct Once<5, LayerType> {
    using type = Frozen<Sequential<Identity, LayerType, GaussianNoise<0.5>>>;
};

/// Twice, by a seed.
template <std::uint32_t Seed, class LayerType>
using Random = typename Once<mixed(Seed) % 6, typename Once<mixed(Seed + 1000) % 6, LayerType>::type>::type;

} // namespace wrapping
