#pragma once

#include "burin/core/elements.hpp"
#include "burin/core/link.hpp"
#include "burin/core/parameter.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/graph/epilogue.hpp"
#include "burin/graph/op.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

// Whether a layer keeps the contract of `Op`: which rules it has, and that what it declares under the names
// of `Op` is what they stand for.

namespace burin {

namespace detail {

/// Contexts as layers get them, to ask whether a layer has a rule that takes one.
template <class Scalar, std::size_t Inputs>
struct Asked {
    using Shapes = std::conditional_t<Inputs == 1, Signature<Shape(1), Shape(1)>,
                                      Signature<Shape(1), Shape(1), Shape(1)>>;
    using Forward = ForwardContext<Scalar, Shapes, Mode::training, engine::Chain<>>;
    using ParameterGradient = ParameterGradientContext<Scalar, Shapes, false>;
    using InputGradient = InputGradientContext<Scalar, Shapes, engine::NoActivation>;
    using AllGradients = GradientContext<Scalar, Shapes, true, false, false, std::array<bool, Inputs>{true}>;
};
using Usual = Asked<float, 1>;
// Of rules that take some contexts only.
using Merging = Asked<float, 2>;
using Precise = Asked<double, 1>;

template <class L, class Asked>
concept TakesForward = requires(const typename Asked::Forward& run) { L::forward(run); };
template <class L>
concept HasForward = TakesForward<L, Usual> || TakesForward<L, Merging> || TakesForward<L, Precise>;

template <class L, class Asked>
concept TakesBackwardParameters =
    requires(const typename Asked::ParameterGradient& run) { L::backward_parameters(run); };
template <class L>
concept HasBackwardParameters = TakesBackwardParameters<L, Usual> || TakesBackwardParameters<L, Merging> ||
                                TakesBackwardParameters<L, Precise>;

template <class L, std::size_t Which, class Asked>
concept TakesBackwardInput =
    requires(const typename Asked::InputGradient& run) { L::template backward_input<Which>(run); };
template <class L, std::size_t Which>
concept HasBackwardInput = TakesBackwardInput<L, Which, Usual> || TakesBackwardInput<L, Which, Merging> ||
                           TakesBackwardInput<L, Which, Precise>;

template <class L, class Asked>
concept TakesBackward = requires(const typename Asked::AllGradients& run) { L::backward(run); };
template <class L>
concept HasBackward = TakesBackward<L, Usual> || TakesBackward<L, Merging> || TakesBackward<L, Precise>;

/// Whether a layer itself widens parameters that are stored in half the bits.
template <class L>
concept WidensParameters = requires(std::span<const Shape> inputs) {
    { L::widened(inputs) } -> std::same_as<std::size_t>;
};

/// Whether a layer says how many random numbers a sample takes.
template <class L>
concept TellsDrawn = requires(std::span<const Shape> inputs) {
    { L::drawn(inputs) } -> std::same_as<std::size_t>;
};

/// A layer whose rules are those of another, as TimeDistributed's, says so by `using Inner = …;`.
template <class L>
struct InnerLayer : std::type_identity<L> {};
template <class L>
    requires requires { typename L::Inner; }
struct InnerLayer<L> : InnerLayer<typename L::Inner> {};

/// The rules for backward steps that a layer has.
template <class L, std::size_t... Which>
constexpr passes::Rules given_rules(std::index_sequence<Which...>) {
    using Giver = typename InnerLayer<L>::type;
    return {.backward_parameters = HasBackwardParameters<Giver>,
            .backward_input = {HasBackwardInput<Giver, Which>...},
            .backward = HasBackward<Giver>};
}

/// What can be meant for a trait, constant or not; `1` is for a flag, too.
template <class T, class Trait>
concept StandsFor =
    std::is_object_v<std::remove_reference_t<T>> && std::convertible_to<std::remove_cvref_t<T>, Trait>;

/// The name of a trait that a layer declares by itself, where nobody reads it, instead of in `traits`.
template <class L>
constexpr std::string_view stray_trait() {
    if constexpr (requires {
                      { L::is_input } -> StandsFor<bool>;
                  })
        return "is_input";
    if constexpr (requires {
                      { L::is_view } -> StandsFor<bool>;
                  })
        return "is_view";
    if constexpr (requires {
                      { L::is_view_in_inference } -> StandsFor<bool>;
                  })
        return "is_view_in_inference";
    if constexpr (requires {
                      { L::elementwise } -> StandsFor<bool>;
                  })
        return "elementwise";
    if constexpr (requires {
                      { L::for_any_width } -> StandsFor<bool>;
                  })
        return "for_any_width";
    if constexpr (requires {
                      { L::accepts_epilogue } -> StandsFor<bool>;
                  })
        return "accepts_epilogue";
    if constexpr (requires {
                      { L::accepts_sum } -> StandsFor<bool>;
                  })
        return "accepts_sum";
    if constexpr (requires {
                      { L::is_sum } -> StandsFor<bool>;
                  })
        return "is_sum";
    if constexpr (requires {
                      { L::by_pixel } -> StandsFor<bool>;
                  })
        return "by_pixel";
    if constexpr (requires {
                      { L::accepts_gradient_epilogue } -> StandsFor<bool>;
                  })
        return "accepts_gradient_epilogue";
    if constexpr (requires {
                      { L::in_place } -> StandsFor<bool>;
                  })
        return "in_place";
    if constexpr (requires {
                      { L::gradient_in_place } -> StandsFor<bool>;
                  })
        return "gradient_in_place";
    if constexpr (requires {
                      { L::gradient_is_view } -> StandsFor<bool>;
                  })
        return "gradient_is_view";
    if constexpr (requires {
                      { L::joint_backward } -> StandsFor<bool>;
                  })
        return "joint_backward";
    if constexpr (requires {
                      { L::stops_gradient } -> StandsFor<bool>;
                  })
        return "stops_gradient";
    if constexpr (requires {
                      { L::streams } -> StandsFor<bool>;
                  })
        return "streams";
    if constexpr (requires {
                      { L::keeps_range } -> StandsFor<bool>;
                  })
        return "keeps_range";
    if constexpr (requires {
                      { L::is_linear } -> StandsFor<bool>;
                  })
        return "is_linear";
    if constexpr (requires {
                      { L::many_rows } -> StandsFor<bool>;
                  })
        return "many_rows";
    if constexpr (requires {
                      { L::parameter_gradient } -> StandsFor<Reads>;
                  })
        return "parameter_gradient";
    if constexpr (requires {
                      { L::input_gradient } -> StandsFor<Reads>;
                  })
        return "input_gradient";
    if constexpr (requires {
                      { L::link } -> StandsFor<Link>;
                  })
        return "link";
    if constexpr (requires {
                      { L::values } -> StandsFor<core::Values>;
                  })
        return "values";
    if constexpr (requires {
                      { L::statistics_momentum } -> StandsFor<double>;
                  })
        return "statistics_momentum";
    return {};
}

/// A number of elements or operations. A signed one may be negative.
template <class T>
concept Counts = std::unsigned_integral<T>;
template <class T>
concept CountsElements = Counts<T> || std::same_as<T, Elements>;

/// What a member that hides one of `Op` is to be and is not.
template <class L>
constexpr std::string_view wrong_member() {
    using Inputs = std::span<const Shape>;
    if constexpr (!requires {
                      { L::traits } -> std::same_as<const OpTraits&>;
                      typename std::bool_constant<L::traits.is_input || true>; // It is a constant.
                  })
        return "OpTraits traits";
    if constexpr (!requires {
                      { L::misuse } -> std::convertible_to<std::string_view>;
                      typename std::bool_constant<std::string_view(L::misuse).empty()>;
                  })
        return "std::string_view misuse";
    if constexpr (!requires(Inputs inputs) {
                      { L::parameters(inputs) } -> std::convertible_to<ParameterList>;
                  })
        return "ParameterList parameters(std::span<const Shape> inputs)";
    if constexpr (!requires(Inputs inputs) {
                      { L::statistics(inputs) } -> std::convertible_to<ParameterList>;
                  })
        return "ParameterList statistics(std::span<const Shape> inputs)";
    if constexpr (!requires(Inputs inputs) {
                      { L::saved(inputs) } -> CountsElements;
                  })
        return "Elements saved(std::span<const Shape> inputs)";
    if constexpr (!requires(Inputs inputs, StepKind kind, Mode mode) {
                      { L::scratch(inputs, kind, mode) } -> CountsElements;
                  })
        return "Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode mode)";
    if constexpr (!requires(Inputs inputs) {
                      { L::state(inputs) } -> Counts;
                  })
        return "std::size_t state(std::span<const Shape> inputs)";
    if constexpr (!requires(Inputs inputs) {
                      { L::flops(inputs) } -> Counts;
                  })
        return "std::size_t flops(std::span<const Shape> inputs)";
    if constexpr (!requires(Inputs inputs) {
                      { L::macs(inputs) } -> Counts;
                  })
        return "std::size_t macs(std::span<const Shape> inputs)";
    return {};
}

/// What a type derived from `Op` lacks of a layer.
template <class L>
constexpr std::string_view missing_member() {
    if constexpr (!requires {
                      { L::name() } -> std::convertible_to<Text<64>>;
                  })
        return "Text<64> name()";
    if constexpr (!requires(std::span<const Shape> inputs) {
                      { L::infer_shape(inputs) } -> std::same_as<InferredShape>;
                  })
        return "InferredShape infer_shape(std::span<const Shape> inputs)";
    return {};
}

/// A function as a type: that two are one is not asked of their addresses, which g++'s -fsanitize=undefined
/// does not take for constants.
template <ParameterList (*)(std::span<const Shape>)>
struct ParametersRule {};

/// Whether a layer's `parameters` are those of `Op`.
template <class L>
constexpr bool takes_no_parameters() {
    if constexpr (requires { typename ParametersRule<&L::parameters>; })
        return std::is_same_v<ParametersRule<&L::parameters>, ParametersRule<&Op::parameters>>;
    else
        return false;
}

/// Why a layer is none, whatever is before it; empty if it keeps the contract.
template <Layer L>
constexpr Sentence describe_broken_contract() {
    Sentence sentence;
    constexpr std::string_view wrong = wrong_member<L>();
    constexpr std::string_view stray = stray_trait<L>();
    if constexpr (!wrong.empty()) {
        sentence.append("expected `static constexpr ")
            .append(wrong)
            .append("`, got a member of that name that is private, not static, not constexpr or of "
                    "another type");
    } else if constexpr (constexpr std::string_view misuse = L::misuse; !misuse.empty()) {
        sentence.append(misuse);
    } else if constexpr (!stray.empty()) {
        sentence.append("expected `static constexpr OpTraits traits{.")
            .append(stray)
            .append(" = ...}`, got a member `");
        sentence.append(stray).append("` of the layer, which nobody reads");
    } else if constexpr (!L::traits.is_input && !L::traits.is_view &&
                         !HasForward<typename InnerLayer<L>::type>) {
        sentence.append("expected `template <class Context> static void forward(const Context& run) "
                        "noexcept`, got a layer without");
    } else if constexpr (takes_no_parameters<L>()) {
        if constexpr (HasBackwardParameters<L>)
            sentence.append("expected `static constexpr ParameterList parameters(std::span<const Shape> "
                            "inputs)`, as it has `backward_parameters`, got a layer without");
    }
    return sentence;
}

/// Whether a layer is derived from another one, and so may compute otherwise than it does.
template <class L>
constexpr bool computes_otherwise() {
    if constexpr (requires { typename L::Itself; })
        return !std::is_same_v<typename L::Itself, L>;
    else
        return false;
}

/// The rule of a layer that gives lines alone.
template <class L>
constexpr auto strip_of() -> decltype(OpRules::strip) {
    if constexpr (!computes_otherwise<L>() &&
                  requires(std::span<const Shape> inputs, const Shape& result) { L::strip(inputs, result); })
        return [](std::span<const Shape> inputs, const Shape& result) { return L::strip(inputs, result); };
    else
        return nullptr;
}

/// Without what its own rules may not do: `forward_pixels` and sums are those of the layer it is derived
/// from.
template <class L>
constexpr OpTraits traits_of() {
    OpTraits traits = L::traits;
    if (computes_otherwise<L>())
        traits.by_pixel = traits.accepts_sum = traits.is_sum = false;
    return traits;
}

} // namespace detail

namespace engine {

/// The function itself where it can be, so that layers which inherit one are seen to have the same.
template <class L>
constexpr auto parameters_rule() {
    using Rule = ParameterList (*)(std::span<const Shape>);
    if constexpr (requires { static_cast<Rule>(&L::parameters); })
        return static_cast<Rule>(&L::parameters);
    else
        return [](std::span<const Shape> inputs) -> ParameterList { return L::parameters(inputs); };
}

/// The rules of a layer as a value, for the passes.
template <Layer L>
inline constexpr OpRules rules_of{
    .name = [] { return Text<64>(L::name()); },
    .infer_shape = [](std::span<const Shape> inputs) { return L::infer_shape(inputs); },
    .parameters = parameters_rule<L>(),
    .statistics = [](std::span<const Shape> inputs) -> ParameterList { return L::statistics(inputs); },
    .saved = [](std::span<const Shape> inputs) { return Elements(L::saved(inputs)); },
    .scratch = [](std::span<const Shape> inputs, StepKind kind,
                  Mode mode) { return Elements(L::scratch(inputs, kind, mode)); },
    .widened = [](std::span<const Shape> inputs) -> std::size_t {
        if constexpr (detail::WidensParameters<L>)
            return L::widened(inputs);
        else
            return L::parameters(inputs).size() + L::statistics(inputs).size();
    },
    .state = [](std::span<const Shape> inputs) { return std::size_t(L::state(inputs)); },
    .flops = [](std::span<const Shape> inputs) { return std::size_t(L::flops(inputs)); },
    .macs = [](std::span<const Shape> inputs) { return std::size_t(L::macs(inputs)); },
    .strip = detail::strip_of<L>(),
    .traits = detail::traits_of<L>(),
    .given = detail::given_rules<L>(std::make_index_sequence<passes::max_inputs>{}),
};

} // namespace engine

} // namespace burin
