// Learns to write, letter by letter. An LSTM reads 16 places of a text side by side, window by window: the
// state goes from a window to the next, the gradient doesn't (truncated backpropagation through time). Or,
// with
// `--network gpt`, a small GPT, whose windows are each by themselves. Then it writes by itself, one letter at
// a time, from the same parameters: a Streamer carries the LSTM's state, or the keys and values of the
// letters that the GPT's attention sees.
#include <burin/burin.hpp>
#include <burin/data/read_file.hpp>

#include "options.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace burin;

constexpr std::string_view alphabet = "\n !'(),.:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t letters = alphabet.size();
constexpr std::size_t letters_at_once = 512;
// Nine tenths are a window and the letter behind it for each stream; 500 are read before it writes.
constexpr std::size_t fewest_letters = (letters_at_once + 1) * 10 / 9 + 2;

using Writer = Sequential<Input<32>, Embedding<letters, 32>, LSTM<128, ReturnSequences>,
                          TimeDistributed<Dense<letters>>>;

constexpr std::size_t width = 64;
using SelfAttention = MultiHeadAttention<4, CausalMask, RoPE<>, KeyValueCache<64>, NoBias>;
using Swish =
    Sequential<TimeDistributed<Dense<4 * width, NoBias>>, GLU<SiLU>, TimeDistributed<Dense<width, NoBias>>>;
using GptBlock =
    Sequential<Residual<RMSNorm<>, SelfAttention, Dropout<0.1>>, Residual<RMSNorm<>, Swish, Dropout<0.1>>>;
using GptWriter = Sequential<Input<64>, Embedding<letters, width>, GptBlock, GptBlock, RMSNorm<>,
                             TimeDistributed<Dense<letters>>>;

template <class Net>
constexpr std::size_t window = engine::Network<Net>::input_shapes[0][0];
template <class Net>
constexpr std::size_t streams = letters_at_once / window<Net>;

/// The text as numbers of letters. Throws Error at one that is not of the alphabet.
std::vector<Label> read_letters(const std::string& path) {
    const auto bytes = data::read_file(path);
    if (bytes.size() < fewest_letters)
        throw Error(path + ": expected at least " + std::to_string(fewest_letters) + " letters, got " +
                    std::to_string(bytes.size()));
    std::vector<Label> numbers;
    for (const char letter : bytes) {
        const std::size_t number = alphabet.find(letter);
        if (number == std::string_view::npos)
            throw Error(path + ": expected letters of the alphabet, got " +
                        burin::core::quoted(std::string_view(&letter, 1)));
        numbers.push_back(static_cast<Label>(number));
    }
    return numbers;
}

/// One epoch: the text in as many parts as there are streams, each read from its beginning to its end.
template <class Net, class TrainerType>
double read_once(TrainerType& trainer, std::span<const Label> text) {
    constexpr std::size_t window = ::window<Net>, streams = ::streams<Net>;
    CarriedState<Net, streams> state;
    const std::size_t part = (text.size() - 1) / streams;
    std::array<float, streams * window> inputs;
    std::array<Label, streams * window> targets;
    losses::LossSum<double> sum;
    for (std::size_t begin = 0; begin + window <= part; begin += window) {
        for (std::size_t row = 0; row < streams; ++row)
            for (std::size_t t = 0; t < window; ++t) {
                inputs[row * window + t] = static_cast<float>(text[row * part + begin + t]);
                targets[row * window + t] = text[row * part + begin + t + 1];
            }
        typename TrainerType::SamplesType samples;
        samples.inputs = {inputs.data()};
        samples.targets = {targets.data()};
        samples.state = state.data();
        samples.rows = streams;
        const auto loss = trainer.step(samples);
        sum.total += static_cast<double>(loss.total);
        sum.weight += static_cast<double>(loss.weight);
    }
    return sum.total / sum.weight;
}

/// Probabilities of the next letter, after each letter that it is given.
template <class Net>
class Reader {
  public:
    explicit Reader(const Parameters<Net>& parameters) : parameters_(&parameters) {}

    std::array<float, letters> after(Label letter) {
        const auto input = static_cast<float>(letter);
        std::array<float, letters> result;
        kernels::softmax<letters>((*streamer_)(*parameters_, {&input, 1}).data(), result.data(), 1);
        return result;
    }

  private:
    const Parameters<Net>* parameters_;
    std::unique_ptr<Streamer<Net>> streamer_ = std::make_unique<Streamer<Net>>();
};

/// e to the mean of −log of the probability of each letter of a text: between how many equally likely letters
/// the guess of the next is.
template <class Probability>
double perplexity(std::span<const Label> text, Probability probability_after) {
    double sum = 0;
    for (std::size_t i = 1; i < text.size(); ++i)
        sum -= std::log(probability_after(text[i - 1], text[i]));
    return std::exp(sum / static_cast<double>(text.size() - 1));
}

/// The yardsticks: frequencies of letters, and of pairs of letters, each counted once more than it occurs.
struct Frequencies {
    std::vector<double> single = std::vector<double>(letters, 1),
                        pairs = std::vector<double>(letters * letters, 1);
    std::vector<double> firsts = std::vector<double>(letters, static_cast<double>(letters));

    explicit Frequencies(std::span<const Label> text) {
        for (std::size_t i = 1; i < text.size(); ++i) {
            single[text[i]] += 1;
            pairs[text[i - 1] * letters + text[i]] += 1;
            firsts[text[i - 1]] += 1;
        }
    }
    double of(Label letter) const {
        double sum = 0;
        for (const double each : single)
            sum += each;
        return single[letter] / sum;
    }
    double of(Label before, Label letter) const { return pairs[before * letters + letter] / firsts[before]; }
};

/// What it writes after it has read a text. Each letter is drawn by its probability, sharpened: to the power
/// of 1 / temperature.
template <class Net>
std::string write_after(std::span<const Label> read, const Parameters<Net>& parameters, std::size_t count,
                        double temperature) {
    Reader<Net> reader(parameters);
    for (const Label letter : read.first(read.size() - 1))
        reader.after(letter);
    const RandomStream random{1, Purpose::user, 0};
    std::string text;
    Label letter = read.back();
    for (std::size_t i = 0; i < count; ++i) {
        const auto probabilities = reader.after(letter);
        std::array<double, letters> weights;
        double sum = 0;
        for (std::size_t n = 0; n < letters; ++n)
            sum += weights[n] = std::pow(static_cast<double>(probabilities[n]), 1 / temperature);
        double left = random.uniform(i) * sum;
        letter = 0;
        while (letter + 1 < letters && (left -= weights[letter]) >= 0)
            ++letter;
        text += alphabet[letter];
    }
    return text;
}

template <class Net>
bool learn_and_write(const std::vector<Label>& text, std::size_t epochs) {
    const auto train = std::span(text).first(text.size() * 9 / 10),
               test = std::span(text).subspan(train.size());
    Model<Net> model({.seed = 1});
    const auto trainer = make_trainer<streams<Net>>(model, losses::SparseCategoricalCrossentropy{},
                                                    optimizers::Adam{.learning_rate = 3e-3, .clip_norm = 5});
    for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
        const double loss = read_once<Net>(*trainer, train);
        std::printf("epoch %zu: perplexity %.2f\n", epoch, std::exp(loss));
        std::fflush(stdout);
    }

    const Frequencies frequencies(train);
    Reader<Net> reader(model.parameters());
    const double ours = perplexity(
        test, [&](Label before, Label next) { return static_cast<double>(reader.after(before)[next]); });
    const double pairs =
        perplexity(test, [&](Label before, Label next) { return frequencies.of(before, next); });
    const double single = perplexity(test, [&](Label, Label next) { return frequencies.of(next); });
    std::printf("perplexity of what it has not read: %.2f; by pairs of letters %.2f, by letters %.2f\n\n%s\n",
                ours, pairs, single, write_after(train.last(500), model.parameters(), 600, 0.7).c_str());
    // A shorter run is a trial.
    const double bar = (epochs < 20 ? 0.8 : 0.55) * pairs;
    if (!(ours < bar))
        std::fprintf(stderr, "text_generation: expected a perplexity below %.2f, got %.2f\n", bar, ours);
    return ours < bar;
}

int main(int argc, char** argv) try {
    const Options options(
        argc, argv,
        {{"--data", BURIN_EXAMPLE_DATA "/genesis.txt"}, {"--epochs", "20"}, {"--network", "lstm"}});
    const std::size_t epochs = options.number("--epochs");
    const std::string& network = options["--network"];
    if (network != "lstm" && network != "gpt")
        throw Error("--network: expected `lstm` or `gpt`, got " + burin::core::quoted(network));
    const std::vector<Label> text = read_letters(options["--data"]);
    const bool has_learned =
        network == "gpt" ? learn_and_write<GptWriter>(text, epochs) : learn_and_write<Writer>(text, epochs);
    return has_learned ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("text_generation");
}
