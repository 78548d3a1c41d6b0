#include "burin/parallel/pool.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace parallel = burin::parallel;

namespace {

#ifdef BURIN_HAS_TBB
constexpr bool has_threads = true;
#else
constexpr bool has_threads = false;
#endif

/// The harmonic sum in parts, each rounded in its own way.
std::vector<double> sums(std::size_t count) {
    return parallel::map(count, [](std::size_t i) {
        double sum = 0;
        for (std::size_t k = 1; k <= 100 + i; ++k)
            sum += 1 / static_cast<double>(k * (i + 1));
        return sum;
    });
}

} // namespace

TEST_CASE("for_each: every index once, at any number of threads, with none and with one to do") {
    for (const std::size_t threads : {1u, 2u, 3u, 8u})
        for (const std::size_t count : {0u, 1u, 2u, 7u, 1000u}) {
            CAPTURE(threads);
            CAPTURE(count);
            const parallel::Threads asked(threads);
            std::vector<std::atomic<int>> calls(count);
            parallel::for_each(count, [&](std::size_t i) { ++calls[i]; });
            std::size_t once = 0;
            for (const auto& each : calls)
                once += each == 1;
            CHECK(once == count);
        }
}

TEST_CASE("map: results in the order of their indices, with the same bits at any number of threads") {
    const std::vector<double> alone = [] {
        const parallel::Threads one(1);
        return sums(200);
    }();
    REQUIRE(alone.size() == 200);
    CHECK(alone[0] == doctest::Approx(5.18738));
    for (const std::size_t threads : {2u, 5u}) {
        const parallel::Threads asked(threads);
        CHECK(sums(200) == alone);
    }
    // Of a type that has no default, and of bool, which has no memory of its own in a vector.
    struct Whole {
        explicit Whole(std::size_t n) : number(n) {}
        std::size_t number;
    };
    CHECK(parallel::map(3, [](std::size_t i) { return Whole(i); }).back().number == 2);
    CHECK(parallel::map(3, [](std::size_t i) { return i == 1; }) == std::vector<bool>{false, true, false});
}

TEST_CASE("for_each: the exception of the lowest index, and everything before it is done") {
    for (const std::size_t threads : {1u, 4u})
        for (int trial = 0; trial < 20; ++trial) {
            const parallel::Threads asked(threads);
            std::vector<std::atomic<int>> calls(50);
            const auto run = [&] {
                parallel::for_each(50, [&](std::size_t i) {
                    ++calls[i];
                    if (i == 17 || i == 18 || i == 40)
                        throw burin::Error("failed at " + std::to_string(i));
                });
            };
            CHECK(error_of(run) == "failed at 17");
            for (std::size_t i = 0; i <= 17; ++i)
                CHECK(calls[i] == 1);
        }
    // The pool is as good as before.
    CHECK(sums(3).size() == 3);
    CHECK_THROWS_AS(parallel::for_each(1, [](std::size_t) { throw 5; }), int);
}

TEST_CASE("for_each: calls within calls") {
    const parallel::Threads asked(3);
    const auto table = parallel::map(6, [](std::size_t row) {
        CHECK(parallel::threads() <= (has_threads ? 3 : 1));
        // What is held while the inner call runs would be locked twice, had its thread begun another row.
        static thread_local bool is_in_row = false;
        CHECK_FALSE(is_in_row);
        is_in_row = true;
        const auto cells = parallel::map(20, [row](std::size_t column) { return 10 * row + column; });
        is_in_row = false;
        return cells;
    });
    for (std::size_t row = 0; row < 6; ++row)
        for (std::size_t column = 0; column < 20; ++column)
            CHECK(table[row][column] == 10 * row + column);
    const auto fail = [] {
        parallel::for_each(4, [](std::size_t outer) {
            parallel::for_each(4, [outer](std::size_t inner) {
                if (outer > 0 && inner > 1)
                    throw burin::Error(std::to_string(outer) + "." + std::to_string(inner));
            });
        });
    };
    CHECK(error_of(fail) == "1.2");
}

TEST_CASE("threads: as many as were asked for, for as long as that is asked, by this thread") {
    const std::size_t usual = parallel::threads();
    CHECK(usual >= 1);
    {
        const parallel::Threads three(3);
        CHECK(parallel::threads() == (has_threads ? 3 : 1));
        {
            const parallel::Threads one(1);
            CHECK(parallel::threads() == 1);
        }
        CHECK(parallel::threads() == (has_threads ? 3 : 1));
        std::thread([&] { CHECK(parallel::threads() == usual); }).join();
    }
    CHECK(parallel::threads() == usual);
    CHECK(error_of([] { parallel::Threads{0}; }) == "parallel: expected 1 to 1024 threads, got 0");
    CHECK(error_of([] { parallel::Threads{1025}; }) == "parallel: expected 1 to 1024 threads, got 1025");
}

TEST_CASE("for_each: several threads at once, where there are some") {
    // Each call waits until as many have begun as there are threads, or for so long that this is a failure.
    const parallel::Threads asked(4);
    std::atomic<std::size_t> begun{0};
    std::atomic<bool> all_came{true};
    parallel::for_each(parallel::threads(), [&](std::size_t) {
        ++begun;
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (begun < parallel::threads() && std::chrono::steady_clock::now() < end)
            std::this_thread::yield();
        if (begun < parallel::threads())
            all_came = false;
    });
    CHECK(all_came);
    CHECK(begun == (has_threads ? 4 : 1));
}
