#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/plan.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_output.hpp"

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace burin {

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
inline constexpr Links<Network<Net>::output_count> links_of = [] {
    Links<Network<Net>::output_count> links{};
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((I < links.size() ? void(links[I] = LossAt<Loss, I>::link) : void()), ...);
    }(std::make_index_sequence<Objective<Loss>::count>{});
    return links;
}();

namespace detail {

/// Why this loss can't train this network; empty if it can.
template <class Net, class Loss>
consteval Sentence describe_misfit() {
    using N = Network<Net>;
    Sentence sentence;
    if (Objective<Loss>::count != N::output_count) {
        sentence.append("the network has ")
            .append(N::output_count)
            .append(" outputs: expected as many losses, got ");
        return sentence.append(Objective<Loss>::count);
    }
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto check = [&](std::size_t output, const Sentence& rejection) {
            if (rejection.empty() || !sentence.empty())
                return;
            const passes::Node& node = N::graph.nodes[N::graph.outputs[output]];
            sentence.append("loss of output `").append(node.place.text().view()).append("` `");
            sentence.append(node.rules->name().view()).append("`: ").append(rejection.view());
        };
        (check(I, LossAt<Loss, I>::reject(output_shape < Net, I < N::output_count ? I : 0 >)), ...);
    }(std::make_index_sequence<Objective<Loss>::count>{});
    return sentence;
}

} // namespace detail

namespace detail {

template <class Net, class Loss>
struct ExaminedLoss {
    static constexpr Sentence problem = [] {
        if constexpr (is_valid_network<Net>)
            return describe_misfit<Net, Loss>();
        else
            return Sentence{};
    }();
};

} // namespace detail

/// Whether the losses fit the outputs of a network.
template <class Net, class Loss>
inline constexpr bool loss_fits = is_valid_network<Net> && detail::ExaminedLoss<Net, Loss>::problem.empty();

/// Up to a batch of samples: where each input's and each output's data begin. Inputs and targets are
/// row-major, sample after sample; `weights` (one a sample) may be null.
///
/// `state`, if not null, is what a CarriedState of the trainer's batch size holds: row i then goes on where
/// row i of the step before ended, so that a long sequence can be trained on window by window. No gradient
/// goes from a window to the one before (truncated backpropagation through time; Keras calls it `stateful`).
template <class Net, class Loss, class Scalar = float>
struct Samples {
    template <std::size_t Index>
    using Target = typename LossAt<Loss, Index>::template Target<Scalar>;

    using Targets = typename decltype([]<std::size_t... I>(std::index_sequence<I...>) {
        return std::type_identity<std::tuple<const Target<I>*...>>{};
    }(std::make_index_sequence<Objective<Loss>::count>{}))::type;

    std::array<const Scalar*, Network<Net>::input_count> inputs{};
    Targets targets{}; ///< Null for a loss that needs none.
    const Scalar* weights = nullptr;
    Scalar* state = nullptr;
    std::size_t rows = 0;
};

} // namespace burin
