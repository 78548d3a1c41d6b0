// Finds the names of people, places and organisations in sentences: a tag for every word, from an LSTM in
// both directions and from a Transformer block. A third of the names of each kind was never seen in training.
#include <burin/burin.hpp>

#include "options.hpp"
#include "sentences.hpp"
#include "vocabulary.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>

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

std::vector<sentences::Sentence> write(std::size_t count, std::uint64_t seed, bool knows_all) {
    sentences::Writer writer(seed, knows_all);
    std::vector<sentences::Sentence> all(count);
    for (sentences::Sentence& sentence : all)
        sentence = writer.sentence();
    return all;
}

/// One in `hidden` words is made unknown, so that the network learns what to do about those; 0: none.
data::Dataset<> dataset(const std::vector<sentences::Sentence>& all, const Vocabulary& vocabulary,
                        std::uint32_t hidden) {
    const RandomStream random{3, Purpose::augmentation, 0};
    std::vector<float> tokens;
    std::vector<Label> tags;
    for (const sentences::Sentence& sentence : all)
        for (std::size_t i = 0; i < length; ++i) {
            const bool is_word = i < sentence.words.size();
            const bool hides = hidden > 0 && random.below(hidden, tokens.size()) == 0;
            tokens.push_back(static_cast<float>(!is_word ? Vocabulary::padding
                                                : hides  ? Vocabulary::unknown
                                                         : vocabulary[sentence.words[i]]));
            tags.push_back(is_word ? sentence.tags[i] : Label(sentences::padding));
        }
    return {Shape(length), std::move(tokens), std::move(tags)};
}

struct Task {
    data::Dataset<> training;
    data::Dataset<> test;
    std::size_t epochs;
};

template <class Net>
double train(const char* name, const Task& task, double learning_rate) {
    Model<Net> model(/*seed*/ 1);
    const auto start = std::chrono::steady_clock::now();
    fit(model, task.training,
        Fit{.loss = losses::SparseCategoricalCrossentropy{.ignore_index = sentences::padding},
            .optimizer = optimizers::Adam{.learning_rate = learning_rate},
            .batch_size = batch<32>,
            .epochs = task.epochs,
            .metrics = std::tuple{metrics::Accuracy{.ignore_index = sentences::padding}},
            .verbose = false});
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;

    sentences::NameCounts counts;
    std::size_t right = 0, words = 0;
    const auto predictor = std::make_unique<Predictor<Net, 1>>();
    for (std::size_t i = 0; i < task.test.size(); ++i) {
        const std::span<const float> scores = (*predictor)(model.parameters(), task.test.input(i));
        std::vector<Label> truth, guess;
        for (std::size_t t = 0; t < length && task.test.target(i)[t] != sentences::padding; ++t) {
            truth.push_back(task.test.target(i)[t]);
            guess.push_back(static_cast<Label>(
                metrics::argmax(scores.data() + t * sentences::tag_count, sentences::tag_count)));
            right += truth.back() == guess.back();
            ++words;
        }
        counts.add(truth, guess);
    }
    std::printf(
        "%-10s %6zu parameters, %5.1f s, words %.1f %%, names: precision %.3f, recall %.3f, F1 %.3f\n", name,
        parameter_count<Net>, time.count(), 100 * static_cast<double>(right) / static_cast<double>(words),
        counts.precision(), counts.recall(), counts.f1());
    std::fflush(stdout);
    return counts.f1();
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--epochs", "10"}, {"--sentences", "4000"}});
    const std::size_t epochs = options.number("--epochs");
    const auto training = write(options.number("--sentences", 1), /*seed*/ 1, false);
    const auto test = write(1000, /*seed*/ 2, true);
    std::vector<std::string> texts;
    for (const sentences::Sentence& sentence : training)
        for (const std::string& word : sentence.words)
            texts.push_back(word);
    const Vocabulary vocabulary(texts);
    if (vocabulary.size() > vocabulary_size)
        throw Error("expected a vocabulary of at most " + std::to_string(vocabulary_size) + ", got " +
                    std::to_string(vocabulary.size()));
    std::size_t unknown = 0, words = 0;
    for (const sentences::Sentence& sentence : test)
        for (const std::string& word : sentence.words) {
            unknown += vocabulary[word] == Vocabulary::unknown;
            ++words;
        }
    std::printf("%zu sentences of a vocabulary of %zu; in the test %.1f %% of the words are unknown\n",
                training.size(), vocabulary.size(),
                100 * static_cast<double>(unknown) / static_cast<double>(words));
    const Task task{dataset(training, vocabulary, 8), dataset(test, vocabulary, 0), epochs};
    const double recurrent = train<Recurrent>("LSTM", task, 5e-3);
    const double attention = train<Attention>("attention", task, 2e-3);
    return epochs < 10 || (recurrent >= 0.95 && attention >= 0.95) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("tagging");
}
