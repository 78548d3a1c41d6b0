#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

/// The work: training steps of LeNet-5 (ReLU, maximum pooling) with Adam on 32 images of 28 × 28, always the
/// same.
namespace lenet {

inline constexpr std::size_t batch = 32, pixels = 28 * 28, classes = 10;

/// Runs `step(images, labels)`, which gives the loss, and prints the median milliseconds of a step and the
/// last loss: what is learnt by heart must go to 0.
template <class Step>
void report(Step step) {
    using Clock = std::chrono::steady_clock;
    std::vector<float> images(batch * pixels);
    std::vector<std::uint32_t> labels(batch);
    std::uint32_t state = 1;
    const auto random = [&state] { return (state = state * 1664525 + 1013904223) >> 8; };
    for (float& pixel : images)
        pixel = static_cast<float>(random()) / static_cast<float>(1 << 24);
    for (std::uint32_t& label : labels)
        label = random() % classes;
    constexpr int warm_up = 50, steps = 200;
    std::vector<double> milliseconds;
    double loss = 0;
    for (int i = 0; i < warm_up + steps; ++i) {
        const auto start = Clock::now();
        loss = step(images, labels);
        if (i >= warm_up)
            milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
    std::nth_element(milliseconds.begin(), milliseconds.begin() + steps / 2, milliseconds.end());
    std::printf("%.4f %.4f\n", milliseconds[steps / 2], loss);
}

} // namespace lenet
