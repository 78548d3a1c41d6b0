#include "reference/optimizer_rules.hpp"

#include "burin/graph/forms.hpp"
#include "burin/layers/dense.hpp"
#include "burin/losses/loss.hpp"
#include "burin/optimizers/lbfgs.hpp"
#include "burin/optimizers/optimizer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

using namespace burin;
using namespace burin::optimizers;
namespace r = reference::optimizer_rules;

namespace {

/// As many parameters as the reference's function; what they are in the network does not matter here.
using Net = Sequential<Input<4>, Dense<2>>;
constexpr std::size_t dimensions = trained_count<Net>;
static_assert(dimensions == std::size(r::lbfgs_start));

/// The minimization of Σ 10 (x[i+1] − x[i]²)² + (1 − x[i])², times `factor`.
template <class Optimizer, class Scalar>
struct Minimization {
    Optimizer optimizer{};
    std::vector<Scalar> x{std::begin(r::lbfgs_start), std::end(r::lbfgs_start)};
    std::vector<Scalar> gradients = std::vector<Scalar>(dimensions);
    std::vector<Scalar> state = std::vector<Scalar>(state_size<Optimizer, Net>);
    unsigned steps = 0;
    unsigned evaluations = 0;
    double factor = 1;
    Scalar poison = 0; ///< Added to the gradients.

    losses::LossSum<Scalar> evaluate() {
        ++evaluations;
        double loss = 0;
        std::fill(gradients.begin(), gradients.end(), poison);
        const auto scale = static_cast<Scalar>(factor);
        for (std::size_t i = 0; i + 1 < dimensions; ++i) {
            const Scalar bend = x[i + 1] - x[i] * x[i], rest = 1 - x[i];
            loss += factor * static_cast<double>(10 * bend * bend + rest * rest);
            gradients[i] += scale * (-40 * bend * x[i] - 2 * rest);
            gradients[i + 1] += scale * (20 * bend);
        }
        // What has these gradients is the total by the weight.
        return {static_cast<Scalar>(4 * loss), 4};
    }

    void step() {
        evaluate();
        apply<Net>(optimizer, x.data(), gradients.data(), state.data(), ++steps, [&] { return evaluate(); });
    }
};

template <class Optimizer, std::size_t Size>
void check_path(const Optimizer& optimizer, const double (&path)[Size]) {
    Minimization<Optimizer, double> minimization{optimizer};
    for (std::size_t step = 0; step < Size / dimensions; ++step) {
        minimization.step();
        for (std::size_t i = 0; i < dimensions; ++i) {
            const double want = path[step * dimensions + i];
            INFO("step " << step + 1 << ", parameter " << i << ": expected " << want << ", got "
                         << minimization.x[i]);
            CHECK(std::abs(minimization.x[i] - want) <= 1e-6 * std::abs(want));
        }
    }
}

using Searching = LBFGS<4, LineSearch::strong_wolfe>;

} // namespace

TEST_CASE("LBFGS: steps and line searches agree with PyTorch") {
    check_path(LBFGS<4>{.learning_rate = 0.1, .max_iterations = 1}, r::lbfgs_one);
    check_path(LBFGS<4>{.learning_rate = 0.1}, r::lbfgs_twenty);
    check_path(Searching{}, r::lbfgs_wolfe);
    check_path(Searching{.max_iterations = 1}, r::lbfgs_wolfe_one);
    check_path(LBFGS<10, LineSearch::strong_wolfe>{.weight_decay = 0.1}, r::lbfgs_wolfe_decay);
}

TEST_CASE_TEMPLATE("LBFGS: finds the minimum and stays there", Scalar, float, double) {
    Minimization<Searching, Scalar> minimization;
    for (int step = 0; step < 5; ++step)
        minimization.step();
    for (const Scalar x : minimization.x)
        CHECK(static_cast<double>(x) == doctest::Approx(1).epsilon(1e-4));
    const auto there = minimization.x;
    const unsigned before = minimization.evaluations;
    minimization.step();
    CHECK(minimization.evaluations <= before + 25);
    for (std::size_t i = 0; i < dimensions; ++i)
        CHECK(static_cast<double>(std::abs(minimization.x[i] - there[i])) <= 1e-4);
}

TEST_CASE("LBFGS: is over once the gradients are small enough, or evaluations used up") {
    Minimization<LBFGS<4>, double> minimization{LBFGS<4>{.tolerance_gradient = 1e3}};
    minimization.step();
    CHECK(minimization.evaluations == 1);
    CHECK(minimization.x == std::vector<double>(std::begin(r::lbfgs_start), std::end(r::lbfgs_start)));
    Minimization<LBFGS<4>, double> short_one{LBFGS<4>{.learning_rate = 0.1, .max_evaluations = 7}};
    short_one.step();
    CHECK(short_one.evaluations == 7);
}

TEST_CASE("LBFGS: goes on from its state to the same bits") {
    Minimization<Searching, double> whole{Searching{.max_iterations = 3}};
    for (int step = 0; step < 4; ++step)
        whole.step();
    Minimization<Searching, double> first{Searching{.max_iterations = 3}}, second = first;
    first.step();
    first.step();
    second.x = first.x;
    second.state = first.state;
    second.step();
    second.step();
    CHECK(second.x == whole.x);
    CHECK(second.state == whole.state);
}

TEST_CASE_TEMPLATE("LBFGS: what is no number makes parameters none, after finitely many evaluations",
                   Optimizer, LBFGS<4>, Searching) {
    for (const double clip_norm : {0.0, 1.0}) {
        Minimization<Optimizer, float> minimization{Optimizer{.clip_norm = clip_norm}};
        minimization.poison = std::numeric_limits<float>::quiet_NaN();
        minimization.step();
        CHECK(minimization.evaluations <= 27);
        for (const float x : minimization.x)
            CHECK(std::isnan(x));
    }
}

TEST_CASE("LBFGS: counts in a state that are none are nothing stored") {
    Minimization<LBFGS<3>, float> minimization{};
    const auto once = [&](float stored, float oldest) {
        Minimization<LBFGS<3>, float> next = minimization;
        float* const numbers = next.state.data() + LBFGS<3>::state_vectors * dimensions;
        numbers[2] = stored;
        numbers[3] = oldest;
        next.step();
        return next.x;
    };
    minimization.step();
    const auto without = once(0, 0);
    CHECK(without != once(3, 0));
    const float nan = std::numeric_limits<float>::quiet_NaN(),
                infinity = std::numeric_limits<float>::infinity();
    for (const float wrong : {4.0F, 5000.0F, -1.0F, 1.5F, 1e30F, nan, infinity}) {
        CHECK(once(wrong, 0) == without);
        CHECK(once(0, wrong == 4 ? 3 : wrong) == without);
        CHECK(once(3, wrong == 4 ? 3 : wrong) == once(3, 0));
    }
}

TEST_CASE("LBFGS: a line search comes back from where the loss is infinite") {
    Minimization<Searching, float> minimization{Searching{.learning_rate = 1e12, .max_evaluations = 100}};
    const float before = minimization.evaluate().total;
    for (int step = 0; step < 8; ++step)
        minimization.step();
    CHECK(minimization.evaluate().total < before);
}

TEST_CASE("LBFGS: gradients are clipped, also where their squares are beyond the largest number") {
    Minimization<LBFGS<4>, float> small{LBFGS<4>{.max_iterations = 1, .clip_norm = 1e-3}}, large = small;
    large.factor = 1e30;
    Minimization<LBFGS<4>, float> by_value{LBFGS<4>{.max_iterations = 1, .clip_value = 1e-3}};
    const auto start = small.x;
    small.step();
    large.step();
    by_value.step();
    double squares = 0;
    for (std::size_t i = 0; i < dimensions; ++i) {
        const auto move = static_cast<double>(small.x[i] - start[i]);
        CHECK(static_cast<double>(large.x[i] - start[i]) == doctest::Approx(move).epsilon(1e-3));
        squares += move * move;
        CHECK(static_cast<double>(std::abs(by_value.x[i] - start[i])) <= 1.001e-3);
    }
    CHECK(std::sqrt(squares) == doctest::Approx(1e-3).epsilon(1e-3));
}
