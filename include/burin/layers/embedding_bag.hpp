#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/embedding.hpp"
#include "burin/layers/merge.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

/// Option of EmbeddingBag: a second input `[T]` has a weight for each token.
struct PerSampleWeights {};

namespace detail {

template <class Option>
inline constexpr bool is_bag_mode =
    std::is_same_v<Option, Add> || std::is_same_v<Option, Average> || std::is_same_v<Option, Maximum>;

} // namespace detail

/// y = the mean of the trained vectors of a set of tokens: an Embedding whose outputs are never stored.
///
/// | | shape |
/// |---|---|
/// | input | `[T]`: numbers of tokens, as for Embedding |
/// | second input, with `PerSampleWeights` | `[T]` |
/// | output | `[Dimensions]` |
/// | `weight` | `[Vocabulary, Dimensions]` |
///
/// Options: `Average`, the default, `Add` or `Maximum` (of each element) of the vectors; with `Add` also
/// `PerSampleWeights`; `PaddingIndex<0>` and `MaxNorm<2>` as for Embedding. Tokens that are padding or none
/// of the vocabulary are left out, also of the number that a mean is divided by; a set of none gives zeros.
/// The first of the largest elements gets the gradient. PyTorch's EmbeddingBag, of sets of a fixed number of
/// tokens.
///
/// It does not run on a stream: it needs all tokens.
template <std::size_t Vocabulary, std::size_t Dimensions, class... Options>
struct EmbeddingBag : Op {
    static_assert(Vocabulary > 0 && Dimensions > 0,
                  "EmbeddingBag needs at least one token and one dimension");
    static_assert(Vocabulary <= (std::size_t(1) << 24), "a float counts tokens exactly up to 2^24 only");
    using Rows = detail::TokenRows<Vocabulary, Dimensions, Options...>;
    static constexpr bool is_weighted = (std::is_same_v<Options, PerSampleWeights> || ...);
    static constexpr bool adds_up = (std::is_same_v<Options, Add> || ...);
    static constexpr bool is_maximum = (std::is_same_v<Options, Maximum> || ...);
    static constexpr std::string_view misuse =
        !((Rows::template takes<Options> || detail::is_bag_mode<Options> ||
           std::is_same_v<Options, PerSampleWeights>) &&
          ...)
            ? "expected options among `Average`, `Add`, `Maximum`, `PerSampleWeights`, `PaddingIndex` and "
              "`MaxNorm`"
        : (std::size_t(detail::is_bag_mode<Options>) + ... + 0) > 1
            ? "expected one of `Average`, `Add` and `Maximum`"
        : is_weighted && !adds_up ? "expected `PerSampleWeights` with `Add`: only sums have weights"
                                  : "";
    static_assert(((detail::PaddingOf<Options>::token < Vocabulary) && ...),
                  "the PaddingIndex of EmbeddingBag must be a token of its vocabulary");

    static constexpr OpTraits traits{.parameter_gradient = {.input = true},
                                     .input_gradient = {.input = is_weighted}};

    static constexpr Text<64> name() {
        Text<64> text("EmbeddingBag<");
        text.append(Vocabulary).append(", ").append(Dimensions);
        text.append(adds_up ? ", Add" : is_maximum ? ", Maximum" : "");
        if (is_weighted)
            text.append(", PerSampleWeights");
        Rows::append_options(text);
        return text.append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs.size() != (is_weighted ? 2 : 1))
            return {.expected = is_weighted ? "two inputs, tokens and their weights" : "one input of tokens",
                    .culprit = passes::max_inputs};
        if (inputs[0].rank != 1)
            return {.expected = "input `[T]` of tokens"};
        if (is_weighted && inputs[1] != inputs[0])
            return {.expected = "a weight for each token,", .expected_shape = inputs[0], .culprit = 1};
        return {.shape = Shape(Dimensions)};
    }

    static constexpr ParameterList parameters(std::span<const Shape>) { return Rows::parameters(); }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return (is_weighted ? 2 : 1) * inputs[0].size() * Dimensions;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        for (std::size_t sample = 0; sample < run.rows; ++sample) {
            Scalar* const y = run.output + sample * Dimensions;
            std::fill_n(y, Dimensions, Scalar(0));
            std::size_t count = 0;
            for_each_token(run, sample, [&](std::size_t at, std::size_t token) {
                const Scalar* const row = run.parameters + token * Dimensions;
                const kernels::Vector<Scalar> factor(weight_of(run, at) * Rows::factor(row));
                if (is_maximum && count > 0)
                    kernels::map(
                        Dimensions, y,
                        [factor](auto largest, auto x) {
                            const auto value = x * factor;
                            return kernels::select(value > largest || kernels::is_nan(value), value, largest);
                        },
                        static_cast<const Scalar*>(y), row);
                else
                    kernels::map(
                        Dimensions, y, [factor](auto sum, auto x) { return sum + x * factor; },
                        static_cast<const Scalar*>(y), row);
                ++count;
            });
            if (!adds_up && !is_maximum && count > 1)
                kernels::map(
                    Dimensions, y,
                    [share = kernels::Vector<Scalar>(Scalar(1) / static_cast<Scalar>(count))](auto sum) {
                        return sum * share;
                    },
                    static_cast<const Scalar*>(y));
        }
    }

    template <class Context>
    static void backward_parameters(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        if constexpr (!Context::adds)
            std::fill_n(run.gradients, Vocabulary * Dimensions, Scalar(0));
        for (std::size_t sample = 0; sample < run.rows; ++sample) {
            const Scalar* const dy = run.output_gradient + sample * Dimensions;
            if constexpr (is_maximum) {
                give_to_largest(run, sample, dy);
                continue;
            }
            std::size_t count = 0;
            for_each_token(run, sample, [&](std::size_t, std::size_t) { ++count; });
            for_each_token(run, sample, [&](std::size_t at, std::size_t token) {
                Scalar* const row = run.gradients + token * Dimensions;
                const Scalar share = adds_up ? weight_of(run, at) : Scalar(1) / static_cast<Scalar>(count);
                kernels::map(
                    Dimensions, row,
                    [factor = kernels::Vector<Scalar>(share)](auto sum, auto gradient) {
                        return sum + gradient * factor;
                    },
                    static_cast<const Scalar*>(row), dy);
            });
        }
    }

    /// A row does not change with its number but jumps; the gradient of a weight is the product of dy and the
    /// row.
    template <std::size_t Which, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        std::fill_n(run.input_gradient, Context::Shapes::inputs[0].size() * run.rows, Scalar(0));
        if constexpr (Which == 1)
            for (std::size_t sample = 0; sample < run.rows; ++sample)
                for_each_token(run, sample, [&](std::size_t at, std::size_t token) {
                    const Scalar* const row = run.parameters + token * Dimensions;
                    run.input_gradient[at] =
                        Rows::factor(row) * kernels::sum<Scalar>(
                                                Dimensions,
                                                [](auto x, auto gradient) { return x * gradient; }, row,
                                                run.output_gradient + sample * Dimensions);
                });
    }

  private:
    /// Calls visit(place, token) for the tokens of a sample that are some.
    template <class Context, class Visit>
    static void for_each_token(const Context& run, std::size_t sample, Visit visit) noexcept {
        constexpr std::size_t tokens = Context::Shapes::inputs[0].size();
        for (std::size_t at = sample * tokens; at < (sample + 1) * tokens; ++at)
            if (const std::size_t token = Rows::number(run.inputs[0][at]); token != Vocabulary)
                visit(at, token);
    }

    template <class Context>
    static auto weight_of([[maybe_unused]] const Context& run, [[maybe_unused]] std::size_t at) noexcept {
        if constexpr (is_weighted)
            return run.inputs[1][at];
        else
            return typename Context::Scalar(1);
    }

    template <class Context, class Scalar>
    static void give_to_largest(const Context& run, std::size_t sample, const Scalar* dy) noexcept {
        for (std::size_t d = 0; d < Dimensions; ++d) {
            std::size_t winner = Vocabulary;
            Scalar largest = 0;
            for_each_token(run, sample, [&](std::size_t, std::size_t token) {
                const Scalar* const row = run.parameters + token * Dimensions;
                const Scalar value = row[d] * Rows::factor(row);
                if (winner == Vocabulary || value > largest || (value != value && largest == largest)) {
                    winner = token;
                    largest = value;
                }
            });
            if (winner != Vocabulary)
                run.gradients[winner * Dimensions + d] += dy[d];
        }
    }
};

} // namespace burin
