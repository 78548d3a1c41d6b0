// Tells whether a review praises or blames a film. Four ways to read a text are compared: its words in any
// order, a convolution over it, an LSTM and attention.
#include <burin/burin.hpp>

#include "options.hpp"
#include "reviews.hpp"
#include "vocabulary.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace burin;

constexpr std::size_t words = 20, vocabulary_size = 92;

using Embedded = Embedding<vocabulary_size, 16, PaddingIndex<Vocabulary::padding>>;

// The mean of all words' vectors: what can be known without the order.
using Bag = Sequential<Input<words>, Embedded, GlobalAveragePool1D, Dense<32>, ReLU, Dense<2>>;

using Convolution =
    Sequential<Input<words>, Embedded, Conv1D<32, 5, Same>, ReLU, GlobalMaxPool1D, Dense<32>, ReLU, Dense<2>>;

using Recurrent =
    Graph<Inputs<Node<"text", Input<words>>>, Node<"mask", PaddingMask<Vocabulary::padding>, From<"text">>,
          Node<"words", Embedded, From<"text">>, Node<"state", LSTM<32, Masked>, From<"words", "mask">>,
          Node<"scores", Dense<2>, From<"state">>, Outputs<"scores">>;

using Attention =
    Graph<Inputs<Node<"text", Input<words>>>, Node<"mask", PaddingMask<Vocabulary::padding>, From<"text">>,
          Node<"words", Sequential<Embedded, LearnedPositionalEmbedding<words>>, From<"text">>,
          Node<"first", TransformerEncoderBlock<4, 32, KeyPaddingMask>, From<"words", "mask">>,
          Node<"second", TransformerEncoderBlock<4, 32, KeyPaddingMask>, From<"first", "mask">>,
          Node<"scores", Sequential<GlobalAveragePool1D, Dense<2>>, From<"second">>, Outputs<"scores">>;

namespace {

struct Task {
    data::Dataset<> training;
    data::Dataset<> held_out;
    std::size_t epochs;
};

template <class Net>
double train(const char* name, const Task& task, double learning_rate) {
    Model<Net> model({.seed = 1});
    const auto start = std::chrono::steady_clock::now();
    fit(model, task.training,
        Fit{.optimizer = optimizers::Adam{.learning_rate = learning_rate},
            .batch_size = batch<32>,
            .epochs = task.epochs,
            .verbose = false});
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    const double accuracy = evaluate(model, task.held_out)["accuracy"];
    std::printf("%-12s %6zu parameters, %5.1f s, held out: %.1f %% right\n", name, parameter_count<Net>,
                time.count(), 100 * accuracy);
    std::fflush(stdout);
    return accuracy;
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--epochs", "8"}, {"--reviews", "5000"}});
    const std::size_t epochs = options.number("--epochs");
    const std::vector<reviews::Review> all =
        reviews::write(options.number("--reviews", 10, 20'000), /*seed*/ 1);
    std::vector<std::string> texts;
    for (const reviews::Review& review : all)
        texts.push_back(review.text);
    const Vocabulary vocabulary(texts);
    if (vocabulary.size() > vocabulary_size)
        throw Error("sentiment: expected " + std::to_string(vocabulary_size) + " words, got " +
                    std::to_string(vocabulary.size()));
    std::vector<float> tokens;
    std::vector<Label> labels;
    for (const reviews::Review& review : all) {
        vocabulary.append_tokens(review.text, words, tokens);
        labels.push_back(review.praises);
    }
    const data::Dataset<> reviews(Shape(words), std::move(tokens), std::move(labels));
    const auto [training, held_out] = reviews.split(0.8, /*seed*/ 1);
    const Task task{training, held_out, epochs};
    std::printf("%zu reviews of %zu different words, such as \"%s\"\n", all.size(), vocabulary.size() - 2,
                all[1].text.c_str());

    const double bag = train<Bag>("bag of words", task, 3e-3);
    const double convolution = train<Convolution>("convolution", task, 3e-3);
    const double recurrent = train<Recurrent>("LSTM", task, 5e-3);
    const double attention = train<Attention>("attention", task, 3e-3);
    // Who knows the order must be right; words alone are right about those reviews that say one thing only.
    const bool learnt = convolution >= 0.9 && recurrent >= 0.95 && attention >= 0.95 && bag < recurrent;
    return epochs < 8 || learnt ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("sentiment");
}
