// Tells who did what to whom, and where, for each word of a sentence. "anna sold tom a map" and "a map was
// sold to tom by anna" have the same roles in another order, so the words alone do not tell; and a third of
// the people, things and places were never seen in training.
#include <burin/burin.hpp>

#include "events.hpp"
#include "options.hpp"
#include "tagged.hpp"

#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace burin;

constexpr std::size_t length = 20, vocabulary_size = 96;

using Tagger = Sequential<Input<length>, Embedding<vocabulary_size, 24, PaddingIndex<Vocabulary::padding>>,
                          Bidirectional<LSTM<24, ReturnSequences>>, Bidirectional<LSTM<16, ReturnSequences>>,
                          TimeDistributed<Dense<tagged::tag_count(events::roles)>>>;

namespace {

std::vector<tagged::Text> write(std::size_t count, std::uint64_t seed, bool all) {
    tagged::Dice dice(seed);
    std::vector<tagged::Text> texts(count);
    for (tagged::Text& text : texts)
        text = events::tell(dice, events::happen(dice, all));
    return texts;
}

void show(const Model<Tagger>& model, const tagged::Text& text, const Vocabulary& vocabulary) {
    static constexpr const char* names[] = {"who", "did", "what", "whom", "where"};
    const data::Dataset<> one = tagged::dataset({text}, vocabulary, length, 0);
    const std::vector<float> scores = predict(model, one);
    for (std::size_t i = 0; i < text.words.size(); ++i) {
        const std::size_t tag = metrics::argmax(scores.data() + i * tagged::tag_count(events::roles),
                                                tagged::tag_count(events::roles));
        if (tag > tagged::outside && tag % 2 == 0)
            std::printf("%s=%s ", names[tag / 2 - 1], text.words[i].c_str());
        else
            std::printf("%s ", text.words[i].c_str());
    }
    std::printf("\n");
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--epochs", "10"}, {"--sentences", "3000"}});
    const std::size_t epochs = options.number("--epochs");
    const auto training = write(options.number("--sentences", 1), /*seed*/ 1, false);
    const auto test = write(1000, /*seed*/ 2, true);
    const Vocabulary vocabulary = tagged::vocabulary_of(training, vocabulary_size);
    Model<Tagger> model({.seed = 1});
    fit(model, tagged::dataset(training, vocabulary, length, 6),
        Fit{.loss = losses::SparseCategoricalCrossentropy{.ignore_index = tagged::padding},
            .optimizer = optimizers::Adam{.learning_rate = 5e-3},
            .batch_size = batch<32>,
            .epochs = epochs,
            .metrics = std::tuple{metrics::Accuracy{.ignore_index = tagged::padding}},
            .verbose = false});
    const tagged::Counts counts = tagged::count(model, tagged::dataset(test, vocabulary, length, 0));
    std::printf("%zu parameters, held out: %s\n", parameter_count<Tagger>, counts.text().c_str());
    for (std::size_t i = 0; i < 3; ++i)
        show(model, test[i], vocabulary);
    return epochs < 10 || counts.f1() >= 0.95 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("semantic_roles");
}
