#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/text.hpp"
#include "burin/data/pipeline.hpp"
#include "burin/graph/predictor.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace burin::data {

namespace detail {

/// Tokens of the least Embedding that reads the network's input itself; 0 if none does.
template <class Net>
constexpr std::size_t tokens_read() {
    std::size_t least = 0;
    const auto& nodes = engine::Network<Net>::graph.nodes;
    for (const passes::LoweredNode& node : nodes) {
        if (node.input_count != 1 || !nodes[node.inputs[0]].rules->traits.is_input ||
            !node.rules->name().view().starts_with("Embedding<"))
            continue;
        const std::size_t tokens = node.rules->parameters({})[0].shape[0];
        least = least == 0 ? tokens : std::min(least, tokens);
    }
    return least;
}

template <class Preparation, class Net>
struct ExaminedPreparation {
    static constexpr Sentence examine() {
        Sentence found;
        if constexpr (engine::Network<Net>::input_count != 1)
            found.append("a prepared network has one input, got one of ")
                .append(engine::Network<Net>::input_count);
        else if (engine::Network<Net>::input_shapes[0].size() != Preparation::output_size)
            found.append("expected a pipeline that gives what the network takes, `")
                .append(engine::Network<Net>::input_shapes[0])
                .append("`, got one that gives `")
                .append(Preparation::output_shape)
                .append("`");
        else if constexpr (Preparation::stage_count == 0 &&
                           requires { Preparation::Begin::vocabulary_size; }) {
            constexpr std::size_t tokens = tokens_read<Net>();
            if (tokens > 0 && tokens < Preparation::Begin::vocabulary_size)
                found.append("expected an Embedding of all numbers that `")
                    .append(Preparation::Begin::name().view())
                    .append("` gives, of at least ")
                    .append(Preparation::Begin::vocabulary_size)
                    .append(" tokens, got one of ")
                    .append(tokens);
        }
        return found;
    }
    static constexpr Sentence problem = examine();
};

} // namespace detail

/// A fitted pipeline in front of a Predictor: one raw sample in, the network's outputs out. No heap; a plain
/// struct with the prepared sample and the Predictor's arena.
///
///     data::PreparedPredictor<Preparation, Net> predictor;
///     const float record[] = {31.0f, preparation.code<"sex">("female")};
///     std::span<const float> outputs = predictor(preparation, parameters, record);
///
/// A network whose Embedding has fewer tokens than the pipeline's text stage gives does not compile.
/// `parameters` is what a `Predictor<Net, 1, Stored>` takes.
template <class Preparation, class Net, class Stored = float>
class PreparedPredictor : private core::DiagnosisOf<detail::ExaminedPreparation<Preparation, Net>> {
  public:
    using Scalar = typename Preparation::Scalar;
    static_assert(std::same_as<Scalar, core::Computed<Stored>>,
                  "a pipeline of the scalar that the network computes with");

    template <class Parameters>
    std::span<const Scalar> operator()(const Preparation& preparation, const Parameters& parameters,
                                       std::span<const Scalar, Preparation::input_size> sample) noexcept
        requires(!Preparation::takes_text)
    {
        preparation.apply(sample, prepared_);
        return predictor_(parameters, std::span<const Scalar>(prepared_));
    }
    template <class Parameters>
    std::span<const Scalar> operator()(const Preparation& preparation, const Parameters& parameters,
                                       std::string_view text) noexcept
        requires(Preparation::takes_text)
    {
        preparation.apply(text, prepared_);
        return predictor_(parameters, std::span<const Scalar>(prepared_));
    }

    /// What the network got last.
    std::span<const Scalar, Preparation::output_size> prepared() const noexcept { return prepared_; }

  private:
    std::array<Scalar, Preparation::output_size> prepared_;
    Predictor<Net, 1, Stored> predictor_;
};

} // namespace burin::data
