#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/data/text/augment.hpp"
#include "burin/data/text/byte_pairs.hpp"
#include "burin/data/text/split.hpp"
#include "burin/data/text/tokens.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data::text {

/// Leaves texts as they are.
struct KeepTexts {};

namespace detail {

/// What cuts text into the words that a change is called with: the tokenizer of the pipeline's text stage, so
/// that joined by spaces they are the same words again; white space where that cuts otherwise.
template <class Stage>
struct ChangedWords {
    using type = WhiteSpace;
};
template <class Stage>
    requires requires { typename Stage::Chosen::Tokenizer; } &&
             (!std::is_same_v<typename Stage::Chosen::Tokenizer, Characters>) &&
             (!std::is_same_v<typename Stage::Chosen::Tokenizer, Gpt2Words>)
struct ChangedWords<Stage> {
    using type = typename Stage::Chosen::Tokenizer;
};

} // namespace detail

/// Texts as a fitted pipeline prepares them, each when it is asked for: a source for data::Loader, which does
/// it on other threads, and changes each text anew in every epoch before it is prepared.
///
///     const text::Compose change{text::SwapWords{.share = 0.1}, text::DropWords{.probability = 0.1}};
///     const text::PreparedTexts source(reviews.texts, reviews.labels, *preparation, change);
///     fit(model, data::Loader(source, {.workers = 2}), Fit{.epochs = 20});
///
/// The change is called as `(Tokens& tokens, const RandomStream& stream)` with the words that the pipeline's
/// tokenizer finds (those between white space where it takes characters, or words with the space before
/// them), as they are written: not in small letters. What it draws depends on seed, epoch and the text's
/// place in the epoch alone. Not used without a Loader's augmentation (`LoadOrder{.augment = false}`). Copies
/// the texts and the pipeline, once for all copies of the source. Throws Error for a pipeline that is not
/// fitted and for another number of labels than of texts.
template <class Preparation, class Target = Label, class Change = KeepTexts>
    requires Preparation::takes_text
class PreparedTexts {
  public:
    using TargetType = Target;
    using ScalarType = typename Preparation::Scalar;

    template <class Strings>
    PreparedTexts(const Strings& texts, std::vector<Target> labels, const Preparation& preparation,
                  Change change = {})
        : change_(std::move(change)) {
        if (!preparation.is_fitted())
            throw Error("PreparedTexts: expected a pipeline that is fitted, got one that is not");
        if (labels.size() != std::size(texts))
            throw Error("PreparedTexts: expected " + std::to_string(std::size(texts)) +
                        " labels, one a text, got " + std::to_string(labels.size()));
        auto own = std::make_shared<Shared>(preparation, std::move(labels));
        own->texts.reserve(std::size(texts));
        for (std::size_t i = 0; i < std::size(texts); ++i)
            own->texts.emplace_back(texts[i]);
        shared_ = std::move(own);
    }

    std::size_t size() const noexcept { return shared_->texts.size(); }
    Shape input_shape() const noexcept { return Preparation::output_shape; }
    std::size_t target_size() const noexcept { return 1; }

    void read(std::size_t number, std::span<ScalarType> input, std::span<Target> target) const {
        prepare(number, shared_->texts[number], input, target);
    }
    void read(std::size_t number, std::span<ScalarType> input, std::span<Target> target,
              const RandomStream& stream) const {
        if constexpr (std::is_same_v<Change, KeepTexts>) {
            read(number, input, target);
        } else {
            Tokens tokens = split<Words>(shared_->texts[number]);
            change_(tokens, stream);
            prepare(number, join(tokens), input, target);
        }
    }

  private:
    using Words = typename detail::ChangedWords<typename Preparation::Begin>::type;

    struct Shared {
        Shared(const Preparation& fitted, std::vector<Target> answers)
            : preparation(fitted), labels(std::move(answers)) {}
        Preparation preparation;
        std::vector<Target> labels;
        std::vector<std::string> texts;
    };

    void prepare(std::size_t number, std::string_view text, std::span<ScalarType> input,
                 std::span<Target> target) const {
        shared_->preparation.apply(text, input.template first<Preparation::output_size>());
        target[0] = shared_->labels[number];
    }

    Change change_;
    std::shared_ptr<const Shared> shared_; ///< A loader copies its source.
};

template <class Strings, class Target, class Preparation>
PreparedTexts(const Strings&, std::vector<Target>, const Preparation&)
    -> PreparedTexts<Preparation, Target, KeepTexts>;
template <class Strings, class Target, class Preparation, class Change>
PreparedTexts(const Strings&, std::vector<Target>, const Preparation&, Change)
    -> PreparedTexts<Preparation, Target, Change>;

} // namespace burin::data::text
