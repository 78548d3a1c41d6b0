// Answers questions about a text by the words of it that are the answer: where it begins and where it ends.
// The text tells of three events, in any of nine ways each, and the question asks for one part of one of
// them, so neither the text nor the question alone is enough.
#include <burin/burin.hpp>

#include "events.hpp"
#include "options.hpp"
#include "tagged.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace burin;

constexpr std::size_t text_length = 52, question_length = 12, vocabulary_size = 110;

// `match` says which words of the question each word of the text is like, `asked` what is asked for.
using Words = Embedding<vocabulary_size, 16, PaddingIndex<Vocabulary::padding>>;
using Pointer = Sequential<TimeDistributed<Dense<1>>, Flatten>;
using Reader =
    Graph<Inputs<Node<"text", Input<text_length>>, Node<"question", Input<question_length>>>,
          Node<"words", Words, From<"text">, SharedWeights<"words">>,
          Node<"asked words", Words, From<"question">, SharedWeights<"words">>,
          Node<"match", Dot, From<"words", "asked words">>,
          Node<"asked", Sequential<LSTM<16>, RepeatVector<text_length>>, From<"asked words">>,
          Node<"all", Concat, From<"words", "match", "asked">>,
          Node<"read",
               Sequential<Bidirectional<LSTM<24, ReturnSequences>>, Bidirectional<LSTM<16, ReturnSequences>>>,
               From<"all">>,
          Node<"start", Pointer, From<"read">>, Node<"end", Pointer, From<"read">>, Outputs<"start", "end">>;

namespace {

struct Exercise {
    tagged::Text text;
    std::string question;
    std::size_t first = 0, last = 0; ///< The words of the answer.

    std::string words(std::size_t from, std::size_t to) const {
        std::string result;
        for (std::size_t i = from; i <= to && i < text.words.size(); ++i)
            result += (result.empty() ? "" : " ") + text.words[i];
        return result;
    }
};

std::string ask(const events::Event& event, events::Role role) {
    const std::string preposition(event.verb.preposition), base(event.verb.base), past(event.verb.past);
    switch (role) {
    case events::agent:
        return "who " + past + " " + event.patient + " " + preposition + " " + event.other + " ?";
    case events::patient:
        return "what did " + event.agent + " " + base + " " + preposition + " " + event.other + " ?";
    case events::other:
        return preposition + " whom did " + event.agent + " " + base + " " + event.patient + " ?";
    default:
        return "where did " + event.agent + " " + base + " " + event.patient + " ?";
    }
}

Exercise exercise(tagged::Dice& dice) {
    std::vector<events::Event> told;
    while (told.size() < 3) {
        const events::Event event = events::happen(dice, true);
        // Who and what is in one event alone, so that a question has one answer.
        if (std::ranges::none_of(told, [&](const events::Event& other) {
                return other.agent == event.agent || other.patient == event.patient;
            }))
            told.push_back(event);
    }
    static constexpr events::Role roles[] = {events::agent, events::patient, events::other, events::place};
    const std::size_t asked = dice.draw(told.size());
    const events::Role role = roles[dice.draw(4)];

    Exercise result;
    for (std::size_t i = 0; i < told.size(); ++i) {
        const tagged::Text sentence = events::tell(dice, told[i]);
        if (i == asked) {
            const auto begin = std::ranges::find(sentence.tags, tagged::begin(role));
            const auto end = std::find_if(begin + 1, sentence.tags.end(),
                                          [&](Label tag) { return tag != (tagged::begin(role) | 1); });
            result.first = result.text.words.size() + static_cast<std::size_t>(begin - sentence.tags.begin());
            result.last = result.first + static_cast<std::size_t>(end - begin) - 1;
        }
        result.text.words.insert(result.text.words.end(), sentence.words.begin(), sentence.words.end());
        result.text.words.emplace_back(".");
    }
    result.text.tags.resize(result.text.words.size());
    result.question = ask(told[asked], role);
    return result;
}

data::Dataset<> dataset(const std::vector<Exercise>& exercises, const Vocabulary& vocabulary) {
    std::vector<float> tokens;
    std::vector<Label> spans;
    for (const Exercise& each : exercises) {
        vocabulary.append_tokens(each.words(0, text_length), text_length, tokens);
        vocabulary.append_tokens(each.question, question_length, tokens);
        spans.push_back(static_cast<Label>(each.first));
        spans.push_back(static_cast<Label>(each.last));
    }
    return {Shape(text_length + question_length), std::move(tokens), std::move(spans)};
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--epochs", "5"}, {"--texts", "6000"}});
    const std::size_t epochs = options.number("--epochs"), count = options.number("--texts", 10, 50'000);
    tagged::Dice dice(/*seed*/ 1);
    std::vector<Exercise> exercises(count);
    std::vector<std::string> words;
    std::set<std::string> different;
    for (Exercise& each : exercises) {
        do
            each = exercise(dice);
        while (!different.insert(each.words(0, text_length)).second);
        words.push_back(each.words(0, text_length) + " " + each.question);
    }
    const Vocabulary vocabulary(words);
    if (vocabulary.size() > vocabulary_size)
        throw Error("expected a vocabulary of at most " + std::to_string(vocabulary_size) + ", got " +
                    std::to_string(vocabulary.size()));
    const data::Dataset<> all = dataset(exercises, vocabulary);
    const std::size_t test_count = std::min<std::size_t>(count / 2, 1000);
    const data::Dataset<> test = all.subset(0, test_count);

    Model<Reader> model({.seed = 1});
    const losses::PerOutput loss{losses::SparseCategoricalCrossentropy{},
                                 losses::SparseCategoricalCrossentropy{}};
    fit(model, all.subset(test_count, count - test_count),
        Fit{.loss = loss,
            .optimizer = optimizers::Adam{.learning_rate = 5e-3, .clip_norm = 1},
            .batch_size = batch<32>,
            .epochs = epochs,
            .verbose = false});
    const auto [starts, ends] = predict(model, test);
    std::size_t exact = 0;
    for (std::size_t i = 0; i < test.size(); ++i) {
        const std::size_t first = metrics::argmax(starts.data() + i * text_length, text_length);
        const std::size_t last = metrics::argmax(ends.data() + i * text_length, text_length);
        exact += first == exercises[i].first && last == exercises[i].last;
        if (i < 3)
            std::printf("%s\n%s %s\n\n", exercises[i].words(0, text_length).c_str(),
                        exercises[i].question.c_str(), exercises[i].words(first, last).c_str());
    }
    const double share = static_cast<double>(exact) / static_cast<double>(test.size());
    std::printf("%zu parameters, %zu texts held out: %.1f %% of the answers exact\n", parameter_count<Reader>,
                test.size(), 100 * share);
    return epochs < 5 || share >= 0.95 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("question_answering");
}
