#pragma once

#include "numbers.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstddef>
#include <ctime>
#include <exception>
#include <functional>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

/// A peer is a program that computes the works of the suite one way, asked line by line on standard input:
///
///     about                          → its version and settings
///     prepare WORK PRECISION SIZE …  → `ready` and how it computes that; or `unsupported`
///     outputs                        → figures by which its results are compared with those of others
///     time SECONDS                   → nanoseconds a run, over runs that take about that long
///     run TIMES                      → nothing; SIGUSR1 before and after, for who traces it
///
/// So any two of them, in whatever language, take turns on one core and share neither libraries nor threads.
namespace peers {

struct Request {
    std::string work, precision;
    bool in_double = false;
    std::vector<std::size_t> sizes;

    /// As in `forward float 128 784 256`.
    bool is(const char* name) const { return work == name; }
    bool is_product() const { return is("forward") || is("weight_gradient") || is("input_gradient"); }
};

/// One way to do a work. A peer that knows several is timed with whichever is fastest.
struct Variant {
    std::string settings;
    std::function<void(std::size_t times)> repeat;
    /// What the work computes, from its first state on; called once, before `repeat`.
    std::function<std::vector<double>()> results;
};
using Variants = std::vector<Variant>;

/// The memory is what `run` is for: nothing of it may be left out, moved out of the loop or kept in
/// registers.
template <class Run>
std::function<void(std::size_t)> repeat(Run run) {
    return [run](std::size_t times) mutable {
        for (; times > 0; --times) {
            run();
            asm volatile("" : : : "memory");
        }
    };
}

/// A work that computes the same however often it runs; `results()` reads what it left in memory.
template <class Run, class Results>
Variant stateless(std::string settings, Run run, Results results) {
    return {std::move(settings), repeat(run), [run, results]() mutable {
                run();
                return results();
            }};
}

template <class... Containers>
std::vector<double> join(const Containers&... containers) {
    std::vector<double> all;
    const auto append = [&](const auto& container) {
        for (const auto each : container)
            all.push_back(static_cast<double>(each));
    };
    (append(containers), ...);
    return all;
}

inline double seconds_of(const std::function<void(std::size_t)>& repeat, std::size_t times) {
    const auto start = std::chrono::steady_clock::now();
    repeat(times);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Seconds a run. A turn in which other programs had the core is taken again, a few times at most.
inline double undisturbed(const std::function<void(std::size_t)>& repeat, std::size_t times) {
    double best = std::numeric_limits<double>::max();
    for (int tries = 0; tries < 4; ++tries) {
        const std::clock_t before = std::clock();
        const double seconds = seconds_of(repeat, times);
        best = std::min(best, seconds);
        if (static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC > 0.97 * seconds)
            return seconds / static_cast<double>(times);
    }
    return best / static_cast<double>(times);
}

/// Runs that bring a work's memory back into the caches, where so many runs take so many seconds. Works of a
/// millisecond and more may live in a third-level cache of hundreds of megabytes, which takes dozens of
/// milliseconds to prefer what is read now to what others left there: who runs most often had an advantage of
/// half the time.
inline std::size_t to_settle(double seconds, std::size_t times) {
    const double once = seconds / static_cast<double>(times);
    return once > 1e-3 ? static_cast<std::size_t>(0.08 / once) + 1 : times / 10 + 1;
}

/// How often to repeat for about so many seconds.
inline std::size_t calibrate(const std::function<void(std::size_t)>& repeat, double seconds) {
    std::size_t times = 1;
    for (;;) {
        const double taken = seconds_of(repeat, times);
        if (taken >= seconds / 2)
            return std::max<std::size_t>(
                1, static_cast<std::size_t>(static_cast<double>(times) * seconds / taken));
        const double growth = std::min(10.0, 0.7 * seconds / std::max(taken, 1e-9));
        times = static_cast<std::size_t>(static_cast<double>(times) * std::max(growth, 1.5)) + 1;
    }
}

/// Figures that stand for all results: mean, mean magnitude, and up to 254 of them from all over.
inline std::vector<double> summary(const std::vector<double>& results) {
    constexpr std::size_t most = 254;
    const std::size_t size = results.size(), count = std::min(size, most);
    double sum = 0, magnitude = 0;
    for (const double each : results) {
        sum += each;
        magnitude += std::abs(each);
    }
    std::vector<double> figures{sum / static_cast<double>(size), magnitude / static_cast<double>(size)};
    for (std::size_t i = 0; i < count; ++i)
        figures.push_back(results[i * size / count + i * 7919 % std::max<std::size_t>(1, size / count)]);
    return figures;
}

/// Answers until the input ends. `extra` may answer what this does not know, and is given the work that is
/// timed.
template <class Prepare, class Extra>
int serve(const std::string& about, Prepare prepare, Extra extra) {
    Variant chosen;
    std::vector<double> figures;
    std::size_t times = 0;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string command;
        words >> command;
        std::ostringstream answer;
        answer.precision(17);
        try {
            if (command == "about") {
                answer << about;
            } else if (command == "prepare") {
                chosen = {};
                figures.clear();
                Request request;
                words >> request.work >> request.precision;
                request.in_double = request.precision == "double";
                for (std::size_t size; words >> size;)
                    request.sizes.push_back(size);
                double best = 0;
                for (Variant& each : prepare(request)) {
                    const std::vector<double> results = each.results();
                    const std::size_t some = calibrate(each.repeat, 2e-3);
                    double taken = 1e9;
                    for (int i = 0; i < 3; ++i)
                        taken = std::min(taken, seconds_of(each.repeat, some) / static_cast<double>(some));
                    if (!chosen.repeat || taken < best) {
                        best = taken;
                        figures = summary(results);
                        chosen = std::move(each);
                    }
                }
                times = 0;
                answer << (chosen.repeat ? "ready " + chosen.settings : "unsupported");
            } else if (command == "outputs") {
                for (const double each : figures)
                    answer << each << ' ';
            } else if (command == "time") {
                double seconds = 0;
                words >> seconds;
                if (times == 0)
                    times = calibrate(chosen.repeat, seconds);
                chosen.repeat(to_settle(seconds, times));
                answer << 1e9 * undisturbed(chosen.repeat, times);
            } else if (command == "run") {
                std::size_t count = 0;
                words >> count;
                std::raise(SIGUSR1);
                chosen.repeat(count);
                std::raise(SIGUSR1);
            } else {
                answer << extra(line, chosen.repeat);
            }
        } catch (const std::exception& error) {
            answer.str("error ");
            std::string reason = error.what();
            std::replace(reason.begin(), reason.end(), '\n', ' ');
            answer << "error " << reason;
        }
        std::cout << answer.str() << std::endl;
    }
    return 0;
}

template <class Prepare>
int serve(const std::string& about, Prepare prepare) {
    return serve(about, prepare,
                 [](const std::string& line, const auto&) { return "error: what is '" + line + "'?"; });
}

} // namespace peers
