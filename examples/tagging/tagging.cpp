// Finds the names of people, places and organisations in sentences: a tag for every word, from an LSTM in
// both directions and from a Transformer block. A third of the names of each kind was never seen in training.
#include <burin/burin.hpp>

#include "options.hpp"
#include "sentences.hpp"
#include "tagged.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace burin;

constexpr std::size_t length = 16, vocabulary_size = 130;

using Embedded = Embedding<vocabulary_size, 24, PaddingIndex<Vocabulary::padding>>;

using Recurrent = Sequential<Input<length>, Embedded, Bidirectional<LSTM<24, ReturnSequences>>,
                             TimeDistributed<Dense<sentences::tag_count>>>;

using Attention =
    Graph<Inputs<Node<"words", Input<length>>>, Node<"mask", PaddingMask<Vocabulary::padding>, From<"words">>,
          Node<"vectors", Sequential<Embedded, LearnedPositionalEmbedding<length>>, From<"words">>,
          Node<"first", TransformerEncoderBlock<4, 48, KeyPaddingMask>, From<"vectors", "mask">>,
          Node<"second", TransformerEncoderBlock<4, 48, KeyPaddingMask>, From<"first", "mask">>,
          Node<"tags", TimeDistributed<Dense<sentences::tag_count>>, From<"second">>, Outputs<"tags">>;

namespace {

std::vector<tagged::Text> write(std::size_t count, std::uint64_t seed, bool knows_all) {
    sentences::Writer writer(seed, knows_all);
    std::vector<tagged::Text> all(count);
    for (tagged::Text& sentence : all)
        sentence = writer.sentence();
    return all;
}

struct Task {
    data::Dataset<> training;
    data::Dataset<> test;
    std::size_t epochs;
};

template <class Net>
double train(const char* name, const Task& task, double learning_rate) {
    Model<Net> model({.seed = 1});
    const auto start = std::chrono::steady_clock::now();
    fit(model, task.training,
        Fit{.loss = losses::SparseCategoricalCrossentropy{.ignore_index = tagged::padding},
            .optimizer = optimizers::Adam{.learning_rate = learning_rate},
            .batch_size = batch<32>,
            .epochs = task.epochs,
            .metrics = std::tuple{metrics::Accuracy{.ignore_index = tagged::padding}},
            .verbose = false});
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;

    const tagged::Counts counts = tagged::count(model, task.test);
    std::printf("%-10s %6zu parameters, %5.1f s, %s\n", name, parameter_count<Net>, time.count(),
                counts.text().c_str());
    std::fflush(stdout);
    return counts.f1();
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--epochs", "10"}, {"--sentences", "4000"}});
    const std::size_t epochs = options.number("--epochs");
    const auto training = write(options.number("--sentences", 1), /*seed*/ 1, false);
    const auto test = write(1000, /*seed*/ 2, true);
    const Vocabulary vocabulary = tagged::vocabulary_of(training, vocabulary_size);
    std::size_t unknown = 0, words = 0;
    for (const tagged::Text& sentence : test)
        for (const std::string& word : sentence.words) {
            unknown += vocabulary[word] == Vocabulary::unknown;
            ++words;
        }
    std::printf("%zu sentences of a vocabulary of %zu; in the test %.1f %% of the words are unknown\n",
                training.size(), vocabulary.size(),
                100 * static_cast<double>(unknown) / static_cast<double>(words));
    const Task task{tagged::dataset(training, vocabulary, length, 8),
                    tagged::dataset(test, vocabulary, length, 0), epochs};
    const double recurrent = train<Recurrent>("LSTM", task, 5e-3);
    const double attention = train<Attention>("attention", task, 2e-3);
    return epochs < 10 || (recurrent >= 0.95 && attention >= 0.95) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("tagging");
}
