#pragma once

#include "burin/graph/network.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/passes/differentiate.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/links.hpp"
#include "burin/passes/liveness.hpp"
#include "burin/passes/plan_memory.hpp"
#include "burin/passes/schedule.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace burin {

/// The links (softmax, sigmoid) that the losses of the outputs contain.
template <std::size_t Outputs>
using Links = std::array<Link, Outputs>;

template <class Net>
inline constexpr Links<Network<Net>::output_count> no_links{};

/// The whole way from a network to its program and memory: every pass, in order, each result a constant.
/// With links, the outputs are those that the losses want (logits). If it `Widens`, the parameters are stored
/// in half the bits and each layer's are widened into the arena before its step: for inference only.
template <class Net, Mode RunMode, Links<Network<Net>::output_count> OutputLinks = no_links<Net>,
          bool Widens = false>
struct Plan {
    using N = Network<Net>;
    static constexpr Mode mode = RunMode;
    static_assert(!Widens || mode != Mode::training, "parameters in half the bits are for inference");

    static constexpr auto graph = passes::absorb_links(N::graph, OutputLinks, mode);
    static constexpr auto fusion = passes::fuse(graph, mode);
    static constexpr auto program = [] {
        if constexpr (mode == Mode::training)
            return passes::schedule(passes::differentiate<N::edge_count>(graph, fusion));
        else
            return passes::schedule(passes::forward_program(graph, fusion, mode, Widens));
    }();
    static constexpr auto liveness = passes::liveness(program, graph.nodes);

    /// Largest sum of simultaneously live buffers, in elements: no arena can be smaller.
    template <std::size_t Batch>
    static constexpr std::size_t lower_bound = passes::lower_bound(liveness.span(), Batch);

    /// What the buffers would take if no two shared their place, in elements.
    template <std::size_t Batch>
    static constexpr std::size_t all_buffers = passes::all_buffers(program, Batch);

    template <std::size_t Batch, class Scalar>
    static constexpr auto memory =
        passes::plan_memory<program.max_values>(liveness.span(), Batch, kernels::width<Scalar>);
};

} // namespace burin
