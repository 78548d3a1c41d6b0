// Training on many cores: the same bits at any number of them, and nearly those of one pass.
#include "burin/layers/activations.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/layers/gaussian.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/layers/transformer.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/parallel/team.hpp"
#include "burin/training/make_trainer.hpp"
#include "burin/training/training_bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

using namespace burin;

namespace {

using Loss = losses::SparseCategoricalCrossentropy;

using MLP = Sequential<Input<8, 8>, Flatten, Dense<128>, ReLU, Dense<10>>;
using Attention = Sequential<Input<8, 8, 1>, Conv2D<6, 3, Same>, ReLU, MaxPool2D<2>, Reshape<16, 6>,
                             TransformerEncoderBlock<2, 16>, Flatten, Dense<10>>;
/// Draws random numbers of each kind.
using Drawing = Sequential<Input<8, 8>, SpatialDropout<0.1>, GaussianNoise<0.1>, Flatten, Dense<64>, ReLU,
                           Dropout<0.25>, Dense<10>>;
using Normalized = Sequential<Input<8, 8>, Flatten, Dense<16>, BatchNorm<>, Dropout<0.25>, Dense<10>>;

constexpr std::size_t rows = 64;
static_assert(fitting::parts_of<MLP, Loss, rows>.count == 2);
static_assert(fitting::parts_of<Attention, Loss, rows>.count > 2);
static_assert(fitting::parts_of<Drawing, Loss, rows>.count == 2);
// All samples of a batch are normalized together.
static_assert(fitting::parts_of<Normalized, Loss, rows>.count == 1);
// Too little to share.
static_assert(fitting::parts_of<MLP, Loss, 8>.count == 1);

// Memory is known when compiling: what is held, but for some words and the rounding up to cache lines.
using Shared = Trainer<Attention, Loss, optimizers::Adam, rows, float, parallel::Team>;
constexpr std::size_t bytes = training_bytes_in_parts<Attention, Loss, rows>;
static_assert(sizeof(Shared) + sizeof(Parameters<Attention>) >= bytes);
static_assert(sizeof(Shared) + sizeof(Parameters<Attention>) < bytes + 2048);

enum class Way { in_parts, in_one_pass };

/// Four steps, of which two are of batches that are not full, on so many threads.
template <class Net, Way Taken>
std::vector<float> trained(std::size_t threads, double& loss) {
    constexpr std::size_t size = engine::Network<Net>::input_shapes[0].size();
    std::vector<float> inputs(rows * size), weights(rows);
    std::vector<Label> labels(rows);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        inputs[i] = static_cast<float>(std::sin(static_cast<double>(i * i % 1000)));
    for (std::size_t i = 0; i < rows; ++i) {
        labels[i] = static_cast<Label>(i % 10);
        weights[i] = static_cast<float>(i % 3);
    }
    Samples<Net, Loss> samples;
    samples.inputs = {inputs.data()};
    samples.targets = {labels.data()};
    samples.weights = weights.data();

    Model<Net> model({.seed = 1});
    const optimizers::Adam adam{.learning_rate = 1e-3, .clip_norm = 1};
    const auto step = [&](auto& trainer) {
        for (const std::size_t count : {rows, std::size_t{37}, std::size_t{5}, rows}) {
            samples.rows = count;
            const auto sum = trainer.step(samples);
            loss = static_cast<double>(sum.total / sum.weight);
        }
    };
    if constexpr (Taken == Way::in_one_pass) {
        step(*make_trainer<rows>(model, Loss{}, adam, 3));
    } else {
        parallel::Team team(threads);
        step(*make_trainer<rows>(model, Loss{}, adam, 3, team));
    }
    return {model.parameters().data(), model.parameters().data() + stored_count<Net>};
}

/// The same bits at any number of threads.
template <class Net>
std::vector<float> check_threads(double& loss) {
    double other = 0;
    const std::vector<float> alone = trained<Net, Way::in_parts>(1, loss);
    for (const std::size_t threads : {2u, 3u, 7u}) {
        CAPTURE(threads);
        CHECK(trained<Net, Way::in_parts>(threads, other) == alone);
        CHECK(other == loss);
    }
    return alone;
}

/// And nearly those of one pass, where the same numbers are drawn.
template <class Net>
void check_threads_and_one_pass() {
    double loss = 0, other = 0;
    const std::vector<float> alone = check_threads<Net>(loss);
    const std::vector<float> in_one_pass = trained<Net, Way::in_one_pass>(0, other);
    CHECK(other == doctest::Approx(loss).epsilon(1e-5));
    float furthest = 0;
    for (std::size_t i = 0; i < alone.size(); ++i)
        furthest = std::max(furthest, std::abs(alone[i] - in_one_pass[i]));
    CHECK(furthest < 1e-4f);
    if (fitting::parts_of<Net, Loss, rows>.count == 1)
        CHECK(furthest == 0);
}

} // namespace

TEST_CASE("Trainer: the same bits at any number of threads: convolutions and attention") {
    double loss = 0;
    check_threads<Attention>(loss);
}
TEST_CASE("Trainer: the same bits at any number of threads: dropout, dropped channels and noise") {
    check_threads_and_one_pass<Drawing>();
}
TEST_CASE("Trainer: the same bits at any number of threads, those of one pass: BatchNorm and dropout") {
    check_threads_and_one_pass<Normalized>();
}
