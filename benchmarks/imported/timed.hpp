#pragma once

#include <burin/embedded.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace timed {

/// Reads a sample, writes what the network gives of it, and then for each number on the standard input
/// runs it so often and writes the nanoseconds of one run.
template <class Net, class Number, class Run>
int serve(const Run& run) {
    using N = burin::engine::Network<Net>;
    std::array<std::vector<Number>, N::input_count> inputs;
    std::array<const Number*, N::input_count> pointers;
    for (std::size_t i = 0; i < N::input_count; ++i) {
        inputs[i].resize(N::input_shapes[i].size());
        if (std::fread(inputs[i].data(), sizeof(Number), inputs[i].size(), stdin) != inputs[i].size())
            return 1;
        pointers[i] = inputs[i].data();
    }
    const auto outputs = run(pointers);
    for (std::size_t i = 0; i < N::output_count; ++i)
        std::fwrite(outputs[i], sizeof(Number), N::output_shapes[i].size(), stdout);
    std::fflush(stdout);
    for (std::uint64_t count = 0; std::fread(&count, sizeof count, 1, stdin) == 1;) {
        const auto start = std::chrono::steady_clock::now();
        for (std::uint64_t i = 0; i < count; ++i) {
            run(pointers);
            asm volatile("" ::: "memory");
        }
        const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
        const double each = taken.count() / static_cast<double>(count);
        std::fwrite(&each, sizeof each, 1, stdout);
        std::fflush(stdout);
    }
    return 0;
}

template <class Net, burin::Rounding Way>
int serve_int8(const burin::QuantizedNetwork<Net, Way>& network) {
    static burin::QuantizedPredictor<Net> predictor;
    return serve<Net, std::int8_t>([&](const auto& inputs) { return predictor.run(network, inputs, 1); });
}

template <class Net>
int serve_float(const float* row_major) {
    static burin::Predictor<Net> predictor;
    static burin::Parameters<Net> parameters;
    burin::from_row_major<Net>(row_major, parameters.data());
    return serve<Net, float>([&](const auto& inputs) { return predictor.run(parameters, inputs, 1); });
}

} // namespace timed
