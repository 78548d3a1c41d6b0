#include "reference/schedules.hpp"

#include "burin/schedules/constant.hpp"
#include "burin/schedules/cosine.hpp"
#include "burin/schedules/cosine_restarts.hpp"
#include "burin/schedules/exponential.hpp"
#include "burin/schedules/inverse_time.hpp"
#include "burin/schedules/linear.hpp"
#include "burin/schedules/multi_step.hpp"
#include "burin/schedules/one_cycle.hpp"
#include "burin/schedules/per_epoch.hpp"
#include "burin/schedules/polynomial.hpp"
#include "burin/schedules/reduce_on_plateau.hpp"
#include "burin/schedules/sequence.hpp"
#include "burin/schedules/step.hpp"
#include "burin/schedules/warm_up.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>

namespace schedules = burin::schedules;
namespace r = reference::schedules;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::uint64_t last_step = ~std::uint64_t(0);

/// Every value to 1e-12 of itself; the 1e-17 is what PyTorch's own sums of rates of 0.05 round off.
template <std::size_t Count>
void check_steps(const double (&expected)[Count], const auto& schedule) {
    for (std::size_t step = 0; step < Count; ++step) {
        const double found = schedule(step);
        INFO("step " << step << ": expected " << expected[step] << ", got " << found);
        CHECK(std::abs(found - expected[step]) <= 1e-12 * std::abs(expected[step]) + 1e-17);
    }
}

template <std::size_t Count>
void check_cycle(const double (&rates)[Count], const double (&momenta)[Count],
                 const schedules::OneCycle& cycle) {
    check_steps(rates, cycle);
    check_steps(momenta, [&](std::uint64_t step) { return cycle.momentum(step); });
}

/// What a schedule gives in the first steps and far behind its end.
void check_all(const auto& schedule, auto holds) {
    for (const std::uint64_t step :
         {std::uint64_t(0), std::uint64_t(1), std::uint64_t(7), std::uint64_t(1'000'000), last_step}) {
        const double rate = schedule(step);
        INFO("step " << step << " gives " << rate);
        CHECK(holds(rate));
    }
}

} // namespace

TEST_CASE("Schedules: step by step as PyTorch's") {
    check_steps(r::step, schedules::Step{.learning_rate = 0.05, .steps = 7, .factor = 0.3});
    check_steps(r::multi_step,
                schedules::MultiStep{.learning_rate = 0.05, .milestones = {20, 5, 50, 21}, .factor = 0.4});
    check_steps(r::exponential, schedules::Exponential{.learning_rate = 0.05, .factor = 0.93});
    check_steps(r::exponential_slow,
                schedules::Exponential{.learning_rate = 0.05, .factor = 0.2, .steps = 25});
    check_steps(r::inverse_time, schedules::InverseTime{.learning_rate = 0.05, .decay = 0.7, .steps = 13});
    check_steps(r::polynomial, schedules::Polynomial{.learning_rate = 0.05, .steps = 41, .power = 2});
    check_steps(r::polynomial_root, schedules::Polynomial{.learning_rate = 0.05, .steps = 41, .power = 0.9});
    check_steps(r::linear_up,
                schedules::Linear{.learning_rate = 0.01, .steps = 37, .end_learning_rate = 0.05});
    check_steps(r::linear_down,
                schedules::Linear{.learning_rate = 0.05, .steps = 37, .end_learning_rate = 0.005});
    check_steps(r::cosine, schedules::Cosine{.learning_rate = 0.05, .steps = 59, .end_learning_rate = 0.001});
    check_steps(r::cosine_restarts,
                schedules::CosineRestarts{.learning_rate = 0.05, .steps = 11, .end_learning_rate = 0.002});
    check_steps(r::cosine_restarts_growing,
                schedules::CosineRestarts{.learning_rate = 0.05, .steps = 6, .growth = 3});
}

TEST_CASE("Schedules: made of others, step by step as PyTorch's SequentialLR") {
    const schedules::Cosine cosine{.learning_rate = 0.05, .steps = 50};
    check_steps(r::warm_up_cosine, schedules::WarmUp{10, cosine, 0.1});
    check_steps(r::warm_up_step,
                schedules::WarmUp{8, schedules::Step{.learning_rate = 0.05, .steps = 9}, 0.25});
    // As LinearLR's, its first step is a third of the rate if nothing else is said.
    check_steps(r::warm_up_default, schedules::WarmUp{5, schedules::Constant{0.05}});
    check_steps(r::sequence, schedules::Sequence{
                                 schedules::Constant{0.025}, 15,
                                 schedules::Sequence{schedules::Exponential{0.05, 0.9}, 5,
                                                     schedules::Cosine{.learning_rate = 0.05, .steps = 40}}});
    const schedules::PerEpoch by_epochs{7, schedules::Exponential{0.05, 0.3}};
    check_steps(r::step, by_epochs);
    // A lambda is a schedule too.
    check_steps(r::step, schedules::PerEpoch{7, [](std::uint64_t epoch) {
                                                 return 0.05 * std::pow(0.3, static_cast<double>(epoch));
                                             }});
}

TEST_CASE("OneCycle: rate and momentum step by step as PyTorch's") {
    using schedules::OneCycle;
    check_cycle(r::one_cycle_rate, r::one_cycle_momentum, OneCycle{.learning_rate = 0.05, .steps = 60});
    check_cycle(r::one_cycle_linear_rate, r::one_cycle_linear_momentum,
                OneCycle{.learning_rate = 0.05,
                         .steps = 60,
                         .rise = 0.25,
                         .initial_divisor = 10,
                         .final_divisor = 50,
                         .anneal = schedules::Anneal::linear});
    check_cycle(r::one_cycle_three_rate, r::one_cycle_three_momentum,
                OneCycle{.learning_rate = 0.05,
                         .steps = 60,
                         .three_phases = true,
                         .low_momentum = 0.8,
                         .high_momentum = 0.9});
    check_cycle(r::one_cycle_three_linear_rate, r::one_cycle_three_linear_momentum,
                OneCycle{.learning_rate = 0.05,
                         .steps = 60,
                         .rise = 0.45,
                         .anneal = schedules::Anneal::linear,
                         .three_phases = true});
    check_cycle(r::one_cycle_early_rate, r::one_cycle_early_momentum,
                OneCycle{.learning_rate = 0.05, .steps = 60, .rise = 0.01});

    // The momentum goes through what is made of the cycle.
    const OneCycle cycle{.learning_rate = 0.05, .steps = 60};
    const schedules::WarmUp warm_up{5, cycle};
    CHECK(warm_up.momentum(3) == cycle.momentum(0));
    CHECK(warm_up.momentum(25) == cycle.momentum(20));
    CHECK(schedules::PerEpoch{4, cycle}.momentum(83) == cycle.momentum(20));
    CHECK(schedules::Sequence{cycle, 60, cycle}.momentum(79) == cycle.momentum(19));
    static_assert(!schedules::WithMomentum<schedules::WarmUp<schedules::Cosine>>);
    static_assert(!schedules::WithMomentum<schedules::Sequence<schedules::OneCycle, schedules::Cosine>>);
}

TEST_CASE("Schedules are constant expressions") {
    constexpr double quarter = schedules::Cosine{.learning_rate = 1, .steps = 4}(1);
    static_assert(quarter > 0.853553390593273 && quarter < 0.853553390593274);
    static_assert(schedules::Cosine{.learning_rate = 1, .steps = 4}(2) == 0.5);
    static_assert(schedules::WarmUp{4, schedules::Step{.learning_rate = 8, .steps = 3, .factor = 0.5}}(7) ==
                  4);
    static_assert(schedules::MultiStep{.learning_rate = 8, .milestones = {2, 4}, .factor = 0.5}(4) == 2);
    static_assert(schedules::Polynomial{.learning_rate = 1, .steps = 4, .power = 2}(2) == 0.25);
    static_assert(schedules::Exponential{.learning_rate = 1, .factor = 0.5}(3) == 0.125);
    static_assert(schedules::InverseTime{.learning_rate = 1, .decay = 1, .steps = 4}(4) == 0.5);
    static_assert(schedules::Sequence{schedules::Constant{1}, 2, schedules::Linear{1, 4}}(4) == 0.5);
    static_assert(schedules::CosineRestarts{.learning_rate = 1, .steps = 2, .growth = 2}(4) == 0.5);
    static_assert(schedules::OneCycle{.learning_rate = 1, .steps = 10}(2) == 1);
    static_assert(schedules::PerEpoch{3, schedules::Constant{1}}(5) == 1);
}

TEST_CASE("Schedules: a cosine of their own, to the last bits") {
    double worst = 0;
    for (int i = 0; i <= 1000; ++i) {
        const double turn = i / 1000.0;
        const auto exact =
            static_cast<double>(std::cos(3.14159265358979323846264338L * static_cast<long double>(turn)));
        worst = std::fmax(worst, std::abs(schedules::detail::cosine_of_half_turn(turn) - exact));
    }
    CHECK(worst <= 2.3e-16);
    CHECK(schedules::detail::cosine_of_half_turn(0) == 1);
    CHECK(schedules::detail::cosine_of_half_turn(0.5) == 0);
    CHECK(schedules::detail::cosine_of_half_turn(1) == -1);
}

TEST_CASE("Schedules: after their end they stay there") {
    for (const std::uint64_t step : {std::uint64_t(10), std::uint64_t(11), last_step}) {
        CHECK(schedules::Cosine{1, 10, 0.25}(step) == 0.25);
        CHECK(schedules::Linear{1, 10, 0.3}(step) == 0.3);
        CHECK(schedules::Polynomial{1, 10, 0.5, 0.25}(step) == 0.25);
        CHECK(schedules::OneCycle{.learning_rate = 1, .steps = 10}(step) == doctest::Approx(1 / 25e4));
        CHECK(schedules::OneCycle{.learning_rate = 1, .steps = 10}.momentum(step) == 0.95);
    }
    const double late =
        schedules::CosineRestarts{.learning_rate = 1, .steps = 3, .growth = 1u << 31}(last_step);
    CHECK(late >= 0);
    CHECK(late <= 1);
}

TEST_CASE("Schedules: no option divides by zero, and no number stays no number") {
    const auto stays = [](double rate) { return rate == 0.5; };
    check_all(schedules::Step{.learning_rate = 0.5}, stays);
    check_all(schedules::MultiStep{.learning_rate = 0.5}, stays);
    check_all(schedules::Exponential{.learning_rate = 0.5, .factor = 0.1, .steps = 0}, stays);
    check_all(schedules::InverseTime{.learning_rate = 0.5, .steps = 0}, stays);
    check_all(schedules::InverseTime{.learning_rate = 0.5, .decay = -1, .steps = 1}, stays);
    check_all(schedules::Polynomial{.learning_rate = 0.5}, stays);
    check_all(schedules::Linear{.learning_rate = 0.5}, stays);
    check_all(schedules::Cosine{.learning_rate = 0.5}, stays);
    check_all(schedules::CosineRestarts{.learning_rate = 0.5}, stays);
    check_all(schedules::CosineRestarts{.learning_rate = 0.5, .growth = 0}, stays);
    check_all(schedules::OneCycle{.learning_rate = 0.5}, stays);
    check_all(schedules::WarmUp{0, schedules::Constant{0.5}}, stays);
    check_all(schedules::PerEpoch{0, schedules::Constant{0.5}}, stays);
    check_all(schedules::Sequence{schedules::Constant{7}, 0, schedules::Constant{0.5}}, stays);

    const auto within = [](double rate) { return rate >= 0 && rate <= 0.5; };
    check_all(schedules::Polynomial{.learning_rate = 0.5, .steps = 8, .power = -2}, within);
    check_all(schedules::Exponential{.learning_rate = 0.5, .factor = -2, .steps = 3}, within);
    check_all(schedules::CosineRestarts{.learning_rate = 0.5, .steps = 1, .growth = 2}, within);
    for (const bool three_phases : {false, true})
        for (const double rise : {-1.0, 0.0, 0.001, 0.5, 1.0, 7.0, infinity})
            for (const std::uint64_t steps : {1u, 2u, 8u})
                check_all(schedules::OneCycle{.learning_rate = 0.5,
                                              .steps = steps,
                                              .rise = rise,
                                              .initial_divisor = 0,
                                              .final_divisor = 0,
                                              .three_phases = three_phases},
                          [](double rate) { return rate == 0.5; });

    const auto is_nan = [](double rate) { return std::isnan(rate); };
    check_all(schedules::Cosine{.learning_rate = not_a_number, .steps = 8}, is_nan);
    CHECK(is_nan(schedules::Step{.learning_rate = 1, .steps = 1, .factor = not_a_number}(1)));
    CHECK(is_nan(schedules::Exponential{.learning_rate = 1, .factor = not_a_number}(1)));
    CHECK(is_nan(schedules::InverseTime{.learning_rate = 1, .decay = not_a_number}(1)));
    CHECK(is_nan(schedules::Polynomial{.learning_rate = 1, .steps = 8, .power = not_a_number}(1)));
    CHECK(is_nan(schedules::OneCycle{.learning_rate = 1, .steps = 8, .rise = not_a_number}(1)));
    CHECK(is_nan(schedules::WarmUp{8, schedules::Constant{1}, not_a_number}(1)));
}

namespace {

void check_plateau(const auto& expected, schedules::ReduceOnPlateau plateau) {
    for (std::size_t i = 0; i < std::size(expected); ++i) {
        const double value = r::plateau_values[i];
        const double found = plateau.update(value == -1 ? not_a_number : value == -2 ? infinity : value);
        INFO("update " << i << ": expected " << expected[i] << ", got " << found);
        CHECK(std::abs(found - expected[i]) <= 1e-12 * expected[i]);
        CHECK(found == plateau.learning_rate);
    }
}

} // namespace

TEST_CASE("ReduceOnPlateau: update by update as PyTorch's") {
    using schedules::Better;
    check_plateau(r::plateau, {.learning_rate = 0.05, .patience = 2});
    check_plateau(r::plateau_cooldown, {.learning_rate = 0.05, .factor = 0.5, .patience = 1, .cooldown = 3});
    check_plateau(r::plateau_absolute, {.learning_rate = 0.05,
                                        .factor = 0.7,
                                        .patience = 0,
                                        .threshold = 0.3,
                                        .relative = false,
                                        .floor = 0.003});
    check_plateau(r::plateau_higher,
                  {.learning_rate = 0.05, .better = Better::higher, .factor = 0.6, .patience = 1});
    check_plateau(r::plateau_higher_absolute, {.learning_rate = 0.05,
                                               .better = Better::higher,
                                               .patience = 2,
                                               .threshold = 0.5,
                                               .relative = false,
                                               .least_change = 0.004});
}

TEST_CASE("ReduceOnPlateau: goes on from its memory; odd options never raise the rate") {
    schedules::ReduceOnPlateau whole{.learning_rate = 1, .factor = 0.5, .patience = 1, .cooldown = 2};
    schedules::ReduceOnPlateau part = whole;
    for (int i = 0; i < 40; ++i) {
        const double value = i % 7 * 0.1;
        const schedules::ReduceOnPlateau saved = part;
        part = {.learning_rate = saved.learning_rate, .factor = 0.5, .patience = 1, .cooldown = 2};
        part.memory = saved.memory;
        CHECK(whole.update(value) == part.update(value));
    }
    CHECK(whole.learning_rate < 0.1);
    for (const double factor : {not_a_number, 1.0, 2.0, infinity}) {
        schedules::ReduceOnPlateau odd{.learning_rate = 1, .factor = factor, .patience = 0};
        for (int i = 0; i < 5; ++i)
            CHECK(odd.update(not_a_number) == 1);
    }
    schedules::ReduceOnPlateau negative{.learning_rate = 1, .factor = -1, .patience = 0};
    negative.update(1);
    CHECK(negative.update(1) == 0);
    CHECK(negative.update(1) == 0);
}
