#pragma once

#include "burin/graph/forms.hpp"
#include "burin/graph/op.hpp"
#include "burin/kernels/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>

namespace burin {

/// Option of Embedding: this token stands for no word. It reads as zeros and trains nothing.
template <std::size_t Token>
struct PaddingIndex {
    static constexpr std::size_t token = Token;
};

namespace detail {

/// Tokens come as the scalars that networks compute with. What is no whole number from 0 to Vocabulary − 1 is
/// rounded down or, outside of these, answered with Vocabulary.
template <std::size_t Vocabulary, class Scalar>
std::size_t token_number(Scalar token) noexcept {
    // Not "<": a token that is NaN must be answered too.
    if (!(token >= Scalar(0) && token < static_cast<Scalar>(Vocabulary)))
        return Vocabulary;
    return static_cast<std::size_t>(token);
}

template <class Option>
struct PaddingOf {
    static constexpr bool is_option = false;
    static constexpr std::size_t token = 0;
};
template <std::size_t Token>
struct PaddingOf<PaddingIndex<Token>> {
    static constexpr bool is_option = true;
    static constexpr std::size_t token = Token;
};
template <class Option>
inline constexpr double most_norm_of = 0;
template <core::Number auto Limit>
inline constexpr double most_norm_of<MaxNorm<Limit>> = static_cast<double>(Limit);

/// The rows of a vocabulary, as the options of Embedding say that they are read.
template <std::size_t Vocabulary, std::size_t Dimensions, class... Options>
struct TokenRows {
    static constexpr bool has_padding = (PaddingOf<Options>::is_option || ...);
    static constexpr std::size_t padding = (PaddingOf<Options>::token + ... + 0);
    static constexpr double most_norm = (most_norm_of<Options> + ... + 0);

    template <class Option>
    static constexpr bool takes = PaddingOf<Option>::is_option || (most_norm_of<Option> > 0);

    static constexpr ParameterList parameters() {
        ParameterSpec weight{"weight", ParameterRole::weight, Shape(Vocabulary, Dimensions), {1, Dimensions}};
        weight.use = WeightUse::embedding;
        return ParameterList(weight);
    }
    /// Vocabulary for padding and whatever is none of it.
    template <class Scalar>
    static std::size_t number(Scalar given) noexcept {
        const std::size_t token = token_number<Vocabulary>(given);
        return has_padding && token == padding ? Vocabulary : token;
    }
    /// What a row is multiplied with, so that its norm is no more than it may be.
    template <class Scalar>
    static Scalar factor(const Scalar* row) noexcept {
        if constexpr (most_norm == 0)
            return Scalar(1);
        const Scalar norm = std::sqrt(kernels::sum<Scalar>(Dimensions, [](auto x) { return x * x; }, row));
        return norm > static_cast<Scalar>(most_norm) ? static_cast<Scalar>(most_norm) / (norm + Scalar(1e-7))
                                                     : Scalar(1);
    }
    static constexpr void append_options(Text<64>& text) {
        if (has_padding)
            text.append(", PaddingIndex<").append(padding).append(">");
        if (most_norm > 0)
            text.append(", MaxNorm<").append(most_norm).append(">");
    }
};

} // namespace detail

/// y[t] = weight[x[t]]: a trained vector for each token of a vocabulary.
///
/// | | shape |
/// |---|---|
/// | input | `[T]`, or any other: numbers of tokens, 0 to Vocabulary − 1, in float up to 2²⁴ |
/// | output | `[T, Dimensions]` |
/// | `weight` | `[Vocabulary, Dimensions]` |
///
/// With `PaddingIndex<0>` token 0 is padding: it reads as zeros, whatever its row has, and its row gets no
/// gradient. So does everything that is no token of the vocabulary, such as −1.
///
/// With `MaxNorm<2>` rows with a larger norm are read as if they had that norm; the gradient is that of what
/// was read, as in PyTorch, which scales the weights themselves when they are read. To do that, training has
/// `Regularized<Embedding<…>, MaxNorm<2>>`.
///
/// The gradient is sparse in its work, not in its memory: it lies in the gradient vector of all parameters,
/// which optimizers sweep as one, so it is zeroed once a step and then only the rows of tokens that occur are
/// read or written. Optimizers with weight decay or momentum move the other rows too, as PyTorch's do without
/// `sparse=True`.
///
/// Default initialisation: Glorot uniform, with the fans of one row, 1 and Dimensions.
template <std::size_t Vocabulary, std::size_t Dimensions, class... Options>
struct Embedding : Op {
    static_assert(Vocabulary > 0 && Dimensions > 0, "Embedding needs at least one token and one dimension");
    static_assert(Vocabulary <= (std::size_t(1) << 24), "a float counts tokens exactly up to 2^24 only");
    using Rows = detail::TokenRows<Vocabulary, Dimensions, Options...>;
    static_assert((Rows::template takes<Options> && ...) && sizeof...(Options) <= 2,
                  "Embedding takes no options but one PaddingIndex and one MaxNorm");
    static_assert(((detail::PaddingOf<Options>::token < Vocabulary) && ...),
                  "the PaddingIndex of Embedding must be a token of its vocabulary");

    static constexpr bool has_padding = Rows::has_padding;
    static constexpr std::size_t padding = Rows::padding;
    static constexpr OpTraits traits{.streams = true, .parameter_gradient = {.input = true}};

    static constexpr Text<64> name() {
        Text<64> text("Embedding<");
        text.append(Vocabulary).append(", ").append(Dimensions);
        Rows::append_options(text);
        return text.append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank == Shape::max_rank)
            return {.expected = "input `[T]` of tokens"};
        InferredShape result{.shape = inputs[0]};
        result.shape.push_back(Dimensions);
        return result;
    }

    static constexpr ParameterList parameters(std::span<const Shape>) { return Rows::parameters(); }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        for_each_token(run, [&](std::size_t at, std::size_t token) {
            Scalar* const to = run.output + at * Dimensions;
            if (token == Vocabulary)
                std::fill_n(to, Dimensions, Scalar(0));
            else if constexpr (Rows::most_norm == 0)
                std::copy_n(run.parameters + token * Dimensions, Dimensions, to);
            else {
                const Scalar* const row = run.parameters + token * Dimensions;
                kernels::map(
                    Dimensions, to,
                    [factor = kernels::Vector<Scalar>(Rows::factor(row))](auto x) { return x * factor; },
                    row);
            }
        });
    }

    template <class Context>
    static void backward_parameters(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        if constexpr (!Context::adds)
            std::fill_n(run.gradients, Vocabulary * Dimensions, Scalar(0));
        for_each_token(run, [&](std::size_t at, std::size_t token) {
            if (token == Vocabulary)
                return;
            Scalar* const row = run.gradients + token * Dimensions;
            kernels::map(
                Dimensions, row, [](auto sum, auto dy) { return sum + dy; }, static_cast<const Scalar*>(row),
                run.output_gradient + at * Dimensions);
        });
    }

    /// A row does not change with its number but jumps.
    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        std::fill_n(run.input_gradient, Context::Shapes::inputs[0].size() * run.rows,
                    typename Context::Scalar(0));
    }

  private:
    /// Calls visit(place, token) for all tokens; that of padding is Vocabulary, which is none.
    template <class Context, class Visit>
    static void for_each_token(const Context& run, Visit visit) noexcept {
        for (std::size_t at = 0; at < Context::Shapes::inputs[0].size() * run.rows; ++at)
            visit(at, Rows::number(run.inputs[0][at]));
    }
};

/// 0 where the input is the token of padding, else 1: what layers with a mask read.
///
///     Graph<Inputs<Node<"words", Input<20>>>,
///           Node<"mask", PaddingMask<0>, From<"words">>, …
template <std::size_t Token = 0>
struct PaddingMask : Op {
    static constexpr OpTraits traits{.in_place = true, .stops_gradient = true, .streams = true};

    static constexpr Text<64> name() { return Text<64>("PaddingMask<").append(Token).append(">"); }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        for (std::size_t i = 0; i < Context::Shapes::output.size() * run.rows; ++i)
            run.output[i] = Scalar(run.inputs[0][i] == static_cast<Scalar>(Token) ? 0 : 1);
    }
};

} // namespace burin
