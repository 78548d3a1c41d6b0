#pragma once

#include "burin/graph/plan.hpp"
#include "burin/quantization/int8_arithmetic.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace burin::quantization {

/// The ReLUs that an 8-bit program computes as the least output of the layer before them, whose step's scale
/// is then theirs: `of[head]` is the node of the ReLU, `head[relu]` the node of the layer; `none` where there
/// is no such ReLU.
template <std::size_t N>
struct Clamps {
    std::array<std::size_t, N> of{};
    std::array<std::size_t, N> head{};
};

/// `clamps` says which layers can limit their outputs, `is_relu` which ones are such limits.
template <std::size_t N, std::size_t Outputs>
constexpr Clamps<N> find_clamps(const passes::LoweredGraph<N, Outputs>& graph,
                                const passes::Fusion<N>& fusion, const std::array<bool, N>& clamps,
                                const std::array<bool, N>& is_relu) {
    Clamps<N> result;
    result.of.fill(passes::none);
    result.head.fill(passes::none);
    for (std::size_t head = 0; head < N; ++head) {
        if (!clamps[head] || !fusion.is_head(head))
            continue;
        std::size_t first = passes::none;
        for (std::size_t node = fusion.tail[head]; node != head; node = graph.nodes[node].inputs[0])
            if (!passes::is_view(*graph.nodes[node].rules, Mode::inference))
                first = node;
        if (first != passes::none && is_relu[first]) {
            result.of[head] = first;
            result.head[first] = head;
        }
    }
    return result;
}

/// Those of a network.
template <class Net>
inline constexpr auto clamps = []<std::size_t... I>(std::index_sequence<I...>) {
    using Passes = burin::detail::Passes<Net, recipes::quantized>;
    return find_clamps(Passes::graph, Passes::fusion, {Int8Layer<engine::OpAt<Net, I>>::clamps...},
                               {Int8Layer<engine::OpAt<Net, I>>::is_relu...});
}(std::make_index_sequence<engine::Network<Net>::size>{});

} // namespace burin::quantization
