// Softmax with cross-entropy, value and gradient, beside plain C loops that compute the same with whatever
// the compiler makes of them (softmax_crossentropy_loops.cpp).

#include "burin/losses/sparse_categorical_crossentropy.hpp"

#include "machine.hpp"
#include "random_numbers.hpp"
#include "softmax_crossentropy_loops.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace {

using namespace burin;

template <std::size_t Classes>
void value_and_gradient(benchmark::State& state) {
    const auto rows = static_cast<std::size_t>(state.range(0));
    const Numbers logits = random_numbers(rows * Classes, -4, 4);
    Numbers gradient(logits.size()), plain_gradient(logits.size());
    std::vector<Label> labels;
    for (std::size_t row = 0; row < rows; ++row)
        labels.push_back(static_cast<Label>(row * 7 % Classes));
    const losses::SparseCategoricalCrossentropy loss;

    float own_loss = 0, plain_loss = 0;
    const std::size_t passes = std::max<std::size_t>(1, 200'000 / (rows * Classes));
    const auto seconds_of = [passes](auto pass) {
        const auto start = machine::Clock::now();
        for (std::size_t i = 0; i < passes; ++i) {
            pass();
            benchmark::ClobberMemory();
        }
        return machine::seconds_since(start) / static_cast<double>(passes);
    };
    std::vector<double> own, plain;
    for (auto _ : state) {
        own.push_back(seconds_of([&] {
            own_loss =
                losses::reduce(loss, losses::value_and_gradient<Shape(Classes)>(
                                         loss, logits.data(), labels.data(), nullptr, gradient.data(), rows));
        }));
        state.SetIterationTime(own.back() * static_cast<double>(passes));
        plain.push_back(seconds_of([&] {
            plain_loss = softmax_crossentropy_loops(logits.data(), labels.data(), plain_gradient.data(), rows,
                                                    Classes);
        }));
    }
    float difference = std::abs(own_loss - plain_loss);
    for (std::size_t i = 0; i < gradient.size(); ++i)
        difference = std::max(difference, std::abs(gradient[i] - plain_gradient[i]));
    if (!(difference < 1e-5f))
        state.SkipWithError("the two disagree");
    state.counters["plain_ns/row"] = 1e9 * machine::median(plain) / static_cast<double>(rows);
    state.counters["ns/row"] = 1e9 * machine::median(own) / static_cast<double>(rows);
    state.counters["times_faster"] = machine::median(plain) / machine::median(own);
}

BENCHMARK_TEMPLATE(value_and_gradient, 10)->ArgName("rows")->Arg(32)->Arg(128)->UseManualTime();
BENCHMARK_TEMPLATE(value_and_gradient, 1000)->ArgName("rows")->Arg(32)->Arg(128)->UseManualTime();

} // namespace
