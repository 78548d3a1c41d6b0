#pragma once

#include "dates.hpp"
#include "options.hpp"

#include <burin/embedded.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

/// Trains a network that reads a date and what it has written of its translation so far, and scores the next
/// letter; then has it translate days that it never saw.
namespace dates {

using namespace burin;

inline constexpr std::size_t batch_size = 64;

template <class Net>
class Translator {
  public:
    explicit Translator(std::uint64_t seed) { initialize(*parameters_, initializers::Default{}, seed); }

    /// Steps with pairs drawn anew for each, at a learning rate that falls to 0.
    void train(const std::vector<std::uint32_t>& training_days, std::size_t steps, double learning_rate) {
        using Loss = losses::SparseCategoricalCrossentropy;
        using TrainerType = Trainer<Net, Loss, optimizers::Adam, batch_size>;
        const auto trainer = std::make_unique<TrainerType>(
            *parameters_, Loss{}, optimizers::Adam{.learning_rate = learning_rate, .clip_norm = 1});
        std::vector<float> sources(batch_size * source_length), before(batch_size * target_length);
        std::vector<Label> labels(batch_size * target_length);
        typename TrainerType::SamplesType samples;
        samples.inputs = {sources.data(), before.data()};
        samples.targets = {labels.data()};
        samples.rows = batch_size;
        const auto start = std::chrono::steady_clock::now();
        for (std::size_t step = 0; step < steps; ++step) {
            const RandomStream random{7, Purpose::user, static_cast<std::uint32_t>(step)};
            for (std::size_t row = 0; row < batch_size; ++row) {
                const auto day = random.below(static_cast<std::uint32_t>(training_days.size()), 2 * row);
                const Pair pair = pair_of(training_days[day], random.below(styles, 2 * row + 1));
                pair.tokens(sources.data() + row * source_length);
                pair.labels(labels.data() + row * target_length, before.data() + row * target_length);
            }
            // A tenth of the way up, the rest down.
            const double done = static_cast<double>(step) / static_cast<double>(steps);
            trainer->optimizer.learning_rate = learning_rate * std::min(done / 0.1 + 0.01, (1 - done) / 0.9);
            const float loss = losses::reduce(trainer->loss, trainer->step(samples));
            if (step % 250 == 249 || step + 1 == steps) {
                const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
                std::printf("step %5zu  loss %.4f  %.1f s\n", step + 1, static_cast<double>(loss),
                            time.count());
                std::fflush(stdout);
            }
        }
    }

    /// Writes letter by letter; all beams in one run of the network.
    template <std::size_t Width>
    std::string translate(const std::string& source) {
        using Hypothesis = decoding::Hypothesis<target_length + 1>;
        static decoding::BeamSearch<target_length + 1, target_classes, Width> search;
        static Predictor<Net, Width> predictor;
        std::array<float, Width * source_length> sources;
        std::array<float, Width * target_length> before{};
        for (std::size_t beam = 0; beam < Width; ++beam)
            Pair{source, {}}.tokens(sources.data() + beam * source_length);
        const auto found = search({.begin = begin, .end = end}, [&](std::span<const Hypothesis> beginnings,
                                                                    float* scores) {
            const std::size_t last = beginnings[0].length - 1;
            for (std::size_t beam = 0; beam < beginnings.size(); ++beam)
                std::copy_n(beginnings[beam].labels.begin(), last + 1, before.begin() + beam * target_length);
            const float* const y =
                predictor.run(parameters_->data(), {sources.data(), before.data()}, beginnings.size())[0];
            for (std::size_t beam = 0; beam < beginnings.size(); ++beam)
                std::copy_n(y + (beam * target_length + last) * target_classes, target_classes,
                            scores + beam * target_classes);
        });
        std::string text;
        for (Label label : found.best().written())
            text += label < target_letters.size() ? target_letters[label] : '?';
        return text;
    }

    /// The share of days that are translated without a fault, each in one of the styles.
    template <std::size_t Width>
    double accuracy(const std::vector<std::uint32_t>& test_days, bool show) {
        std::size_t right = 0;
        for (std::uint32_t i = 0; i < test_days.size(); ++i) {
            const Pair pair = pair_of(test_days[i], i % styles);
            const std::string found = translate<Width>(pair.source);
            right += found == pair.target;
            if (show && i < styles)
                std::printf("  %-22s -> %s%s\n", pair.source.c_str(), found.c_str(),
                            found == pair.target ? "" : "  (wrong)");
        }
        return static_cast<double>(right) / static_cast<double>(test_days.size());
    }

  private:
    std::unique_ptr<Parameters<Net>> parameters_ = std::make_unique<Parameters<Net>>();
};

/// The whole program. It fails if greedy or beam search get fewer held-out dates right than `--bar` of 100.
template <class Net>
int run(int argc, char** argv, const char* steps, double learning_rate) {
    const Options options(argc, argv, {{"--steps", steps}, {"--test", "1000"}, {"--bar", "95"}});
    const std::size_t step_count = options.number("--steps");
    const double bar = static_cast<double>(options.number("--bar", 0, 100)) / 100;
    std::vector<std::uint32_t> training_days = shuffled_days(/*seed*/ 1);
    const std::size_t held_out = std::min<std::size_t>(options.number("--test", 1), days / 2);
    const std::vector<std::uint32_t> test_days(training_days.end() - static_cast<std::ptrdiff_t>(held_out),
                                               training_days.end());
    training_days.resize(training_days.size() - held_out);
    std::printf("%zu parameters, %zu bytes to train with\n", parameter_count<Net>,
                training_bytes<Net, batch_size>);

    Translator<Net> translator(/*seed*/ 1);
    translator.train(training_days, step_count, learning_rate);
    const double greedy = translator.template accuracy<1>(test_days, true);
    const double beam = translator.template accuracy<4>(test_days, false);
    std::printf("held out, exact: greedy %.1f %%, beam of 4 %.1f %%\n", 100 * greedy, 100 * beam);
    return greedy >= bar && beam >= bar ? 0 : 1;
}

} // namespace dates
