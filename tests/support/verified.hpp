#pragma once

#include "burin/passes/differentiate.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/infer_shapes.hpp"
#include "burin/passes/links.hpp"
#include "burin/passes/liveness.hpp"
#include "burin/passes/plan_memory.hpp"
#include "burin/passes/program.hpp"
#include "burin/passes/schedule.hpp"
#include "burin/passes/verify.hpp"

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

/// The passes, with what goes in and what comes out verified. What is wrong is thrown: that is no constant,
/// and a test that fails.
namespace verified {

using namespace burin;
using passes::Mode;

constexpr void require(const auto&... given) {
    const Sentence fault = passes::verify(given...);
    if (!fault.empty())
        throw std::logic_error(std::string(fault.view()));
}

/// The graph with its shapes.
constexpr auto shaped(const auto& table) {
    const auto graph = passes::infer_shapes(table).graph;
    require(graph);
    return graph;
}

constexpr auto absorb_links(const auto& graph, const auto& links, Mode mode) {
    const auto linked = passes::absorb_links(graph, links, mode);
    require(linked);
    return linked;
}

constexpr auto forward_program(const auto& graph, const auto& fusion, Mode mode = Mode::inference) {
    const auto program = passes::forward_program(graph, fusion, mode);
    require(program, graph);
    return program;
}

/// What is fused must make programs, forward and back.
constexpr auto fuse(const auto& graph, Mode mode) {
    require(graph);
    const auto fusion = passes::fuse(graph, mode);
    forward_program(graph, fusion, mode);
    return fusion;
}

template <std::size_t Edges>
constexpr auto differentiate(const auto& graph, const auto& fusion, const auto&... wanted) {
    require(graph);
    const auto program = passes::differentiate<Edges>(graph, fusion, wanted...);
    require(program, graph);
    return program;
}

constexpr auto schedule(const auto& program, const auto&... graph) {
    require(program, graph...);
    const auto scheduled = passes::schedule(program);
    require(scheduled, graph...);
    return scheduled;
}

constexpr auto liveness(const auto& program, std::span<const passes::LoweredNode> nodes) {
    const auto live = passes::liveness(program, nodes);
    require(live, program, nodes);
    return live;
}

template <std::size_t Pieces>
constexpr auto plan_memory(std::span<const passes::Lifetime> lifetimes, std::size_t batch,
                           std::size_t vector) {
    const auto plan = passes::plan_memory<Pieces>(lifetimes, batch, vector);
    require(plan, lifetimes, batch, vector);
    return plan;
}

} // namespace verified
