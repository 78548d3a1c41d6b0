#include "reference/optimizer_rules.hpp"

#include "burin/graph/forms.hpp"
#include "burin/graph/layout.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/optimizers/adafactor.hpp"
#include "burin/optimizers/lamb.hpp"
#include "burin/optimizers/optimizer.hpp"
#include "burin/training/training_bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

using namespace burin;
using namespace burin::optimizers;
namespace r = reference::optimizer_rules;

namespace {

using Net = Sequential<Input<2>, Dense<27>, ReLU, Dense<2>>;
using Convolution = Sequential<Input<8, 2>, Conv1D<27, 3>>;
constexpr std::size_t parameters_of_net = trained_count<Net>;

/// What an optimizer makes of a network's parameters.
template <class Optimizer, class Scalar, class Trained = Net>
struct Training {
    static constexpr std::size_t count = trained_count<Trained>;

    Optimizer optimizer{};
    std::vector<Scalar> parameters = std::vector<Scalar>(count);
    std::vector<Scalar> state = std::vector<Scalar>(state_size<Optimizer, Trained>);
    unsigned steps = 0;

    explicit Training(const Optimizer& options, const double (&begin)[count] = r::network_start)
        : optimizer(options) {
        const std::vector<Scalar> start(std::begin(begin), std::end(begin));
        from_row_major<Trained>(start.data(), parameters.data(), count);
    }

    /// `gradients` and what it returns are row-major.
    std::vector<Scalar> step(const std::vector<Scalar>& gradients) {
        std::vector<Scalar> stored(count), result(count);
        from_row_major<Trained>(gradients.data(), stored.data(), count);
        apply<Trained>(optimizer, parameters.data(), stored.data(), state.data(), ++steps, [] {});
        to_row_major<Trained>(parameters.data(), result.data(), count);
        return result;
    }
};

/// As optimizer_rules.py has them.
template <class Scalar>
std::vector<Scalar> gradients_of(unsigned step, std::size_t count = parameters_of_net) {
    std::vector<Scalar> gradients(count);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        const double angle = static_cast<double>(i) * 1.3 + step * 0.7 * (1 + static_cast<double>(i % 5));
        gradients[i] = static_cast<Scalar>(std::sin(angle) * (1 + static_cast<double>(i % 3)));
    }
    return gradients;
}

template <class Trained = Net, class Optimizer>
void check_ends(const Optimizer& optimizer, const double (&ends)[2 * trained_count<Trained>],
                const double (&start)[trained_count<Trained>] = r::network_start) {
    Training<Optimizer, double, Trained> training(optimizer, start);
    for (unsigned step = 1; step <= 100; ++step) {
        const std::vector<double> now = training.step(gradients_of<double>(step, std::size(start)));
        if (step == 1 || step == 100)
            for (std::size_t i = 0; i < now.size(); ++i) {
                const double want = ends[(step == 1 ? 0 : now.size()) + i];
                INFO("step " << step << ", parameter " << i << ": expected " << want << ", got " << now[i]);
                CHECK(std::abs(now[i] - want) <= 1e-6 * std::abs(want));
            }
    }
}

template <class Optimizer>
void check_variants(const double (&plain)[2 * parameters_of_net],
                    const double (&decay)[2 * parameters_of_net],
                    const double (&clip_value)[2 * parameters_of_net],
                    const double (&clip_norm)[2 * parameters_of_net]) {
    check_ends(Optimizer{}, plain);
    check_ends(Optimizer{.weight_decay = 0.1}, decay);
    check_ends(Optimizer{.clip_value = 0.5}, clip_value);
    check_ends(Optimizer{.weight_decay = 0.1, .clip_norm = 1.0}, clip_norm);
}

} // namespace

TEST_CASE("LAMB: 100 steps agree with timm") {
    check_variants<LAMB>(r::lamb, r::lamb_decay, r::lamb_clip_value, r::lamb_clip_norm);
}

TEST_CASE("Adafactor: 100 steps agree with PyTorch") {
    check_variants<Adafactor>(r::adafactor, r::adafactor_decay, r::adafactor_clip_value,
                              r::adafactor_clip_norm);
    check_ends<Convolution>(Adafactor{}, r::adafactor_convolution, r::convolution_start);
}

TEST_CASE("LAMB: a tensor of zeros moves as by Adam, and one without gradients not at all") {
    Training<LAMB, float> training(LAMB{.learning_rate = 0.5});
    std::fill(training.parameters.begin(), training.parameters.end(), 0.0f);
    std::vector<float> gradients(parameters_of_net);
    std::fill_n(gradients.begin(), 2 * 27, -3.0f);
    const std::vector<float> moved = training.step(gradients);
    for (std::size_t i = 0; i < parameters_of_net; ++i)
        CHECK(static_cast<double>(moved[i]) == doctest::Approx(i < 2 * 27 ? 0.5 : 0.0).epsilon(1e-5));
}

TEST_CASE_TEMPLATE("rules of tensors: clip_norm holds where squares are beyond the largest number", Optimizer,
                   LAMB, Adafactor) {
    Training<Optimizer, float> clipped(Optimizer{.clip_norm = 1}), scaled(Optimizer{.clip_norm = 1});
    for (unsigned step = 1; step <= 3; ++step) {
        std::vector<float> gradients = gradients_of<float>(step);
        const std::vector<float> want = scaled.step(gradients);
        for (float& gradient : gradients)
            gradient *= 1e30f;
        const std::vector<float> got = clipped.step(gradients);
        for (std::size_t i = 0; i < got.size(); ++i)
            CHECK(static_cast<double>(got[i]) ==
                  doctest::Approx(static_cast<double>(want[i])).epsilon(1e-4));
    }
    std::vector<float> gradients(parameters_of_net, 1.0f);
    gradients[100] = std::numeric_limits<float>::quiet_NaN();
    for (const float parameter : clipped.step(gradients))
        CHECK(std::isnan(parameter));
}

TEST_CASE_TEMPLATE("rules of tensors: what is no number stays so, and not in other tensors", Optimizer, LAMB,
                   Adafactor) {
    for (const double clip_value : {0.0, 0.5}) {
        Training<Optimizer, float> training(Optimizer{.clip_value = clip_value});
        for (unsigned step = 1; step <= 3; ++step) {
            std::vector<float> gradients = gradients_of<float>(step);
            if (step == 1)
                gradients[7] = std::numeric_limits<float>::quiet_NaN();
            const std::vector<float> now = training.step(gradients);
            CHECK(std::isnan(now[7]));
            CHECK(std::none_of(now.begin() + 2 * 27, now.end(), [](float p) { return std::isnan(p); }));
        }
    }
}

TEST_CASE_TEMPLATE("rules of tensors: squares beyond the largest number stop their parameters", Optimizer,
                   LAMB, Adafactor) {
    Training<Optimizer, float> training(Optimizer{});
    std::vector<float> gradients = gradients_of<float>(1);
    gradients[7] = 1e30f;
    gradients[2 * 27 + 3] = -std::numeric_limits<float>::max();
    const std::vector<float> before(std::begin(r::network_start), std::end(r::network_start));
    std::vector<float> now = training.step(gradients);
    CHECK(now[7] == before[7]);
    CHECK(now[2 * 27 + 3] == before[2 * 27 + 3]);
    for (unsigned step = 2; step <= 5; ++step) {
        now = training.step(gradients_of<float>(step));
        CHECK(std::none_of(now.begin(), now.end(), [](float p) { return std::isnan(p); }));
        CHECK(now[8] != before[8]);
    }
}

TEST_CASE("Adafactor: remembers rows and columns, in less than Adam's memory") {
    using Wide = Sequential<Input<256>, Dense<128>>;
    static_assert(state_size<Adafactor, Wide> == 256 + 128 + 128);
    static_assert(state_size<Adam, Wide> == 2 * (256 * 128 + 128));
    // Of a convolution, the input and output channels of each of its places.
    using Images = Sequential<Input<8, 8, 16>, Conv2D<32, 3>>;
    static_assert(state_size<Adafactor, Images> == 9 * (16 + 32) + 32);
    static_assert(training_bytes<Wide, 1, Adam> - training_bytes<Wide, 1, Adafactor> ==
                  sizeof(float) * (2 * (256 * 128 + 128) - (256 + 128 + 128)));
}
