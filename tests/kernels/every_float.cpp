// Measures the error of the elementary functions over every float: every_float [NAME...]. Minutes a function.

#include "support/elementary_functions.hpp"
#include "support/ulps.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace {

template <class Function>
void measure() {
    constexpr std::size_t block = 4096;
    std::array<float, block> x, y;
    double worst = 0;
    float worst_at = 0;
    for (std::uint64_t first = 0; first < std::uint64_t(1) << 32; first += block) {
        for (std::size_t i = 0; i < block; ++i)
            x[i] = std::bit_cast<float>(static_cast<std::uint32_t>(first + i));
        burin::kernels::map(block, y.data(), [](auto v) { return Function::of(v); }, x.data());
        for (std::size_t i = 0; i < block; ++i) {
            const double error = ulps(y[i], Function::exact(static_cast<double>(x[i])));
            if (error > worst) {
                worst = error;
                worst_at = x[i];
            }
        }
    }
    std::printf("%-15s %.3f ulp at %.9g (%a)\n", Function::name, worst, static_cast<double>(worst_at),
                static_cast<double>(worst_at));
    std::fflush(stdout);
}

template <class... Functions>
void measure_those_of(int count, char** names) {
    const auto asked_for = [=](const char* name) {
        return count == 0 || std::any_of(names, names + count,
                                         [=](const char* each) { return std::strcmp(each, name) == 0; });
    };
    ((asked_for(Functions::name) ? measure<Functions>() : void()), ...);
}

} // namespace

int main(int count, char** arguments) {
    using namespace elementary;
    measure_those_of<Exp, ExpNonpositive, ExpSummand, Expm1, Log, Log1p, Tanh, Sigmoid, Silu, Softplus, Erf,
                     Gelu>(count - 1, arguments + 1);
}
