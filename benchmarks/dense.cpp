// The three products of a Dense layer against the measured peak of the core's multiply-adders.

#include "burin/graph/epilogue.hpp"
#include "burin/kernels/products.hpp"
#include "burin/layers/activations.hpp"

#include "machine.hpp"
#include "random_numbers.hpp"

#include <cstddef>

namespace {

using namespace burin;

template <std::size_t K, std::size_t N>
struct Buffers {
    std::size_t rows;
    Numbers x = random_numbers(rows * K), w = random_numbers(K * N), bias = random_numbers(N);
    Numbers y = random_numbers(rows * N), dx = x, dw = w, db = bias;

    explicit Buffers(const benchmark::State& state) : rows(static_cast<std::size_t>(state.range(0))) {}
    double operations() const { return 2.0 * static_cast<double>(rows * K * N); }
};

/// y = max(0, x · w + b)
template <std::size_t K, std::size_t N>
void forward(benchmark::State& state) {
    Buffers<K, N> b(state);
    machine::report_share_of_peak(state, b.operations(), [&] {
        kernels::dense_forward<K, N, true>(b.x.data(), b.w.data(), b.bias.data(), b.y.data(), b.rows,
                                           [](auto value) { return ReLU::value(value); });
        benchmark::ClobberMemory();
    });
}

/// dw = xᵀ · dy, db = Σ dy
template <std::size_t K, std::size_t N>
void weight_gradient(benchmark::State& state) {
    Buffers<K, N> b(state);
    machine::report_share_of_peak(state, b.operations(), [&] {
        kernels::dense_weight_gradient<K, N, true, false>(b.x.data(), b.y.data(), b.dw.data(), b.db.data(),
                                                          b.rows);
        benchmark::ClobberMemory();
    });
}

/// dx = dy · wᵀ
template <std::size_t K, std::size_t N>
void input_gradient(benchmark::State& state) {
    Buffers<K, N> b(state);
    machine::report_share_of_peak(state, b.operations(), [&] {
        kernels::dense_input_gradient<K, N>(b.y.data(), b.w.data(), b.x.data(), b.dx.data(), b.rows,
                                            engine::NoActivation{});
        benchmark::ClobberMemory();
    });
}

void batch_sizes(benchmark::internal::Benchmark* each) {
    each->ArgName("batch")->Arg(1)->Arg(8)->Arg(32)->Arg(128);
}

#define BENCHMARK_DENSE(K, N)                                                                                \
    BENCHMARK_TEMPLATE(forward, K, N)->Apply(batch_sizes);                                                   \
    BENCHMARK_TEMPLATE(weight_gradient, K, N)->Apply(batch_sizes);                                           \
    BENCHMARK_TEMPLATE(input_gradient, K, N)->Apply(batch_sizes)

BENCHMARK_DENSE(16, 16);
BENCHMARK_DENSE(784, 128);
BENCHMARK_DENSE(128, 10);
BENCHMARK_DENSE(256, 256);
BENCHMARK_DENSE(512, 512);
BENCHMARK_DENSE(1024, 1024);

} // namespace
