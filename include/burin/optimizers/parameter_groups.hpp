#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/fixed_string.hpp"
#include "burin/core/misuse.hpp"
#include "burin/core/text.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/select_tensors.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/optimizer.hpp"
#include "burin/optimizers/parameter_ranges.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

namespace burin::optimizers {

/// What the rules of `ParameterGroups` say of a parameter; they change it one after the other.
struct GroupEffect {
    double rate = 1;     ///< Times the learning rate.
    double decay = 1;    ///< Times the weight decay.
    bool frozen = false; ///< No step at all: neither decay nor memory.
};

/// No weight decay: `NoDecayOn<roles::biases, roles::norms>{}`.
template <engine::TensorSelector... Which>
struct NoDecayOn {
    static constexpr std::array<engine::TensorSelection, sizeof...(Which)> which{Which...};

    constexpr void change(GroupEffect& effect, std::uint64_t) const noexcept { effect.decay = 0; }
};

/// `factor` times the weight decay: `DecayOn<"head.*">{.factor = 10}`.
template <engine::TensorSelector... Which>
struct DecayOn {
    double factor = 1;

    static constexpr std::array<engine::TensorSelection, sizeof...(Which)> which{Which...};

    constexpr void change(GroupEffect& effect, std::uint64_t) const noexcept { effect.decay *= factor; }
};

/// `factor` times the learning rate, also where a schedule sets it: `RateOn<"encoder.*">{.factor = 0.1}`.
template <engine::TensorSelector... Which>
struct RateOn {
    double factor = 1;

    static constexpr std::array<engine::TensorSelection, sizeof...(Which)> which{Which...};

    constexpr void change(GroupEffect& effect, std::uint64_t) const noexcept { effect.rate *= factor; }
};

/// No step while `frozen`, up to step `until_step` and with it: `FreezeOn<"encoder.*">{.until_step = 500}`.
/// The parameters, the memory and the number of steps that the optimizer knows of stay as they are, and the
/// gradients don't count in the norm that is clipped. They are still computed: what never trains is better
/// in `Frozen<...>`, for which nothing is.
template <engine::TensorSelector... Which>
struct FreezeOn {
    bool frozen = true; ///< `freeze` and `thaw` set it.
    std::uint64_t until_step = std::numeric_limits<std::uint64_t>::max();

    static constexpr bool freezes = true; // So that steps are counted.
    static constexpr std::array<engine::TensorSelection, sizeof...(Which)> which{Which...};

    constexpr void change(GroupEffect& effect, std::uint64_t step) const noexcept {
        effect.frozen = effect.frozen || (frozen && step <= until_step);
    }
};

namespace detail {

/// Whether an optimizer does the same to each tensor.
template <class Optimizer>
concept HasTensorRule =
    requires(const Optimizer& optimizer, float* numbers, std::size_t count, std::uint64_t step) {
        optimizer.update_tensor(numbers, numbers, numbers, count, count, NormFactor<float>{}, step);
    };

template <class Rule>
inline constexpr bool freezes = requires { requires Rule::freezes; };

template <class... Rules>
inline constexpr std::array<std::span<const engine::TensorSelection>, sizeof...(Rules)> selectors_of{
    std::span<const engine::TensorSelection>(Rules::which)...};

template <class Net, class... Rules>
inline constexpr auto ranges_of = find_ranges(parameter_tensors<Net>, selectors_of<Rules...>);

template <class Net, class Optimizer, class... Rules>
struct ExaminedParameterGroups {
    static constexpr Sentence problem = [] {
        if constexpr (HasRule<Optimizer> || HasTensorRule<Optimizer>)
            return describe_idle_pattern(parameter_tensors<Net>, selectors_of<Rules...>);
        else
            return burin::detail::misuse<Optimizer>(
                "ParameterGroups", "an optimizer that treats each parameter, or each tensor, by itself, as "
                                   "`AdamW` does (put ParameterGroups inside what wraps it)");
    }();
};

} // namespace detail

/// An optimizer with parameter groups, chosen when compiling by name or by role:
///
///     ParameterGroups{AdamW{.learning_rate = 1e-3},
///                     NoDecayOn<roles::biases, roles::norms>{},
///                     RateOn<"encoder.*">{.factor = 0.1},
///                     FreezeOn<"encoder.embedding.weight">{}}
///
/// Where several rules hold for a parameter, factors multiply. Clipping by norm is by that of all gradients
/// together. A pattern that fits no trained parameter is refused when compiling. A rule is any type with
/// `which` and `change`, and `freezes` if it may freeze, as those above.
///
/// The ranges of parameters that share their rules are found when compiling, and each is one sweep. Each of
/// them counts the steps that it was frozen for (one number of state, if a rule may freeze), so that the
/// corrections of Adam's bias go on where they stopped.
template <class Optimizer, class... Rules>
struct ParameterGroups {
    static_assert(sizeof...(Rules) <= most_rules, "ParameterGroups has at most 64 rules");

    Optimizer optimizer{};
    std::tuple<Rules...> rules{};

    constexpr ParameterGroups() = default;
    constexpr explicit ParameterGroups(const Optimizer& wrapped, const Rules&... chosen) noexcept
        : optimizer(wrapped), rules(chosen...) {}

    static constexpr std::size_t field_count = 2; // For io::save, which tells and keeps them.
    static constexpr std::size_t state_vectors = Optimizer::state_vectors;

    /// The steps that each range was frozen for.
    template <class Net>
    static constexpr std::size_t extra_state =
        (detail::freezes<Rules> || ...) ? detail::ranges_of<Net, Rules...>.count : 0;

    template <class Net, class Scalar, class Again>
    void update_network(Scalar* parameters, Scalar* gradients, Scalar* state, std::uint64_t step,
                        Again&&) const noexcept {
        using Examined = detail::ExaminedParameterGroups<Net, Optimizer, Rules...>;
        static_cast<void>(core::DiagnosisOf<Examined>{});
        if constexpr (Examined::problem.empty()) {
            constexpr auto& ranges = detail::ranges_of<Net, Rules...>;
            const auto norm =
                detail::norm_factor_of<Scalar>(detail::treatment_of(optimizer), [&](const auto& visit) {
                    for (const ParameterRange& range : ranges)
                        if (!effect_on(range, step).frozen)
                            visit(gradients + range.first, range.count);
                });
            for (std::size_t i = 0; i < ranges.count; ++i) {
                const ParameterRange& range = ranges[i];
                const GroupEffect effect = effect_on(range, step);
                std::uint64_t taken = step;
                if constexpr (extra_state<Net> > 0) {
                    Scalar& remembered = state[state_vectors * trained_count<Net> + i];
                    const std::uint64_t missed = detail::count_in(remembered, step);
                    if (effect.frozen) {
                        remembered = static_cast<Scalar>(missed + 1);
                        continue;
                    }
                    taken -= missed;
                }
                if (effect.frozen)
                    continue;
                const Optimizer changed = changed_by(effect);
                if constexpr (detail::HasRule<Optimizer>)
                    detail::sweep_part<Scalar, state_vectors>(
                        detail::treatment_of(changed), parameters + range.first, gradients + range.first,
                        state + range.first, range.count, changed.template rule<Scalar>(taken),
                        trained_count<Net>, norm);
                else
                    for (const ParameterTensor& tensor : parameter_tensors<Net>)
                        if (const std::size_t first = tensor.offset;
                            first >= range.first && first < range.first + range.count)
                            changed.update_tensor(parameters + first, gradients + first, state + first,
                                                  tensor.spec.shape.size(), trained_count<Net>, norm, taken);
            }
        }
    }

  private:
    constexpr GroupEffect effect_on(const ParameterRange& range, std::uint64_t step) const noexcept {
        GroupEffect effect;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((range.rules >> I & 1 ? std::get<I>(rules).change(effect, step) : void()), ...);
        }(std::index_sequence_for<Rules...>{});
        return effect;
    }

    constexpr Optimizer changed_by(const GroupEffect& effect) const noexcept {
        Optimizer changed = optimizer;
        changed.learning_rate *= effect.rate;
        if constexpr (requires { changed.weight_decay; })
            changed.weight_decay *= effect.decay;
        return changed;
    }
};

namespace detail {

template <class Rule, class Optimizer>
constexpr bool has_rule() noexcept {
    if constexpr (requires(Optimizer& optimizer) { std::get<Rule>(optimizer.rules); })
        return true;
    else if constexpr (requires(Optimizer& optimizer) { optimizer.optimizer; })
        return has_rule<Rule, std::remove_cvref_t<decltype(std::declval<Optimizer&>().optimizer)>>();
    else
        return false;
}

template <FixedString Who, class Optimizer>
struct NoSuchRule {
    static constexpr Sentence problem = burin::detail::misuse<Optimizer>(
        Who.view(),
        "an optimizer that has this rule, such as `ParameterGroups` with a `FreezeOn` of the same names");
};

} // namespace detail

/// The rule of this type in an optimizer, to change between steps or epochs, however deep in wrappers:
///
///     rule_of<RateOn<"encoder.*">>(trainer.optimizer).factor = 0.5;
template <class Rule, class Optimizer>
constexpr auto& rule_of(Optimizer& optimizer) noexcept {
    if constexpr (!detail::has_rule<Rule, Optimizer>())
        return static_cast<void>(core::DiagnosisOf<detail::NoSuchRule<"rule_of", Optimizer>>{}), optimizer;
    else if constexpr (requires { std::get<Rule>(optimizer.rules); })
        return std::get<Rule>(optimizer.rules);
    else
        return rule_of<Rule>(optimizer.optimizer);
}

/// Freezes what `FreezeOn<Which...>` selects: `freeze<"encoder.*">(trainer.optimizer)`.
template <engine::TensorSelector... Which, class Optimizer>
constexpr void freeze(Optimizer& optimizer) noexcept {
    if constexpr (detail::has_rule<FreezeOn<Which...>, Optimizer>())
        rule_of<FreezeOn<Which...>>(optimizer).frozen = true;
    else
        static_cast<void>(core::DiagnosisOf<detail::NoSuchRule<"freeze", Optimizer>>{});
}

/// Lets it train again.
template <engine::TensorSelector... Which, class Optimizer>
constexpr void thaw(Optimizer& optimizer) noexcept {
    if constexpr (detail::has_rule<FreezeOn<Which...>, Optimizer>())
        rule_of<FreezeOn<Which...>>(optimizer).frozen = false;
    else
        static_cast<void>(core::DiagnosisOf<detail::NoSuchRule<"thaw", Optimizer>>{});
}

} // namespace burin::optimizers
