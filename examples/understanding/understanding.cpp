// Understands what is said to a machine: one network reads a request once and has two heads, one for what is
// wanted and one that finds the words which say of what, each with its loss. A third of the singers, songs
// and cities were never seen in training.
#include <burin/burin.hpp>

#include "options.hpp"
#include "requests.hpp"
#include "tagged.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace burin;

constexpr std::size_t length = 16, vocabulary_size = 150, tags = tagged::tag_count(requests::slots.size());

using Understanding =
    Graph<Inputs<Node<"request", Input<length>>>,
          Node<"read",
               Sequential<Embedding<vocabulary_size, 24, PaddingIndex<Vocabulary::padding>>,
                          Bidirectional<LSTM<24, ReturnSequences>>>,
               From<"request">>,
          Node<"intent", Sequential<GlobalMaxPool1D, Dense<requests::intents.size()>>, From<"read">>,
          Node<"slots", TimeDistributed<Dense<tags>>, From<"read">>, Outputs<"intent", "slots">>;

namespace {

std::vector<requests::Request> make(std::size_t count, std::uint64_t seed, bool all) {
    tagged::Dice dice(seed);
    std::vector<requests::Request> made(count);
    for (requests::Request& request : made)
        request = requests::make(dice, all);
    return made;
}

/// Targets are the intent and a tag for each word.
data::Dataset<> dataset(const std::vector<requests::Request>& all, const Vocabulary& vocabulary,
                        std::uint32_t hidden) {
    tagged::Samples samples(length, hidden);
    for (const requests::Request& request : all) {
        samples.labels.push_back(static_cast<Label>(request.intent));
        samples.add(request.text, vocabulary);
    }
    return std::move(samples).dataset();
}

std::string understood(const requests::Request& request, std::size_t intent, std::span<const float> scores) {
    std::string line;
    for (const std::string& word : request.text.words)
        line += word + " ";
    line += "-> " + std::string(requests::intents[intent]);
    for (std::size_t i = 0; i < request.text.words.size(); ++i)
        if (const std::size_t tag = metrics::argmax(scores.data() + i * tags, tags); tag > tagged::outside)
            line += (tag % 2 == 0 ? ", " + std::string(requests::slots[tag / 2 - 1]) + ":" : "") + " " +
                    request.text.words[i];
    return line;
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--epochs", "10"}, {"--requests", "3000"}});
    const std::size_t epochs = options.number("--epochs");
    const auto training = make(options.number("--requests", 1), /*seed*/ 1, false);
    const auto held_out = make(1000, /*seed*/ 2, true);
    std::vector<tagged::Text> texts;
    for (const requests::Request& request : training)
        texts.push_back(request.text);
    const Vocabulary vocabulary = tagged::vocabulary_of(texts, vocabulary_size);
    const data::Dataset<> test = dataset(held_out, vocabulary, 0);

    Model<Understanding> model({.seed = 1});
    const losses::PerOutput loss{losses::SparseCategoricalCrossentropy{},
                                 losses::SparseCategoricalCrossentropy{.ignore_index = tagged::padding}};
    fit(model, dataset(training, vocabulary, 8),
        Fit{.loss = loss,
            .optimizer = optimizers::Adam{.learning_rate = 5e-3},
            .batch_size = batch<32>,
            .epochs = epochs,
            .verbose = false});

    const auto [intents, slots] = predict(model, test);
    tagged::Counts counts;
    std::size_t right = 0;
    for (std::size_t i = 0; i < test.size(); ++i) {
        constexpr std::size_t kinds = requests::intents.size();
        const std::size_t intent = metrics::argmax(intents.data() + i * kinds, kinds);
        const std::span<const float> scores(slots.data() + i * length * tags, length * tags);
        right += intent == held_out[i].intent;
        counts.add_scores(test.target(i).subspan(1), scores);
        if (i < 4)
            std::printf("%s\n", understood(held_out[i], intent, scores).c_str());
    }
    const double share = static_cast<double>(right) / static_cast<double>(test.size());
    std::printf("%zu parameters, held out: intents %.1f %%; slots: %s\n", parameter_count<Understanding>,
                100 * share, counts.text().c_str());
    return epochs < 10 || (share >= 0.97 && counts.f1() >= 0.93) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("understanding");
}
