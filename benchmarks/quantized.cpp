// One inference of one layer with 8-bit integers, beside the same with floats: shapes of LeNet-5,
// DS-CNN, ResNet-20 and MobileNet. `of_float` is the time of the float kernel divided by that of the 8-bit
// one.
//   taskset -c 1 build/benchmarks/quantized

#include "burin/graph/epilogue.hpp"
#include "burin/kernels/convolution.hpp"
#include "burin/kernels/depthwise.hpp"
#include "burin/kernels/int8/convolution.hpp"
#include "burin/kernels/int8/depthwise.hpp"
#include "burin/kernels/products.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/convolution_options.hpp"

#include "machine.hpp"
#include "random_numbers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace burin;

std::vector<std::int8_t> random_bytes(std::size_t count) {
    const Numbers numbers = random_numbers(count);
    std::vector<std::int8_t> bytes(count);
    std::transform(numbers.begin(), numbers.end(), bytes.begin(), [](float number) {
        return static_cast<std::int8_t>(std::clamp(number * 64, -127.0f, 127.0f));
    });
    return bytes;
}

/// Factors as a network has them: about 2⁻⁹.
struct Channels {
    std::vector<std::int32_t> bias, multipliers;
    std::vector<std::int8_t> shifts;

    explicit Channels(std::size_t count)
        : bias(count, 100), multipliers(count, 1'500'000'000), shifts(count, 40) {}
    kernels::Int8Outputs<> outputs() const {
        return {bias.data(), multipliers.data(), shifts.data(), -3, -128};
    }
};

/// Turns of both, a millisecond or more each; the medians.
template <class Int8, class Float>
void compare(benchmark::State& state, const Int8& int8, const Float& real) {
    constexpr int turns = 9;
    std::vector<double> times[2];
    const auto seconds_of = [](const auto& run) {
        const auto start = machine::Clock::now();
        int runs = 0;
        double seconds = 0;
        for (; seconds < 1e-3; ++runs, seconds = machine::seconds_since(start)) {
            run();
            benchmark::ClobberMemory();
        }
        return seconds / runs;
    };
    for (auto _ : state) {
        for (int turn = 0; turn < turns; ++turn) {
            times[0].push_back(seconds_of(int8));
            times[1].push_back(seconds_of(real));
        }
        state.SetIterationTime(machine::median(times[0]));
    }
    const double median = machine::median(times[0]), of_float = machine::median(times[1]);
    state.counters["int8_us"] = median * 1e6;
    state.counters["float_us"] = of_float * 1e6;
    state.counters["of_float"] = of_float / median;
}

constexpr auto relu = [](auto value) { return ReLU::value(value); };

template <std::size_t K, std::size_t N>
void dense(benchmark::State& state) {
    const auto bytes = random_bytes(K), weights = random_bytes(K * N);
    const Channels channels(N);
    std::vector<std::int8_t> outputs(N);
    const Numbers x = random_numbers(K), w = random_numbers(K * N), bias = random_numbers(N);
    Numbers y(N);
    compare(
        state,
        [&] {
            kernels::int8_product<kernels::choose_int8({1, K, N}, kernels::this_machine)>(
                bytes.data(), K, 1, weights.data(), K, N, channels.outputs(), outputs.data(), N);
        },
        [&] { kernels::dense_forward<K, N, true>(x.data(), w.data(), bias.data(), y.data(), 1, relu); });
}

template <kernels::Convolution C, bool IsDepthwise>
void images(benchmark::State& state) {
    constexpr std::size_t inputs = C.input_pixels() * C.channels, outputs = C.output_pixels() * C.filters,
                          weights = C.taps() * (IsDepthwise ? 1 : C.channels) * C.filters;
    const auto x8 = random_bytes(inputs), w8 = random_bytes(weights);
    const Channels channels(C.filters);
    std::vector<std::int8_t> y8(outputs), scratch8(kernels::int8_convolution_scratch(C) + 1);
    const Numbers x = random_numbers(inputs), w = random_numbers(weights), bias = random_numbers(C.filters);
    Numbers y(outputs), scratch(kernels::convolution_forward_scratch(C) + 1);
    compare(
        state,
        [&] {
            constexpr kernels::Machine machine = kernels::this_machine;
            if constexpr (IsDepthwise)
                kernels::int8_depthwise<kernels::choose_int8_depthwise(C, machine)>(
                    C, x8.data(), 1, -7, w8.data(), channels.outputs(), y8.data());
            else
                kernels::int8_convolution<kernels::choose_int8_convolution(C, 1, machine)>(
                    C, x8.data(), 1, -7, w8.data(), channels.outputs(), y8.data(), scratch8.data());
        },
        [&] {
            if constexpr (IsDepthwise)
                kernels::depthwise_forward<C, true>(x.data(), w.data(), bias.data(), y.data(), 1, relu);
            else
                kernels::convolution_forward<C, true>(x.data(), w.data(), bias.data(), y.data(), 1,
                                                      scratch.data(), relu);
        });
}

template <std::size_t Height, std::size_t Width, std::size_t Channels_, std::size_t Filters, auto Kernel,
          class... Options>
void convolution(benchmark::State& state) {
    using Settings = burin::detail::ConvolutionOptions<2, Kernel, Options...>;
    images<Settings::convolution(Shape{Height, Width, Channels_}, Filters), false>(state);
}

template <std::size_t Height, std::size_t Width, std::size_t Channels_, auto Kernel, class... Options>
void depthwise(benchmark::State& state) {
    using Settings = burin::detail::ConvolutionOptions<2, Kernel, Options...>;
    images<Settings::convolution(Shape{Height, Width, Channels_}, Channels_), true>(state);
}

void once(benchmark::internal::Benchmark* each) {
    each->Iterations(1)->UseManualTime()->Unit(benchmark::kMicrosecond);
}

} // namespace

BENCHMARK(dense<128, 128>)->Apply(once);
BENCHMARK(dense<1024, 1024>)->Apply(once);
BENCHMARK(convolution<14, 14, 32, 32, 3, Same>)->Apply(once);
BENCHMARK(convolution<24, 24, 32, 64, 1>)->Apply(once);
BENCHMARK(convolution<28, 28, 1, 6, 5, Same>)->Apply(once);
BENCHMARK(depthwise<24, 24, 32, 3, Same>)->Apply(once);
BENCHMARK(convolution<14, 14, 6, 16, 5>)->Apply(once);
BENCHMARK(convolution<49, 10, 1, 64, Shape{10, 4}, Same, Stride<2>>)->Apply(once);
BENCHMARK(depthwise<25, 5, 64, 3, Same>)->Apply(once);
BENCHMARK(convolution<25, 5, 64, 64, 1>)->Apply(once);
BENCHMARK(convolution<32, 32, 16, 16, 3, Same>)->Apply(once);
BENCHMARK(convolution<8, 8, 64, 64, 3, Same>)->Apply(once);
BENCHMARK(depthwise<6, 6, 128, 3, Same>)->Apply(once);
BENCHMARK(convolution<6, 6, 128, 128, 1>)->Apply(once);
