#include "reference/optimizer_wrappers.hpp"

#include "burin/layers/dense.hpp"
#include "burin/layers/layer_norm.hpp"
#include "burin/optimizers/accumulate.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/optimizers/adamw.hpp"
#include "burin/optimizers/average.hpp"
#include "burin/optimizers/exponential_average.hpp"
#include "burin/optimizers/lamb.hpp"
#include "burin/optimizers/lookahead.hpp"
#include "burin/optimizers/momentum.hpp"
#include "burin/optimizers/optimizer.hpp"
#include "burin/optimizers/parameter_groups.hpp"
#include "burin/optimizers/sam.hpp"
#include "burin/optimizers/sgd.hpp"
#include "burin/optimizers/stochastic_average.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

using namespace burin;
using namespace burin::optimizers;
namespace r = reference::optimizer_wrappers;

namespace {

using Net = Sequential<Input<2>, Dense<3>, LayerNorm<>, Dense<2>>;
constexpr std::size_t count = trained_count<Net>;
static_assert(count == 23);

/// An optimizer with its state, given the reference's gradients or others.
template <class Optimizer>
struct Run {
    Optimizer optimizer;
    std::vector<double> parameters{std::begin(r::start), std::end(r::start)};
    std::vector<double> gradients = std::vector<double>(count);
    std::vector<double> state = std::vector<double>(state_size<Optimizer, Net>);
    std::uint64_t steps = 0;

    explicit Run(const Optimizer& rule) : optimizer(rule) {}

    template <class Gradient>
    void step(Gradient gradient) {
        ++steps;
        const auto compute = [&] {
            for (std::size_t i = 0; i < count; ++i)
                gradients[i] = gradient(i);
        };
        compute();
        apply<Net>(optimizer, parameters.data(), gradients.data(), state.data(), steps, compute);
    }
    void step() {
        const auto t = static_cast<double>(steps + 1);
        step([&](std::size_t i) {
            return std::sin(1.7 * t + 0.9 * static_cast<double>(i)) * static_cast<double>(1 + i % 3);
        });
    }
    void run(int more) {
        for (int i = 0; i < more; ++i)
            step();
    }
    const double* average_now() const { return optimizers::average<Net>(optimizer, state.data(), steps); }
};

/// All agree to 1e-6, each relative to itself.
void check(const double* found, const double (&expected)[count]) {
    for (std::size_t i = 0; i < count; ++i) {
        INFO("parameter " << i << ": expected " << expected[i] << ", got " << found[i]);
        CHECK(std::abs(found[i] - expected[i]) <= 1e-6 * std::abs(expected[i]));
    }
}

using First = RateOn<"0.*">;
using NoDecay = NoDecayOn<roles::biases, roles::norms>;
using Last = FreezeOn<"2.*">;

template <class... Rules>
constexpr auto ranges = find_ranges(parameter_tensors<Net>, optimizers::detail::selectors_of<Rules...>);

} // namespace

TEST_CASE("find_ranges: neighbours with the same rules are one range, when compiling and when running") {
    static_assert(ranges<>.count == 1 && ranges<>[0] == ParameterRange{0, 23, 0});
    constexpr auto found = ranges<First, NoDecay>;
    static_assert(found.count == 5);
    static_assert(found[0] == ParameterRange{0, 6, 1} && found[1] == ParameterRange{6, 3, 3} &&
                  found[2] == ParameterRange{9, 6, 2} && found[3] == ParameterRange{15, 6, 0} &&
                  found[4] == ParameterRange{21, 2, 2});
    auto tensors = parameter_tensors<Net>;
    const auto rules = optimizers::detail::selectors_of<First, NoDecay>;
    const auto again = find_ranges(tensors, rules);
    CHECK(std::equal(again.begin(), again.end(), found.begin(), found.end()));
    // What is frozen by its type has no gradients, and no range.
    tensors[0].kind = TensorKind::frozen;
    CHECK(find_ranges(tensors, rules)[0] == ParameterRange{6, 3, 3});
}

TEST_CASE("ParameterGroups: a pattern that fits nothing is told, with what there is") {
    const auto problem = [](auto groups) {
        return std::string([&]<class O, class... R>(const ParameterGroups<O, R...>&) {
            return optimizers::detail::ExaminedParameterGroups<Net, O, R...>::problem;
        }(groups)
                               .view());
    };
    CHECK(problem(ParameterGroups{AdamW{}, NoDecay{}, First{}}).empty());
    CHECK(problem(ParameterGroups{AdamW{}, NoDecayOn<roles::embeddings>{}}).empty());
    CHECK(problem(ParameterGroups{AdamW{}, First{}, RateOn<roles::norms, "encodr.*">{}}) ==
          "ParameterGroups: expected a pattern that fits a trained parameter of the network, got `encodr.*`; "
          "there are "
          "`0.weight`, `0.bias`, `1.weight`, `1.bias`, `2.weight` and others");
    CHECK(problem(ParameterGroups{Lookahead{SGD{}}, First{}}) ==
          "ParameterGroups: expected an optimizer that treats each parameter, or each tensor, by itself, as "
          "`AdamW` does (put "
          "ParameterGroups "
          "inside what wraps it), got `optimizers::Lookahead<optimizers::SGD>`");
}

TEST_CASE("ParameterGroups: 100 steps agree with PyTorch's parameter groups") {
    const AdamW adamw{.learning_rate = 0.01, .weight_decay = 0.1, .clip_norm = 1.0};
    Run run(ParameterGroups{adamw, First{0.1}, NoDecay{}});
    run.run(100);
    check(run.parameters.data(), r::groups_adamw);
    CHECK(learning_rate(run.optimizer) == 0.01);
}

TEST_CASE("ParameterGroups: what is frozen for some steps agrees with PyTorch's") {
    const auto freeze_from_31_to_60 = [](auto& run) {
        thaw<"2.*">(run.optimizer);
        run.run(30);
        freeze<"2.*">(run.optimizer);
        const auto before = run.parameters;
        const auto state = run.state;
        run.run(30);
        CHECK(std::equal(before.begin() + 15, before.end(), run.parameters.begin() + 15));
        CHECK(std::equal(state.begin() + 15, state.begin() + 23, run.state.begin() + 15));
        CHECK(before[0] != run.parameters[0]);
        thaw<"2.*">(run.optimizer);
        run.run(40);
    };
    Run adamw(
        ParameterGroups{AdamW{.learning_rate = 0.01, .weight_decay = 0.1}, NoDecay{}, Last{}, First{0.1}});
    static_assert(state_size<decltype(adamw.optimizer), Net> == 2 * 23 + 5);
    freeze_from_31_to_60(adamw);
    check(adamw.parameters.data(), r::groups_adamw_freeze);
    Run momentum(ParameterGroups{Momentum{.learning_rate = 0.01, .weight_decay = 0.1, .clip_norm = 1.0},
                                 NoDecay{}, Last{}, First{0.1}});
    freeze_from_31_to_60(momentum);
    check(momentum.parameters.data(), r::groups_momentum_freeze);
}

TEST_CASE("ParameterGroups: frozen up to a step; rules are found in wrappers") {
    Run run(Lookahead{ParameterGroups{SGD{}, Last{.until_step = 3}, DecayOn<"*">{.factor = 2}}});
    run.run(3);
    CHECK(run.parameters[15] == r::start[15]);
    run.run(1);
    CHECK(run.parameters[15] != r::start[15]);
    rule_of<DecayOn<"*">>(run.optimizer).factor = 3;
    CHECK(std::get<1>(run.optimizer.optimizer.rules).factor == 3);
}

TEST_CASE("ParameterGroups: counts of steps in a state that are none count for nothing") {
    const auto after = [](double missed) {
        Run run{ParameterGroups{Adam{}, Last{.until_step = 1}}};
        run.run(2);
        for (std::size_t i = run.state.size() - ranges<Last>.count; i < run.state.size(); ++i)
            run.state[i] = missed;
        run.step();
        return run.parameters;
    };
    CHECK(after(1) != after(0));
    for (const double wrong : {-5.0, 0.5, 3.0, 1e300, std::nan("")})
        CHECK(after(wrong) == after(0));
}

TEST_CASE("ParameterGroups: without rules, the optimizer's own steps, bit by bit") {
    Run grouped(ParameterGroups{Adam{.clip_norm = 1.0}});
    Run plain(Adam{.clip_norm = 1.0});
    grouped.run(20);
    plain.run(20);
    CHECK(grouped.parameters == plain.parameters);
    CHECK(grouped.state == plain.state);
}

TEST_CASE("ParameterGroups: a parameter's path does not depend on the range that it is in") {
    // Ranges that begin and end anywhere in a vector.
    using Odd = Sequential<Input<5>, Dense<37>, Dense<3>, Dense<1>>;
    constexpr std::size_t size = trained_count<Odd>;
    const auto steps = [&](const auto& rule) {
        std::vector<float> parameters = random_numbers<float>(size, 1);
        std::vector<float> state(state_size<std::remove_cvref_t<decltype(rule)>, Odd> + 1, 0.0f);
        for (unsigned step = 1; step <= 3; ++step) {
            auto gradients = random_numbers<float>(size, step + 1);
            apply<Odd>(rule, parameters.data(), gradients.data(), state.data(), step, [] {});
        }
        parameters.insert(parameters.end(), state.begin(), state.end());
        return parameters;
    };
    const AdamW rule{.learning_rate = 0.01};
    CHECK(steps(ParameterGroups{rule, RateOn<"*.bias">{.factor = 1}}) == steps(rule));
}

TEST_CASE("ParameterGroups: of an optimizer that treats each tensor by itself") {
    const LAMB rule{.weight_decay = 0.1}, clipping{.weight_decay = 0.1, .clip_norm = 1};
    Run all(rule), none(LAMB{}), clipped(clipping);
    Run grouped(ParameterGroups{rule, NoDecay{}});
    Run plain(ParameterGroups{clipping});
    for (auto* each : {&all, &none, &clipped})
        each->run(20);
    plain.run(20);
    grouped.run(20);
    CHECK(plain.parameters == clipped.parameters);
    CHECK(all.parameters[0] != none.parameters[0]);
    for (std::size_t i = 0; i < count; ++i) {
        const bool is_weight = i < 6 || (i >= 15 && i < 21);
        CHECK(grouped.parameters[i] == (is_weight ? all : none).parameters[i]);
    }
}

TEST_CASE("ExponentialAverage and StochasticAverage: 100 steps agree with PyTorch's AveragedModel") {
    Run exponential(ExponentialAverage{Adam{.learning_rate = 0.01}, 0.95});
    CHECK(exponential.average_now() == nullptr);
    exponential.run(100);
    check(exponential.parameters.data(), r::average_parameters);
    check(exponential.average_now(), r::average_exponential);
    Run stochastic(StochasticAverage{.optimizer = Adam{.learning_rate = 0.01}, .start = 20, .every = 7});
    stochastic.run(19);
    CHECK(stochastic.average_now() == nullptr);
    stochastic.run(81);
    check(stochastic.parameters.data(), r::average_parameters);
    check(stochastic.average_now(), r::average_stochastic);
}

TEST_CASE("Accumulate: 100 batches in 25 steps agree with PyTorch") {
    Run run(Accumulate{AdamW{.learning_rate = 0.01, .weight_decay = 0.1, .clip_norm = 0.7}, 4});
    run.run(99);
    const auto before = run.parameters;
    run.run(1);
    CHECK(run.parameters != before);
    check(run.parameters.data(), r::accumulated);
    CHECK(std::all_of(run.state.begin(), run.state.begin() + count, [](double sum) { return sum == 0; }));
    // What it does not wait for.
    Run one(Accumulate{SGD{}, 1});
    Run plain(SGD{});
    one.run(10);
    plain.run(10);
    CHECK(one.parameters == plain.parameters);
}

TEST_CASE("Lookahead: 100 steps agree with its paper's algorithm") {
    Run run(Lookahead{.optimizer = Adam{.learning_rate = 0.01}, .steps = 6, .alpha = 0.4});
    run.run(100);
    check(run.parameters.data(), r::lookahead);
}

TEST_CASE("SAM: 100 steps agree with its reference, adaptive or not") {
    const auto check_path = [](bool adaptive, const double(&expected)[count]) {
        Run run(SAM{.optimizer = Momentum{.learning_rate = 0.01, .weight_decay = 0.1},
                    .rho = 0.3,
                    .adaptive = adaptive});
        for (int step = 1; step <= 100; ++step)
            run.step([&](std::size_t i) {
                const double p = run.parameters[i];
                return (1 + 0.1 * static_cast<double>(i)) * std::sin(p) + p * std::sin(step);
            });
        check(run.parameters.data(), expected);
    };
    check_path(false, r::sam);
    check_path(true, r::sam_adaptive);
}

TEST_CASE("SAM: the place where it looks is found for gradients of any size") {
    for (const float size : {1e-30f, 1e-3f, 1e30f}) {
        std::vector<float> parameters(count, 1.0f), gradients(count, size);
        std::vector<float> state(state_size<SAM<SGD>, Net>), seen;
        const SAM rule{SGD{.learning_rate = 0}, 0.5};
        apply<Net>(rule, parameters.data(), gradients.data(), state.data(), 1, [&] { seen = parameters; });
        const double step = 0.5 / std::sqrt(static_cast<double>(count));
        CHECK(static_cast<double>(seen[3]) == doctest::Approx(1 + (size < 1e-20f ? 0 : step)).epsilon(1e-6));
        CHECK(parameters == std::vector<float>(count, 1.0f));
    }
}

TEST_CASE("Wrappers nest, and each keeps its own part of the state") {
    // Every other batch is a step of what is inside.
    Run nested(
        Accumulate{Lookahead{ExponentialAverage{ParameterGroups{Adam{}, Last{.frozen = false}}, 0.5}, 3}, 2});
    static_assert(state_size<decltype(nested.optimizer), Net> == 5 * 23 + 2);
    Run plain(Lookahead{ExponentialAverage{Adam{}, 0.5}, 3});
    for (int i = 0; i < 20; ++i) {
        const auto gradient = [&](std::size_t at) { return std::sin(static_cast<double>(at) + i); };
        nested.step(gradient);
        CHECK((i > 0 || nested.average_now() == nullptr));
        nested.step(gradient);
        plain.step(gradient);
    }
    CHECK(nested.parameters == plain.parameters);
    CHECK(std::equal(plain.state.begin(), plain.state.end(), nested.state.begin() + count));
    CHECK(nested.average_now() == nested.state.data() + 2 * count);
    learning_rate(nested.optimizer) = 0.5;
    CHECK(nested.optimizer.optimizer.optimizer.optimizer.optimizer.learning_rate == 0.5);
}
