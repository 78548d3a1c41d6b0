#pragma once

#include "burin/graph/predictor.hpp"
#include "burin/training/batches.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace burin::report {

/// How long things took.
struct Timings {
    struct Row {
        std::string name;
        std::size_t samples = 1; ///< That were done in that time.
        double seconds = 0;      ///< The median.
    };
    std::vector<Row> rows;
};

namespace detail {

/// The median of 31 runs of `action`, each repeated until it takes a tenth of a millisecond.
template <class Action>
double median_seconds(Action action) {
    using Clock = std::chrono::steady_clock;
    const auto seconds_of = [&](std::size_t times) {
        const auto begin = Clock::now();
        for (std::size_t i = 0; i < times; ++i)
            action();
        return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    std::size_t times = 1;
    while (seconds_of(times) < 1e-4 && times < 1'000'000)
        times *= 2;
    std::vector<double> all(31);
    for (double& each : all)
        each = seconds_of(times) / static_cast<double>(times);
    std::nth_element(all.begin(), all.begin() + 15, all.end());
    return all[15];
}

template <class Net, std::size_t Batch, class Scalar, class Data>
Timings::Row time_inference(const Model<Net, Scalar>& model, const Data& data) {
    const auto predictor = std::make_unique<Predictor<Net, Batch, Scalar>>();
    burin::detail::InputBuffer<Net, Scalar> inputs(Batch);
    for (std::size_t row = 0; row < Batch; ++row)
        inputs.put(row, data.input(row % data.size()));
    const auto pointers = inputs.pointers();
    return {Batch == 1 ? "inference, one sample" : "inference, " + std::to_string(Batch) + " samples", Batch,
            median_seconds(
                [&] { static_cast<void>(predictor->run(model.parameters().data(), pointers, Batch)); })};
}

} // namespace detail

/// How long inference takes on this machine, one sample at a time and 32 at a time, on samples of the data.
/// Throws Error if there are none, or they are not such as the network takes.
template <class Net, class Scalar, class Data>
Timings timings(const Model<Net, Scalar>& model, const Data& data) {
    burin::detail::check_samples<Net>(data, "timings");
    return {{detail::time_inference<Net, 1>(model, data), detail::time_inference<Net, 32>(model, data)}};
}

} // namespace burin::report
