#pragma once

#include "burin/kernels/sweep.hpp"

#include "machine.hpp"
#include "random_numbers.hpp"

#include <array>
#include <cstddef>
#include <fstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <sched.h>

/// How fast this core reads and writes each level of its memory.
namespace machine {

/// Bytes of the cache of this level that holds data, as Linux tells; 0 if there is none.
inline std::size_t cache_size(int level) {
    for (int index = 0;; ++index) {
        const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
        std::ifstream level_file(folder + "level"), type_file(folder + "type"), size_file(folder + "size");
        int found = 0;
        std::string type;
        std::size_t kibibytes = 0;
        if (!(level_file >> found && type_file >> type && size_file >> kibibytes))
            return 0;
        if (found == level && type != "Instruction")
            return kibibytes * 1024;
    }
}

/// Stays on the core that it is on, unless it was pinned to one already.
inline void pin_to_one_core() {
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) != 0 || CPU_COUNT(&cores) == 1)
        return;
    const int core = sched_getcpu();
    CPU_ZERO(&cores);
    CPU_SET(static_cast<std::size_t>(core), &cores);
    sched_setaffinity(0, sizeof cores, &cores);
}

/// Reads one array, and reads and writes others, doing nothing else: what a sweep that moves the same bytes
/// can't be faster than.
template <std::size_t Written, class Scalar>
[[gnu::noinline]] void stream(const Scalar* read, const std::array<Scalar*, Written>& written,
                              std::size_t count) {
    const std::array<Scalar*, Written> own = written;
    std::array<const Scalar*, Written + 1> arrays{read};
    std::copy(written.begin(), written.end(), arrays.begin() + 1);
    burin::kernels::map_all<Scalar>(
        count, own,
        [&](auto load) {
            // The larger one: it stays the same from pass to pass, yet the compiler can't leave it out.
            const auto value = load(read);
            std::array<std::remove_const_t<decltype(value)>, Written> larger;
            for (std::size_t i = 0; i < Written; ++i)
                larger[i] = burin::kernels::max(load(own[i]), value);
            return larger;
        },
        arrays);
    benchmark::ClobberMemory();
}

/// Bytes a second of `stream` over arrays of `bytes` together: the median of many passes.
template <std::size_t Written>
double bandwidth(std::size_t bytes) {
    const std::size_t count = bytes / (sizeof(float) * (Written + 1)) / 64 * 64;
    std::vector<Numbers> memory(Written + 1);
    for (Numbers& each : memory)
        each = random_numbers(count);
    std::array<float*, Written> written;
    for (std::size_t i = 0; i < Written; ++i)
        written[i] = memory[i + 1].data();

    const std::size_t passes = std::max<std::size_t>(1, 1'000'000 / bytes);
    std::vector<double> seconds;
    double total = 0;
    while (seconds.size() < 5 || (total < 0.2 && seconds.size() < 1000)) {
        const auto start = Clock::now();
        for (std::size_t pass = 0; pass < passes; ++pass)
            stream<Written>(memory[0].data(), written, count);
        seconds.push_back(seconds_since(start));
        total += seconds.back();
    }
    const double moved = static_cast<double>(sizeof(float) * count * (2 * Written + 1) * passes);
    return moved / median(std::move(seconds));
}

} // namespace machine
