// Steps in parts: several outputs, states that are carried on, and optimizers that look at several gradients.
#include "burin/graph/carried_state.hpp"
#include "burin/graph/forms.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/gru.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/losses/per_output.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"
#include "burin/optimizers/accumulate.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/optimizers/lbfgs.hpp"
#include "burin/optimizers/parameter_groups.hpp"
#include "burin/optimizers/sam.hpp"
#include "burin/optimizers/sgd.hpp"
#include "burin/parallel/team.hpp"
#include "burin/training/make_trainer.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <vector>

using namespace burin;

namespace {

using Net = Graph<Node<"x", Input<8, 8>>, Node<"h", GRU<16>, From<"x">>, Node<"class", Dense<10>, From<"h">>,
                  Node<"place", Dense<2>, From<"h">>, Outputs<"class", "place">>;
using Loss = losses::PerOutput<losses::SparseCategoricalCrossentropy, losses::MeanSquaredError>;

constexpr std::size_t rows = 64;
static_assert(fitting::parts_of<Net, Loss, rows>.count == 4);

/// On so many threads, or one part after the other in turn, the last one first.
struct Shared {
    parallel::Team team;
    bool backwards = false;

    template <class Work>
    void for_each(std::size_t count, const Work& work) {
        if (!backwards)
            return team.for_each(count, work);
        for (std::size_t i = count; i > 0; --i)
            work(i - 1);
    }
};

/// All that three steps leave behind; the sequences of the second and of the third go on where those of the
/// step before ended. The second has only some of them.
struct After {
    std::vector<float> parameters, state, losses;
    bool operator==(const After&) const = default;
};

template <class Optimizer, class... Workers>
After trained(const Optimizer& optimizer, Workers&... workers) {
    const auto inputs = random_numbers<float>(3 * rows * 64, 3), places = random_numbers<float>(rows * 2, 4);
    std::vector<float> weights(rows);
    std::vector<Label> labels(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        labels[i] = static_cast<Label>(i % 10);
        weights[i] = static_cast<float>(i % 3);
    }
    Model<Net> model({.seed = 1});
    const Loss loss =
        Loss(losses::SparseCategoricalCrossentropy{}, losses::MeanSquaredError{}).weighted({1, 0.5});
    const auto trainer = make_trainer<rows>(model, loss, optimizer, 3, workers...);
    CarriedState<Net, rows> state;
    After after;
    for (std::size_t step = 0; step < 3; ++step) {
        Samples<Net, Loss> samples;
        samples.inputs = {inputs.data() + step * rows * 64};
        samples.targets = {labels.data(), places.data()};
        samples.weights = weights.data();
        samples.state = state.data();
        samples.rows = step == 1 ? 37 : rows;
        const std::vector<float> before(state.values.begin(), state.values.end());
        const auto sum = trainer->step(samples);
        after.losses.push_back(sum.total / sum.weight);
        for (const auto& each : trainer->last_losses())
            after.losses.push_back(each.total / each.weight);
        // Of those that are not there nothing is changed, and of the others all.
        CHECK(std::equal(before.begin() + static_cast<std::ptrdiff_t>(samples.rows * 16), before.end(),
                         state.values.begin() + static_cast<std::ptrdiff_t>(samples.rows * 16)));
        for (std::size_t row = 0; row < samples.rows; ++row)
            CHECK(before[row * 16] != state.values[row * 16]);
    }
    after.state.assign(state.values.begin(), state.values.end());
    after.parameters.assign(model.parameters().values.begin(), model.parameters().values.end());
    return after;
}

/// The same bits at any number of threads, and in any order.
template <class Optimizer>
After check_threads(const Optimizer& optimizer) {
    Shared one{parallel::Team(1)}, back{parallel::Team(1), true};
    const After alone = trained(optimizer, one);
    CHECK(trained(optimizer, back) == alone);
    for (const std::size_t threads : {2u, 3u, 7u}) {
        CAPTURE(threads);
        Shared several{parallel::Team(threads)};
        CHECK(trained(optimizer, several) == alone);
    }
    return alone;
}

float furthest(const std::vector<float>& a, const std::vector<float>& b) {
    float distance = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        distance = std::max(distance, std::abs(a[i] - b[i]));
    return distance;
}

using optimizers::SGD;

} // namespace

TEST_CASE("Trainer in parts: several outputs and carried states are nearly those of one pass") {
    const SGD rule{.learning_rate = 0.1, .clip_norm = 1};
    const After in_parts = check_threads(rule), in_one_pass = trained(rule);
    CHECK(in_parts.losses.size() == 9);
    CHECK(furthest(in_parts.losses, in_one_pass.losses) < 1e-5f);
    CHECK(furthest(in_parts.state, in_one_pass.state) < 1e-5f);
    CHECK(furthest(in_parts.parameters, in_one_pass.parameters) < 1e-5f);
}

TEST_CASE("Trainer in parts: optimizers that look at several gradients") {
    const After plain = check_threads(SGD{.learning_rate = 0.1});
    CHECK(check_threads(optimizers::Accumulate{SGD{.learning_rate = 0.1}, 3}).parameters != plain.parameters);
    const After sharp = check_threads(optimizers::SAM{SGD{.learning_rate = 0.1}, 0.5});
    CHECK(sharp.parameters != plain.parameters);
    // The second look leaves no trace.
    CHECK(check_threads(optimizers::SAM{SGD{.learning_rate = 0.1}, 0}) == plain);
    const After searched = check_threads(optimizers::LBFGS<4>{.learning_rate = 0.1, .max_iterations = 3});
    CHECK(searched.losses[0] == plain.losses[0]);
    CHECK(searched.parameters != plain.parameters);
}

TEST_CASE("Trainer in parts: parameters in groups") {
    const auto frozen = [](const After& after) {
        const auto begin = after.parameters.end() - 22;
        return std::vector<float>(begin, after.parameters.end());
    };
    using optimizers::FreezeOn, optimizers::ParameterGroups;
    const After after = check_threads(ParameterGroups{SGD{.learning_rate = 0.1}, FreezeOn<"place.*">{}});
    const Model<Net> untouched({.seed = 1});
    CHECK(frozen(after) ==
          std::vector<float>(untouched.parameters().values.end() - 22, untouched.parameters().values.end()));
}
