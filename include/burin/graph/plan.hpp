#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/text.hpp"
#include "burin/graph/arithmetic.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/recipe.hpp"
#include "burin/passes/differentiate.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/links.hpp"
#include "burin/passes/liveness.hpp"
#include "burin/passes/plan_memory.hpp"
#include "burin/passes/schedule.hpp"
#include "burin/passes/strips.hpp"
#include "burin/passes/verify.hpp"

#include <cstddef>

namespace burin {

namespace engine {

template <class Net>
inline constexpr Links<Network<Net>::output_count> no_links{};

} // namespace engine

namespace detail {

/// Every pass, in order, each result a constant.
template <class Net, engine::Recipe<engine::Network<Net>::output_count> PlanRecipe>
struct Passes {
    using N = engine::Network<Net>;
    static constexpr auto recipe = PlanRecipe;
    static constexpr Mode mode = recipe.mode;
    static_assert(!recipe.widens || mode != Mode::training, "parameters in half the bits are for inference");
    static_assert(passes::saves(mode) == (recipe.gradients != recipes::Gradients::none),
                  "a recipe wants gradients in the modes that save what they need, and in no other");

    static constexpr bool keeps_node = recipe.kept_node != passes::none;
    static constexpr auto graph = [] {
        const auto linked = passes::absorb_links(recipes::Arithmetic<recipe.numbers>::template graph<Net>(),
                                                 recipe.links, mode);
        if constexpr (keeps_node)
            return passes::with_output(linked, recipe.kept_node);
        else
            return linked;
    }();

    static constexpr auto fusion = recipe.fusing == recipes::Fusing::chains
                                       ? passes::fuse(graph, mode, recipe.numbers == recipes::Numbers::real)
                                       : passes::no_fusion<N::size>();

    /// Of a run that gives nothing but its outputs.
    static constexpr auto strips = [] {
        if constexpr (recipe.fusing == recipes::Fusing::chains && recipe.numbers == recipes::Numbers::real &&
                      mode == Mode::inference && !recipe.widens)
            return passes::find_strips(graph, fusion);
        else
            return passes::Strips<0>{};
    }();

    static constexpr auto wanted = [] {
        if constexpr (recipe.gradients == recipes::Gradients::of_inputs) {
            passes::Wanted<N::input_count> inputs{.parameters = false, .losses = N::output_count};
            std::size_t count = 0;
            for (std::size_t index = 0; index < N::size; ++index)
                if (graph.nodes[index].rules->traits.is_input)
                    inputs.nodes[count++] = index;
            return inputs;
        } else if constexpr (recipe.gradients == recipes::Gradients::of_node) {
            return passes::Wanted<1>{
                .parameters = false, .nodes = {recipe.kept_node}, .losses = N::output_count};
        } else {
            return passes::Wanted<>{};
        }
    }();

    static constexpr auto program = [] {
        const auto scheduled = passes::schedule([] {
            if constexpr (recipe.gradients == recipes::Gradients::none)
                if constexpr (const auto alone = passes::forward_program(graph, fusion, mode, recipe.widens);
                              strips.any())
                    return passes::join_strips(alone, strips, graph.nodes);
                else
                    return alone;
            else
                return passes::differentiate<N::edge_count>(graph, fusion, mode, wanted);
        }());
        return recipe.inputs == InputMemory::arena ? passes::inputs_in_arena(scheduled) : scheduled;
    }();

    static constexpr auto liveness = passes::liveness(program, graph.nodes);
};

template <class PassesType>
struct ExaminedProgram {
    static constexpr Sentence problem = [] {
        const Sentence program = passes::verify(PassesType::program, PassesType::graph);
        return program.empty()
                   ? passes::verify(PassesType::liveness, PassesType::program, PassesType::graph.nodes)
                   : program;
    }();
};

template <class PassesType, std::size_t Batch, std::size_t Alignment>
struct PlannedMemory {
    static constexpr auto memory =
        passes::plan_memory<PassesType::program.max_values>(PassesType::liveness.span(), Batch, Alignment);
    static constexpr Sentence problem = passes::verify(memory, PassesType::liveness.span(), Batch, Alignment);
};

} // namespace detail

namespace engine {

/// The whole way from a network to its program and memory, by a recipe. Program, lifetimes and memory are
/// verified: see `passes/verify.hpp`.
///
///     Plan<Net, recipes::training.with(links_of<Net, Loss>)>::program
///
/// Outputs of the program are those of the network, then the value of a node that is kept, then the gradients
/// of inputs or of that node.
template <class Net, Recipe<Network<Net>::output_count> PlanRecipe>
struct Plan : detail::Passes<Net, PlanRecipe>,
              private core::DiagnosisOf<detail::ExaminedProgram<detail::Passes<Net, PlanRecipe>>> {
    using Passes = detail::Passes<Net, PlanRecipe>;

    /// Gradients that are outputs of the program, and where they begin among them.
    static constexpr std::size_t gradient_count = Passes::wanted.nodes.size();
    static constexpr std::size_t first_gradient = Passes::N::output_count + Passes::keeps_node;

    /// Largest sum of simultaneously live buffers, in elements: no arena can be smaller.
    template <std::size_t Batch>
    static constexpr std::size_t lower_bound = passes::lower_bound(Passes::liveness.span(), Batch);

    /// What the buffers would take if no two shared their place, in elements.
    template <std::size_t Batch>
    static constexpr std::size_t all_buffers = passes::all_buffers(Passes::program, Batch);

    /// Elements at whose multiples large buffers begin.
    template <class Scalar>
    static constexpr std::size_t alignment =
        recipes::Arithmetic<PlanRecipe.numbers>::template alignment<Scalar>;

    template <std::size_t Batch, class Scalar>
    static constexpr auto memory = [] {
        using Planned = detail::PlannedMemory<Passes, Batch, alignment<Scalar>>;
        static_cast<void>(core::DiagnosisOf<Planned>{});
        return Planned::memory;
    }();
};

} // namespace engine

} // namespace burin
