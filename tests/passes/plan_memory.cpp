#include "burin/passes/plan_memory.hpp"
#include "burin/core/random.hpp"
#include "support/plain_graph.hpp"
#include "support/verified.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <span>

using namespace plain;
using passes::Lifetime, passes::MemoryPlan;

namespace {

template <std::size_t N>
constexpr bool no_two_collide(const std::array<Lifetime, N>& lifetimes, const MemoryPlan<N>& plan,
                              std::size_t batch) {
    for (std::size_t a = 0; a < N; ++a) {
        if (plan.offsets[a] + lifetimes[a].size * batch > plan.size)
            return false;
        for (std::size_t b = 0; b < a; ++b)
            if (lifetimes[a].overlaps(lifetimes[b]) &&
                plan.offsets[a] < plan.offsets[b] + lifetimes[b].size * batch &&
                plan.offsets[b] < plan.offsets[a] + lifetimes[a].size * batch)
                return false;
    }
    return true;
}

constexpr std::array<Lifetime, 4> chain{{{100, 0, 1}, {50, 1, 2}, {100, 2, 3}, {50, 3, 4}}};

/// Pieces of random sizes and lifetimes, as a program with many branches would have.
constexpr std::array<Lifetime, 24> random_lifetimes(unsigned seed) {
    const RandomStream stream{seed, Purpose::user, 0};
    std::array<Lifetime, 24> result{};
    for (std::size_t i = 0; i < result.size(); ++i) {
        const auto words = stream.block(i);
        result[i] = {1 + words[0] % 300, words[1] % 20, 0};
        result[i].last = result[i].first + words[2] % 8;
    }
    return result;
}

} // namespace

TEST_CASE("plan_memory: pieces whose lifetimes do not meet share their place") {
    constexpr auto plan = [] { return verified::plan_memory<4>(chain, 1, 8); };
    CHECK_BOTH(no_two_collide(chain, plan(), 1));
    CHECK_BOTH(plan().offsets[0] == plan().offsets[2]);
    CHECK_BOTH(plan().offsets[1] == plan().offsets[3]);
}

TEST_CASE("plan_memory: large pieces begin at a vector, and small ones cost nothing") {
    constexpr auto aligned = [](std::size_t batch) {
        const auto plan = verified::plan_memory<4>(chain, batch, 8);
        for (std::size_t i = 0; i < 4; ++i)
            if (chain[i].size * batch >= 80 && plan.offsets[i] % 8 != 0)
                return false;
        return true;
    };
    CHECK_BOTH(aligned(1) && aligned(3) && aligned(7));
    constexpr std::array<Lifetime, 3> small{{{1, 0, 2}, {2, 0, 2}, {3, 0, 2}}};
    CHECK_BOTH(verified::plan_memory<3>(small, 1, 8).size == 6);
}

TEST_CASE("plan_memory: takes the best of its orders") {
    using passes::PlacementOrder;
    constexpr std::array orders{PlacementOrder::by_size, PlacementOrder::by_first_step,
                                PlacementOrder::by_lifetime};
    std::array<bool, orders.size()> wins_alone{};
    for (unsigned seed = 0; seed < 200; ++seed) {
        const auto lifetimes = random_lifetimes(seed);
        std::array<std::size_t, orders.size()> sizes{};
        for (std::size_t i = 0; i < orders.size(); ++i)
            sizes[i] = passes::place<24>(lifetimes, 1, 1, orders[i]).size;
        const std::size_t smallest = *std::min_element(sizes.begin(), sizes.end());
        CHECK(verified::plan_memory<24>(lifetimes, 1, 1).size == smallest);
        for (std::size_t i = 0; i < orders.size(); ++i)
            wins_alone[i] = wins_alone[i] ||
                            (sizes[i] == smallest && std::count(sizes.begin(), sizes.end(), smallest) == 1);
    }
    CHECK(wins_alone == std::array{true, true, true});
}

TEST_CASE("plan_memory: no live pieces ever collide, whatever their lifetimes") {
    constexpr auto sound = [](unsigned seed, std::size_t batch, std::size_t vector) {
        const auto lifetimes = random_lifetimes(seed);
        const auto plan = verified::plan_memory<24>(lifetimes, batch, vector);
        return no_two_collide(lifetimes, plan, batch) && plan.size >= passes::lower_bound(lifetimes, batch);
    };
    static_assert(sound(1, 1, 8) && sound(2, 7, 16));
    for (unsigned seed = 0; seed < 300; ++seed)
        CHECK(sound(seed, 1 + seed % 5, std::size_t{1} << seed % 5));
}

TEST_CASE("plan_memory: pieces of fixed size are planned for the batch as they are") {
    static constexpr std::array<Lifetime, 3> pieces{
        {{Elements(0, 40), 0, 1}, {Elements(10), 1, 2}, {Elements(0, 40), 2, 3}}};
    constexpr auto plan = [](std::size_t batch) { return verified::plan_memory<3>(pieces, batch, 8); };
    CHECK_BOTH(no_two_collide(pieces, plan(1), 1));
    CHECK_BOTH(no_two_collide(pieces, plan(16), 16));
    CHECK_BOTH(plan(16).offsets[0] == plan(16).offsets[2]);
    CHECK_BOTH(plan(16).size == 200);
}
