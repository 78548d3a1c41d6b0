// Transfer: what was learnt of much data is where training on few samples begins. Small digits stand anywhere
// in images of 12 × 12. A network learns the digits 0 to 5, of which there are many; its body, frozen, then
// reads 6 to 9 by a new head that is trained on five samples of each, and at last the whole network is
// trained with a small rate. Beside it the same network, trained on the few samples alone. All of it five
// times, with other samples and weights. Digits come with Burin, or with --data from MNIST, shrunk.
#include <burin/burin.hpp>

#include "options.hpp"

#include <unistd.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace burin;

constexpr Label known = 6; // Digits below it have been learnt before.
constexpr std::size_t new_digits = 4;

constexpr std::size_t digit_side = 8, side = 12;
using Image = Input<side, side>;

// The body's tensors have the same names in all three: 0.1.weight, …
using Body = Sequential<Flatten, Dense<128>, ReLU, Dense<64>, ReLU>;
using Pretrained = Sequential<Image, Body, Dense<known>>;
using WithFrozenBody = Sequential<Image, Frozen<Body>, Dense<new_digits>>;
using Whole = Sequential<Image, Body, Dense<new_digits>>;

struct Accuracies {
    double anew, frozen, thawed;
};

/// One of MNIST's images, as means of 4 × 4 pixels with a margin.
std::vector<float> shrunk(std::span<const float> image) {
    std::vector<float> small(digit_side * digit_side);
    for (std::size_t y = 0; y < 28; ++y)
        for (std::size_t x = 0; x < 28; ++x)
            small[y / 4 * digit_side + x / 4] += image[y * 28 + x] / 16;
    return small;
}

/// The digits from `first` to below `last`, called 0, 1, …, each `times` times somewhere in a larger image.
data::Dataset<> some_digits(const data::Dataset<>& digits, Label first, Label last, std::size_t times) {
    const RandomStream places{.seed = 1};
    std::vector<float> pixels;
    std::vector<Label> labels;
    for (std::size_t time = 0; time < times; ++time)
        for (std::size_t i = 0; i < digits.size(); ++i) {
            const Label label = digits.target(i)[0];
            if (label < first || label >= last)
                continue;
            const std::vector<float> digit =
                digits.input(i).size() == 28 * 28
                    ? shrunk(digits.input(i))
                    : std::vector<float>(digits.input(i).begin(), digits.input(i).end());
            const std::size_t position = 2 * (time * digits.size() + i);
            const std::size_t top = places.below(side - digit_side + 1, position);
            const std::size_t left = places.below(side - digit_side + 1, position + 1);
            std::vector<float> image(side * side);
            for (std::size_t y = 0; y < digit_side; ++y)
                for (std::size_t x = 0; x < digit_side; ++x)
                    image[(top + y) * side + left + x] = digit[y * digit_side + x];
            pixels.insert(pixels.end(), image.begin(), image.end());
            labels.push_back(label - first);
        }
    return {Shape(side, side), std::move(pixels), std::move(labels)};
}

/// The first `each` samples of every class of shuffled data, and the others.
std::pair<data::Dataset<>, data::Dataset<>> few_of(const data::Dataset<>& digits, std::size_t each,
                                                   std::uint64_t seed) {
    const data::Dataset<> mixed = digits.shuffled(seed);
    std::array<std::size_t, new_digits> taken{};
    std::vector<std::size_t> few, others;
    for (std::size_t i = 0; i < mixed.size(); ++i)
        (taken[mixed.target(i)[0]]++ < each ? few : others).push_back(i);
    return {mixed.subset(few), mixed.subset(others)};
}

template <class Net>
double train(Model<Net>& model, const data::Dataset<>& few, const data::Dataset<>& test, double rate,
             std::size_t epochs, std::uint64_t seed) {
    fit(model, few,
        Fit{.optimizer = optimizers::Adam{.learning_rate = rate},
            .batch_size = batch<16>,
            .epochs = epochs,
            .seed = seed,
            .verbose = false});
    return evaluate(model, test)["accuracy"];
}

Accuracies transfer(const std::string& pretrained, const data::Dataset<>& digits, std::size_t each,
                    std::size_t epochs, std::uint64_t seed) {
    const auto [few, test] = few_of(digits, each, seed);
    Accuracies result{};

    Model<Whole> anew({.seed = seed});
    result.anew = train(anew, few, test, 1e-3, 2 * epochs, seed);

    // A new head on a body that stays as it is.
    Model<WithFrozenBody> frozen({.seed = seed});
    io::load(pretrained, frozen, io::Part{{"0.*"}});
    result.frozen = train(frozen, few, test, 1e-2, epochs, seed);

    // Then all of it, gently: large steps would undo what was learnt before.
    Model<Whole> thawed({.seed = seed});
    copy_parameters(frozen.parameters(), thawed.parameters());
    result.thawed = train(thawed, few, test, 1e-4, epochs, seed);
    return result;
}

/// Mean and standard deviation over the seeds.
struct Spread {
    double mean = 0, deviation = 0;

    explicit Spread(const std::vector<double>& values) {
        for (const double value : values)
            mean += value / static_cast<double>(values.size());
        for (const double value : values)
            deviation += (value - mean) * (value - mean) / static_cast<double>(values.size());
        deviation = std::sqrt(deviation);
    }
};

/// Returns the mean gain in accuracy.
double run(const data::Dataset<>& digits, std::size_t each, std::size_t epochs) {
    const std::string path =
        (std::filesystem::temp_directory_path() / ("burin_few_samples." + std::to_string(getpid()))).string();
    const auto [train_digits, held_out_digits] = digits.split(0.9, /*seed*/ 1);
    const data::Dataset<> much = some_digits(train_digits, 0, known, 20);
    const data::Dataset<> held_out = some_digits(held_out_digits, 0, known, 1);
    Model<Pretrained> model({.seed = 1});
    fit(model, much, Fit{.batch_size = batch<32>, .epochs = 10, .verbose = false});
    std::printf("before: digits 0 to %u, %zu images: accuracy %.3f\n", known - 1, much.size(),
                evaluate(model, held_out)["accuracy"]);
    io::save(path, model);

    const data::Dataset<> others = some_digits(digits, known, known + new_digits, 1);
    std::printf("digits %u to 9, %zu samples of each; accuracy on %zu others\n", known, each,
                others.size() - each * new_digits);
    std::printf("seed   anew   new head, body frozen   all, thawed\n");
    std::vector<double> anew, frozen, thawed, gains;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const Accuracies found = transfer(path, others, each, epochs, seed);
        std::printf("%4zu  %.3f   %.3f                   %.3f\n", static_cast<std::size_t>(seed), found.anew,
                    found.frozen, found.thawed);
        std::fflush(stdout);
        anew.push_back(found.anew);
        frozen.push_back(found.frozen);
        thawed.push_back(found.thawed);
        gains.push_back(found.thawed - found.anew);
    }
    std::filesystem::remove(path);
    std::printf("mean  %.3f   %.3f                   %.3f\n", Spread(anew).mean, Spread(frozen).mean,
                Spread(thawed).mean);
    const Spread gain(gains);
    std::printf("gain of transfer: %.3f (standard deviation %.3f)\n", gain.mean, gain.deviation);
    return gain.mean;
}

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--data", ""}, {"--each", "5"}, {"--epochs", "60"}});
    const bool small = options["--data"].empty();
    const std::size_t each = options.number("--each", 1, 100);
    const std::size_t epochs = options.number("--epochs");
    const data::Dataset<> digits = small ? data::load_digits(BURIN_EXAMPLE_DATA "/digits.csv")
                                         : data::load_mnist(options["--data"]).train.subset(0, 5000);
    const double gain = run(digits, each, epochs);
    const bool is_trial = each != 5 || epochs < 60;
    return is_trial || gain >= 0.08 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("few_samples");
}
