#include "burin/parallel/team.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

namespace parallel = burin::parallel;

TEST_CASE("Team: every index once, at any number of threads, call after call") {
    for (const std::size_t threads : {1u, 2u, 3u, 8u}) {
        parallel::Team team(threads);
        CHECK(team.threads() == (parallel::has_pool ? threads : 1));
        for (const std::size_t count : {0u, 1u, 2u, 7u, 64u, 1000u, 3u}) {
            CAPTURE(threads);
            CAPTURE(count);
            std::vector<std::atomic<int>> calls(count);
            team.for_each(count, [&](std::size_t i) { ++calls[i]; });
            std::size_t once = 0;
            for (const auto& each : calls)
                once += each == 1;
            CHECK(once == count);
        }
    }
}

TEST_CASE("Team: the exception of the lowest index reaches the caller") {
    for (const std::size_t threads : {1u, 2u, 4u}) {
        parallel::Team team(threads);
        for (int trial = 0; trial < 20; ++trial)
            CHECK(error_of([&] {
                      team.for_each(50, [](std::size_t i) {
                          if (i == 17 || i == 40)
                              throw burin::Error("failed at " + std::to_string(i));
                      });
                  }) == "failed at 17");
        // It is as good as before.
        std::atomic<int> sum = 0;
        team.for_each(10, [&](std::size_t i) { sum += static_cast<int>(i); });
        CHECK(sum == 45);
    }
}

TEST_CASE("Team: within a for_each, and a for_each within, share the threads") {
    const parallel::Threads asked(3);
    std::vector<std::atomic<int>> calls(6);
    parallel::for_each(6, [&](std::size_t i) {
        parallel::Team team(8);
        CHECK(team.threads() <= 3);
        for (int again = 0; again < 10; ++again)
            team.for_each(5, [&](std::size_t) { parallel::for_each(2, [&](std::size_t) { ++calls[i]; }); });
    });
    for (const auto& each : calls)
        CHECK(each == 100);
}

TEST_CASE("Team: as many threads as the pool has, if nothing is said; a number that can't be is refused") {
    const parallel::Threads asked(5);
    CHECK(parallel::Team().threads() == (parallel::has_pool ? 5 : 1));
    CHECK(error_of([] { parallel::Team(1025); }) == "parallel: expected 1 to 1024 threads, got 1025");
}
