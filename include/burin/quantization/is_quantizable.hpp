#pragma once

#include "burin/core/for_each_index.hpp"
#include "burin/core/text.hpp"
#include "burin/graph/network.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <cstddef>
#include <type_traits>

namespace burin {

namespace detail {

/// The first layer that has no 8-bit form.
template <class Net>
struct ExaminedForInt8 {
    using N = engine::Network<Net>;

    static constexpr Sentence problem = [] {
        Sentence sentence;
        core::for_each_index<N::size>([&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
            using LayerType = engine::OpAt<typename N::Type, Index>;
            if constexpr (!quantization::Int8Layer<LayerType>::is_supported)
                if (sentence.empty())
                    sentence = passes::expected_of(N::graph.nodes[Index])
                                   .append("a layer that can compute with 8-bit integers")
                                   .append(quantization::Int8Layer<LayerType>::hint);
        });
        return sentence;
    }();
};

} // namespace detail

namespace quantization {

/// Whether all layers of a network can compute with 8-bit integers.
template <class Net>
inline constexpr bool is_quantizable = detail::ExaminedForInt8<Net>::problem.empty();

} // namespace quantization

namespace detail {

/// The network, or what stands in for one that can't compute so.
template <class Net>
using Quantizable = std::conditional_t<quantization::is_quantizable<Net>, Net, StandIn>;

} // namespace detail

} // namespace burin
