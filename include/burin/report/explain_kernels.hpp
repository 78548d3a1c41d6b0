#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/plan.hpp"
#include "burin/kernels/depthwise/choose_strips.hpp"
#include "burin/kernels/machine.hpp"
#include "burin/quantization/is_quantizable.hpp"
#include "burin/report/kernel_calls.hpp"
#include "burin/report/node_title.hpp"
#include "burin/report/table.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace burin::report {

/// A kernel that a step of a plan calls, and how it is computed.
struct KernelRow {
    std::size_t step = 0; ///< Steps that call several kernels have a row for each.
    std::string place;    ///< As `2.0`.
    std::string layer;    ///< As `Dense<128> + ReLU`, with the functions that are fused behind it.
    std::string what;     ///< As `weight gradient`.
    /// As `32 × 784 × 128`: rows × inputs × outputs, for all three products of a weight matrix [inputs,
    /// outputs]. Rows are samples, of a convolution output pixels, of a layer over time steps. Of what has no
    /// matrix, rows × outputs; of a recurrent layer's steps, samples × steps × units; of attention's scores,
    /// heads × queries × keys.
    std::string extents;
    std::string choice; ///< As `6 × 2 register tiles`.
};

namespace detail {

/// Calls `visit` with the rules of each function that is fused behind a node, the last first.
template <class PlanType>
constexpr void for_each_fused(std::size_t head, std::size_t tail, auto visit) {
    const auto& nodes = PlanType::graph.nodes;
    if (tail != passes::none)
        for (std::size_t node = tail; node != head; node = passes::chained_input(nodes[node]))
            if (!passes::is_view(*nodes[node].rules, PlanType::mode))
                visit(*nodes[node].rules);
}

/// `Dense<128> + ReLU`
template <class PlanType>
std::string fused_title(std::size_t head, std::size_t tail) {
    std::string names;
    for_each_fused<PlanType>(
        head, tail, [&](const auto& rules) { names = " + " + std::string(rules.name().view()) + names; });
    return std::string(PlanType::graph.nodes[head].rules->name().view()) + names;
}

template <class PlanType>
std::string step_layer(const passes::Step& step) {
    const auto& nodes = PlanType::graph.nodes;
    if (step.kind == passes::StepKind::loss)
        return "";
    if (step.kind == passes::StepKind::backward_input && step.epilogue != passes::none)
        return fused_title<PlanType>(step.node, passes::none) + " · " +
               std::string(nodes[step.epilogue].rules->name().view()) + "'";
    return fused_title<PlanType>(step.node,
                                 step.kind == passes::StepKind::forward ? step.epilogue : passes::none);
}

/// Whether the functions that are fused behind a node are for vectors of any width.
template <class PlanType>
constexpr bool has_any_width(std::size_t head, std::size_t tail) {
    bool all = true;
    for_each_fused<PlanType>(head, tail, [&](const auto& rules) { all = all && rules.traits.for_any_width; });
    return all;
}

constexpr bool wants_input_gradient(const passes::Step& step) {
    for (std::size_t i = 0; i < passes::max_inputs; ++i)
        if (step.input_gradient(i) != passes::none)
            return true;
    return false;
}

/// Of a node that a step computes.
template <class PlanType, std::size_t StepIndex, std::size_t NodeIndex, class Scalar>
KernelCalls calls_of_node(std::size_t rows, const kernels::Machine& machine, std::size_t tail) {
    constexpr passes::Step step = PlanType::program.steps[StepIndex];
    using Layer = engine::OpAt<typename PlanType::N::Type, NodeIndex>;
    KernelQuestion<decltype(engine::node_signature<PlanType, NodeIndex>()), step.kind, PlanType::mode, Scalar,
                   PlanType::recipe.numbers>
        question{machine,     rows,
                 step.trains, wants_input_gradient(step),
                 false,       has_any_width<PlanType>(NodeIndex, tail)};
    if constexpr (step.input(0) != passes::none && NodeIndex == step.node)
        question.is_far = PlanType::program.values[step.input(0)].is_external;
    return kernel_calls(question, static_cast<const Layer*>(nullptr));
}

template <class PlanType, std::size_t StepIndex, class Scalar>
KernelCalls calls_of_step(std::size_t rows, const kernels::Machine& machine) {
    constexpr passes::Step step = PlanType::program.steps[StepIndex];
    constexpr std::size_t size = PlanType::graph.nodes[step.node].shape.size();
    if constexpr (step.kind == passes::StepKind::loss) {
        return {{"loss and its gradient", by({rows, size}), "loops of vectors"}};
    } else if constexpr (step.kind == passes::StepKind::accumulate) {
        return {{"sum of gradients", by({rows, size}), "a sweep of vectors"}};
    } else {
        constexpr bool is_forward = step.kind == passes::StepKind::forward;
        KernelCalls calls = calls_of_node<PlanType, StepIndex, step.node, Scalar>(
            rows, machine, is_forward ? step.epilogue : passes::none);
        if constexpr (step.then != passes::none)
            for (KernelCall& call : calls)
                call.choice = described(kernels::StripChoice{step.lines}) + ", " + call.choice;
        return calls;
    }
}

} // namespace detail

/// Of `kernels::machines`, as `avx512_vnni`; "another" if it is none of these.
inline std::string machine_name(const kernels::Machine& machine) {
    namespace machines = kernels::machines;
    const std::pair<const char*, kernels::Machine> all[] = {{"zen4", machines::zen4},
                                                            {"avx512_vnni", machines::avx512_vnni},
                                                            {"avx512", machines::avx512},
                                                            {"avx_vnni", machines::avx_vnni},
                                                            {"avx2", machines::avx2},
                                                            {"zen1", machines::zen1},
                                                            {"avx", machines::avx},
                                                            {"sse2", machines::sse2},
                                                            {"neon_dot", machines::neon_dot},
                                                            {"neon", machines::neon},
                                                            {"neon32", machines::neon32},
                                                            {"cortex_m55", machines::cortex_m55},
                                                            {"cortex_m4", machines::cortex_m4},
                                                            {"scalar", machines::scalar}};
    for (const auto& [name, known] : all)
        if (machine == known)
            return name;
    return "another";
}

/// What each step of a network's plan computes, for `Batch` samples, on a processor: that of this program, or
/// any of `kernels::machines`.
template <class Net, std::size_t Batch = 1,
          engine::Recipe<engine::Network<Net>::output_count> PlanRecipe = recipes::inference,
          class Scalar = float>
std::vector<KernelRow> kernel_rows(const kernels::Machine& machine = kernels::this_machine) {
    if constexpr (PlanRecipe.numbers == recipes::Numbers::int8)
        (void)core::DiagnosisOf<burin::detail::ExaminedForInt8<Net>>{};
    using PlanType = engine::Plan<typename engine::Network<Net>::Type, PlanRecipe>;
    std::vector<KernelRow> rows;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto add = [&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
            constexpr passes::Step step = PlanType::program.steps[Index];
            const auto add_calls = [&](std::size_t node, const std::string& layer,
                                       detail::KernelCalls calls) {
                for (detail::KernelCall& call : calls)
                    rows.push_back({Index, detail::node_place(PlanType::graph.nodes[node]), layer,
                                    std::move(call.what), std::move(call.extents), std::move(call.choice)});
            };
            add_calls(step.node, detail::step_layer<PlanType>(step),
                      detail::calls_of_step<PlanType, Index, Scalar>(Batch, machine));
            if constexpr (step.then != passes::none)
                add_calls(step.then, detail::fused_title<PlanType>(step.then, step.then_epilogue),
                          detail::calls_of_node<PlanType, Index, step.then, Scalar>(Batch, machine,
                                                                                    step.then_epilogue));
        };
        (add(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<PlanType::program.step_count>{});
    return rows;
}

/// The same as a table, a line for each kernel.
template <class Net, std::size_t Batch = 1,
          engine::Recipe<engine::Network<Net>::output_count> PlanRecipe = recipes::inference,
          class Scalar = float>
std::string explain_kernels(const kernels::Machine& machine = kernels::this_machine) {
    using Align = Table::Align;
    Table table({{"step", Align::right},
                 {"place", Align::left},
                 {"layer", Align::left},
                 {"kernel", Align::left},
                 {"rows × inputs × outputs", Align::left},
                 {"how", Align::left}});
    for (const KernelRow& row : kernel_rows<Net, Batch, PlanRecipe, Scalar>(machine))
        table.add_row({std::to_string(row.step), row.place, row.layer, row.what, row.extents, row.choice});
    return table.text();
}

} // namespace burin::report
