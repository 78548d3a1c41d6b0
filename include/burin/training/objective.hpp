#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/plan.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_output.hpp"
#include "burin/passes/missing_rule.hpp"

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace burin {

namespace fitting {

/// One loss for each output of a network: a plain loss, or `losses::PerOutput`.
template <class Loss>
struct Objective {
    static constexpr std::size_t count = 1;
    using Losses = std::tuple<Loss>;

    template <std::size_t>
    static constexpr const Loss& get(const Loss& loss) noexcept {
        return loss;
    }
    static constexpr double weight(const Loss&, std::size_t) noexcept { return 1; }
};

template <class... Ls>
struct Objective<losses::PerOutput<Ls...>> {
    static constexpr std::size_t count = sizeof...(Ls);
    using Losses = std::tuple<Ls...>;

    template <std::size_t Index>
    static constexpr const auto& get(const losses::PerOutput<Ls...>& loss) noexcept {
        return loss.template get<Index>();
    }
    static constexpr double weight(const losses::PerOutput<Ls...>& loss, std::size_t index) noexcept {
        return loss.weights[index];
    }
};

template <class Loss, std::size_t Index>
using LossAt = std::tuple_element_t<Index, typename Objective<Loss>::Losses>;

/// The sums of the losses of each output.
template <class Loss, class Scalar>
using OutputSums = std::array<losses::LossSum<Scalar>, Objective<Loss>::count>;

/// Σ weight · reduced loss of the outputs. Outputs may count their weights differently, so each is reduced
/// before they are added.
template <class Loss, class Scalar>
constexpr Scalar reduce_outputs(const Loss& loss, const OutputSums<Loss, Scalar>& sums) noexcept {
    Scalar total = 0;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto add = [&](double weight, Scalar reduced) {
            if (weight != 0)
                total += static_cast<Scalar>(weight) * reduced;
        };
        (add(Objective<Loss>::weight(loss, I),
             losses::reduce(Objective<Loss>::template get<I>(loss), sums[I])),
         ...);
    }(std::make_index_sequence<Objective<Loss>::count>{});
    return total;
}

/// The links that the losses contain, for `Plan`.
template <class Net, class Loss>
inline constexpr engine::Links<engine::Network<Net>::output_count> links_of = [] {
    engine::Links<engine::Network<Net>::output_count> links{};
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((I < links.size() ? void(links[I] = losses::link_of<LossAt<Loss, I>>) : void()), ...);
    }(std::make_index_sequence<Objective<Loss>::count>{});
    return links;
}();

} // namespace fitting

namespace detail {

/// "loss of output `2` `Dense<1>`: " and what is wrong with it.
template <class Net>
constexpr Sentence of_output(std::size_t output, const Sentence& rejection) {
    Sentence sentence;
    if (rejection.empty())
        return sentence;
    const passes::LoweredNode& node =
        engine::Network<Net>::graph.nodes[engine::Network<Net>::graph.outputs[output]];
    sentence.append("loss of output `").append(node.place.text().view()).append("` `");
    return sentence.append(node.rules->name().view()).append("`: ").append(rejection.view());
}

/// Why a loss can't take what this output is known to be; empty if it can. A link applied twice, or
/// probabilities taken for logits, would train something else in silence.
template <class Net, class Loss, std::size_t Output, Mode RunMode>
consteval Sentence describe_values() {
    constexpr auto& graph = engine::Network<Net>::graph;
    constexpr std::size_t output = graph.outputs[Output];
    constexpr bool takes_scores =
        losses::link_of<Loss> != Link::none || losses::answer_of<Loss> == losses::Answer::yes_or_no;
    const auto values = passes::values_of(graph);
    Sentence sentence;
    if (!takes_scores || values[output] == core::Values::any ||
        passes::linked_node(graph, output, losses::link_of<Loss>, RunMode) != passes::none)
        return sentence;
    // The layer whose outputs are known.
    std::size_t source = output;
    while (graph.nodes[source].rules->traits.values == core::Values::any) {
        std::size_t which = 0;
        while (values[graph.nodes[source].inputs[which]] == core::Values::any)
            ++which;
        source = graph.nodes[source].inputs[which];
    }
    const auto name = graph.nodes[source].rules->name();
    if (graph.nodes[source].rules->traits.link == losses::link_of<Loss> &&
        losses::link_of<Loss> != Link::none)
        sentence.append("expected `")
            .append(name.view())
            .append("` last, as the loss contains it, got `")
            .append(graph.nodes[output].rules->name().view())
            .append("` behind it; put that before it");
    else if (losses::link_of<Loss> == Link::none)
        sentence.append("expected scores that may be negative, got the probabilities of `")
            .append(name.view())
            .append("`; leave that out");
    else if (losses::link_of<Loss> == Link::sigmoid)
        sentence.append("expected logits or a Sigmoid, got the outputs of `")
            .append(name.view())
            .append(
                "`; leave that out, or use SparseCategoricalCrossentropy if one class of several is right");
    else
        sentence.append("expected logits or a Softmax, got the outputs of `")
            .append(name.view())
            .append("`; leave that out, or use BinaryCrossentropy if each output is a yes or no by itself");
    return sentence;
}

/// Why this loss can't train this network, or judge it in inference; empty if it can.
template <class Net, class Loss, Mode RunMode>
consteval Sentence describe_unfit_loss() {
    using N = engine::Network<Net>;
    Sentence sentence;
    if (fitting::Objective<Loss>::count != N::output_count) {
        sentence.append("the network has ")
            .append(N::output_count)
            .append(" outputs: expected as many losses, got ");
        return sentence.append(fitting::Objective<Loss>::count);
    }
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto check = [&](std::size_t output, const Sentence& rejection) {
            if (sentence.empty())
                sentence = of_output<Net>(output, rejection);
        };
        constexpr auto in_range = [](std::size_t index) { return index < N::output_count ? index : 0; };
        (check(I, losses::reject<fitting::LossAt<Loss, I>>(output_shape<Net, in_range(I)>)), ...);
        (check(I, describe_values<Net, fitting::LossAt<Loss, I>, in_range(I), RunMode>()), ...);
    }(std::make_index_sequence<fitting::Objective<Loss>::count>{});
    if constexpr (RunMode == Mode::training)
        if (sentence.empty()) {
            using Steps = engine::Plan<Net, recipes::training.with(fitting::links_of<Net, Loss>)>;
            return passes::describe_missing_rule(Steps::program, Steps::graph.nodes);
        }
    return sentence;
}

template <class Net, class Loss, Mode RunMode = Mode::training>
struct ExaminedLoss {
    static constexpr Sentence problem = [] {
        if constexpr (is_valid_network<Net>)
            return describe_unfit_loss<Net, Loss, RunMode>();
        else
            return Sentence{};
    }();
};

} // namespace detail

namespace fitting {

/// Whether the losses can train a network: there is one for each output, and each fits its output.
template <class Net, class Loss>
inline constexpr bool loss_fits = is_valid_network<Net> && detail::ExaminedLoss<Net, Loss>::problem.empty();

} // namespace fitting

/// Up to a batch of samples: where each input's and each output's data begin. Inputs and targets are
/// row-major, sample after sample; `weights` (one a sample) may be null.
///
/// `state`, if not null, is what a CarriedState of the trainer's batch size holds: row i then goes on where
/// row i of the step before ended, so that a long sequence can be trained on window by window. No gradient
/// goes from a window to the one before (truncated backpropagation through time; Keras calls it `stateful`).
template <class Net, class Loss, class Scalar = float>
struct Samples {
    template <std::size_t Index>
    using Target = losses::TargetOf<fitting::LossAt<Loss, Index>, Scalar>;

    using Targets = typename decltype([]<std::size_t... I>(std::index_sequence<I...>) {
        return std::type_identity<std::tuple<const Target<I>*...>>{};
    }(std::make_index_sequence<fitting::Objective<Loss>::count>{}))::type;

    std::array<const Scalar*, engine::Network<Net>::input_count> inputs{};
    Targets targets{}; ///< Null for a loss that needs none.
    const Scalar* weights = nullptr;
    Scalar* state = nullptr;
    std::size_t rows = 0;
};

} // namespace burin
