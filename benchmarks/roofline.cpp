// What bounds every kernel on this core: arithmetic on registers, and the bandwidth of each level of memory
// for the mixes of reads and writes of the optimizers' sweeps. Stays on one core.

#include "bandwidth.hpp"
#include "machine.hpp"

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>

namespace {

using namespace burin;

/// Nanoseconds that a vector of each operation takes, and one of two that take turns.
struct Throughput {
    double fma, add, product_or_add, fma_or_add, divide, square_root, reciprocal, reciprocal_root;
};

template <class Scalar>
Throughput throughput() {
    using Vector = kernels::Vector<Scalar>;
    const Vector factor = machine::opaque<Scalar>(1), number = machine::opaque(static_cast<Scalar>(1.7));
    const auto time = [](auto f) { return 1e9 * machine::register_time<Scalar>(f); };
    return {
        .fma = time([=](const Vector& x) { return kernels::fma(x, factor, number); }),
        .add = time([=](const Vector& x) { return x + number; }),
        // Which units they share: on the first Zen a multiply-add reads its summand through an adder's port.
        .product_or_add = time(
            [=](const Vector& x, std::size_t chain) { return chain % 2 == 0 ? x * factor : x + number; }),
        .fma_or_add = time([=](const Vector& x, std::size_t chain) {
            return chain % 2 == 0 ? kernels::fma(x, factor, number) : x + number;
        }),
        .divide = time([=](const Vector& x) { return number / x; }),
        // Of a sum, because repeated roots go to 1, which some processors find sooner.
        .square_root = time([=](const Vector& x) { return kernels::sqrt(x + number); }),
        .reciprocal = time([](const Vector& x) { return kernels::reciprocal_estimate<Scalar>(x); }),
        .reciprocal_root = time([](const Vector& x) { return kernels::reciprocal_sqrt_estimate<Scalar>(x); }),
    };
}

void print_arithmetic() {
    const Throughput single = throughput<float>(), twice = throughput<double>();
    const std::array<double, 2> lanes{static_cast<double>(kernels::width<float>),
                                      static_cast<double>(kernels::width<double>)};
    std::printf("multiply-add peak, GFLOP/s         float %8.1f   double %8.1f\n", 2 * lanes[0] / single.fma,
                2 * lanes[1] / twice.fma);
    std::printf("nanoseconds a vector of            %2.0f floats        %2.0f doubles\n", lanes[0], lanes[1]);
    const auto print = [](const char* name, double of_floats, double of_doubles) {
        std::printf("  %-32s %14.3f %17.3f\n", name, of_floats, of_doubles);
    };
    print("multiply-add", single.fma, twice.fma);
    print("add", single.add, twice.add);
    print("multiply, add in turn", single.product_or_add, twice.product_or_add);
    print("multiply-add, add in turn", single.fma_or_add, twice.fma_or_add);
    print("divide", single.divide, twice.divide);
    print("square root", single.square_root, twice.square_root);
    const auto named = [](const char* name, int bits) {
        return std::string(name) + (bits > 0 ? ", " + std::to_string(bits) + " bits" : ", exact");
    };
    print(named("1/x", kernels::reciprocal_bits<float>).c_str(), single.reciprocal, twice.reciprocal);
    print(named("1/√x", kernels::reciprocal_sqrt_bits<float>).c_str(), single.reciprocal_root,
          twice.reciprocal_root);
}

template <std::size_t Written>
void print_bandwidth(const char* name, const std::array<std::size_t, 4>& bytes) {
    std::printf("  %-45s", name);
    for (const std::size_t each : bytes)
        if (each > 0)
            std::printf("%9.1f", machine::bandwidth<Written>(each) / 1e9);
        else
            std::printf("%9s", "-");
    std::printf("\n");
}

} // namespace

int main() {
    machine::pin_to_one_core();
    std::printf("kernels' architecture: %.*s\n\n", static_cast<int>(kernels::architecture.size()),
                kernels::architecture.data());
    print_arithmetic();

    const std::size_t first = machine::cache_size(1), second = machine::cache_size(2),
                      third = machine::cache_size(3);
    // Half of each cache, and far more than the largest.
    const std::size_t most = std::max({first, second, third});
    const std::array<std::size_t, 4> bytes{first / 2, second / 2, third / 2,
                                           std::max<std::size_t>(16 * most, std::size_t(1) << 27)};
    std::printf("\nGB/s (read and written)                           L1       L2       L3   memory\n");
    std::printf("  %-45s%5zu KiB%5zu KiB%5zu KiB%5zu MiB\n", "arrays of together", bytes[0] >> 10,
                bytes[1] >> 10, bytes[2] >> 10, bytes[3] >> 20);
    print_bandwidth<1>("2 reads, 1 write (SGD)", bytes);
    print_bandwidth<2>("3 reads, 2 writes (Momentum, Adagrad, RMSprop)", bytes);
    print_bandwidth<3>("4 reads, 3 writes (Adam, AdamW)", bytes);
}
