#pragma once

#include "burin/core/language.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::fitting {

/// A step on the thread that calls, in one pass.
struct OneThread {};

/// Workers that do one thing after the other, on the thread that calls. Workers have a member
///
///     void for_each(std::size_t count, const auto& work);   // work(i) for each i below count
///
/// that returns when all is done, on as many cores as there are; `parallel::Team` is such, and a device with
/// two cores may have its own.
struct InTurn {
    template <class Work>
    void for_each(std::size_t count, const Work& work) {
        for (std::size_t i = 0; i < count; ++i)
            work(i);
    }
};

/// How long work takes, by its operations (a multiply-add counts as two): what a core with vectors of 256
/// bits is good for. It decides what is worth another core, and need not be exact.
constexpr std::uint64_t nanoseconds_of(std::uint64_t flops) noexcept {
    return flops / 32;
}

/// The same of a sweep that reads and writes so many arrays in all.
template <class Scalar>
constexpr std::uint64_t nanoseconds_of_sweep(std::uint64_t count, std::uint64_t arrays) noexcept {
    return count * sizeof(Scalar) * arrays / 32;
}

/// Less is not shared: waking a thread takes some microseconds.
inline constexpr std::uint64_t least_shared_nanoseconds = 20'000;

} // namespace burin::fitting
