#pragma once

#include "burin/graph/network.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/training/objective.hpp"
#include "burin/training/training_flops.hpp"
#include "burin/training/workers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

// How the work of a training step is shared by the cores: a function of network and batch alone, so that the
// bits are the same at any number of threads.

namespace burin::fitting {

/// A batch in parts, of `rows` samples each but the last.
struct Parts {
    std::size_t count = 1;
    std::size_t rows = 0;
};

/// Each part has gradients of its own, which are added up. So a part does at least 64 multiply-adds for each
/// of them, and takes at least 10 µs. There are up to 16 of 32 samples or more, else up to 4 of 8 or more.
constexpr Parts choose_parts(std::size_t batch, std::uint64_t flops_a_sample, std::size_t gradients) {
    constexpr std::size_t most = 16, least_flops_a_gradient = 128;
    Parts chosen{.count = 1, .rows = batch};
    for (std::size_t count = 2; count <= most; ++count) {
        // Random numbers are drawn by fours: no four are of two parts.
        const std::size_t rows = ((batch + count - 1) / count + 3) / 4 * 4;
        const std::uint64_t part = flops_a_sample * rows;
        if (rows >= (count <= 4 ? 8u : 32u) && part >= least_flops_a_gradient * gradients &&
            nanoseconds_of(part) >= least_shared_nanoseconds / 2)
            chosen = {.count = (batch + rows - 1) / rows, .rows = rows};
    }
    return chosen;
}

/// Of a network whose samples are independent of each other: all that have no statistics to update, as those
/// of BatchNorm, for which all samples count together.
template <class Net, class Loss, std::size_t Batch>
inline constexpr Parts parts_of = updated_statistics_count<Net> > 0
                                      ? Parts{.count = 1, .rows = Batch}
                                      : choose_parts(Batch, training_flops<Net, Loss>, trained_count<Net>);

constexpr std::size_t choose_swept_at_a_time(std::size_t elements) {
    constexpr std::size_t most = 16, least = 8192, whole = 1024;
    return std::max(least, ((elements + most - 1) / most + whole - 1) / whole * whole);
}

/// The elements that are swept at a time, by an optimizer and where gradients are added up.
template <class Net>
inline constexpr std::size_t swept_at_a_time = choose_swept_at_a_time(trained_count<Net>);

} // namespace burin::fitting
