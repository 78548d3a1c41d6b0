#include "burin/kernels/products/choose_input_gradient.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>

using namespace burin;
using kernels::InputGradientChoice;
using kernels::SampleLanes;
using From = SampleLanes::From;
using Weights = InputGradientChoice::Weights;
namespace machines = kernels::machines;

namespace {

constexpr InputGradientChoice choose(std::size_t rows, std::size_t k, std::size_t n,
                                     const kernels::Machine& machine, std::size_t bytes = sizeof(float)) {
    return kernels::choose_input_gradient({rows, n, k}, bytes, machine);
}
std::string described(std::size_t rows, std::size_t k, std::size_t n, const kernels::Machine& machine,
                      std::size_t bytes = sizeof(float)) {
    return std::string(describe(choose(rows, k, n, machine, bytes)).view());
}

/// At least three quarters of what fills the lanes are samples.
constexpr bool samples_are_sound(std::size_t lanes, std::size_t most) {
    for (std::size_t rows = 2; rows < 200; ++rows) {
        const std::size_t samples = kernels::detail::choose_samples(rows, most);
        bool has_order = false;
        for (std::size_t of_vector = 1; of_vector <= lanes; of_vector *= 2)
            has_order = has_order || samples == 2 * of_vector || samples == 3 * of_vector;
        if (!has_order || samples > most || (samples > rows && 3 * samples > 4 * rows))
            return false;
    }
    return true;
}
static_assert(samples_are_sound(4, 12) && samples_are_sound(8, 24) && samples_are_sound(16, 32));
static_assert(kernels::detail::choose_samples(17, 32) == 16 && kernels::detail::choose_samples(8, 32) == 8 &&
              kernels::detail::choose_samples(5, 32) == 6 && kernels::detail::choose_samples(50, 32) == 32);

/// Whatever is chosen makes progress, has lanes for its samples, registers for its sums and what they are
/// made of, and a buffer for the panels that it reads at a time.
constexpr bool is_sound(const kernels::Machine& machine, std::size_t bytes) {
    const std::size_t lanes = machine.lanes(bytes);
    for (const std::size_t k : {1u, 10u, 33u, 784u, 2000u})
        for (const std::size_t n : {1u, 7u, 16u, 40u, 64u, 83u, 128u, 300u, 512u, 1100u})
            for (const std::size_t rows :
                 {1u, 2u, 3u, 4u, 5u, 7u, 8u, 9u, 12u, 16u, 17u, 31u, 64u, 96u, 500u}) {
                const InputGradientChoice choice = choose(rows, k, n, machine, bytes);
                if (choice.weights != Weights::as_stored)
                    continue;
                const SampleLanes& samples = choice.samples;
                if (choice.rows == 0 || samples.lanes % samples.group != 0 ||
                    samples.rows_together() % samples.height != 0 || samples.rows_together() % 4 != 0 ||
                    samples.height * samples.vectors + std::min(samples.height, samples.vectors) >
                        machine.registers)
                    return false;
                if (samples.from != From::buffer &&
                    (samples.group != lanes || samples.lanes != lanes || samples.vectors > rows))
                    return false;
                if (samples.from == From::buffer && samples.kept_rows == 0 &&
                    samples.panels < kernels::panels_of(n, lanes).count())
                    return false;
            }
    return true;
}
static_assert(is_sound(machines::zen1, 4) && is_sound(machines::zen1, 8));
static_assert(is_sound(machines::avx2, 4) && is_sound(machines::avx2, 8));
static_assert(is_sound(machines::avx512, 4) && is_sound(machines::avx512, 8));
static_assert(is_sound(machines::neon, 4) && is_sound(machines::neon, 8));
static_assert(is_sound(machines::scalar, 4) && is_sound(machines::scalar, 8));

/// The table that loops look choices up in says what the function says.
constexpr bool table_is_right(std::size_t k, std::size_t n, const kernels::Machine& machine) {
    const auto table = kernels::choose_input_gradients(k, n, sizeof(float), machine);
    std::size_t at = 0;
    for (std::size_t rows = 1; rows <= 300; ++rows) {
        at += at + 1 < table.count && rows == table.from[at + 1];
        if (table.choice[at] != choose(rows, k, n, machine))
            return false;
    }
    return true;
}
static_assert(table_is_right(784, 128, machines::zen1) && table_is_right(784, 128, machines::avx2) &&
              table_is_right(784, 128, machines::avx512) && table_is_right(784, 128, machines::neon) &&
              table_is_right(784, 128, machines::scalar) && table_is_right(4096, 1024, machines::avx512));

/// Of a batch, whole ones are computed as ever. Of fewer rows none is read that is not there.
constexpr bool batches_are_right(std::size_t k, std::size_t n, const kernels::Machine& machine,
                                 std::size_t most_choices) {
    for (const std::size_t steps : {1u, 3u, 32u})
        for (const std::size_t batch : {1u, 3u, 8u, 32u, 50u}) {
            const kernels::RowCounts counts{batch * steps, steps};
            const auto table = kernels::choose_input_gradients(k, n, sizeof(float), machine, counts);
            if (table.from[0] != 1 || (batch == 32 && table.count > most_choices))
                return false;
            for (std::size_t rows = 1; rows <= 50; ++rows) {
                std::size_t at = table.count - 1;
                while (rows < table.from[at])
                    --at;
                const InputGradientChoice& choice = table.choice[at];
                if (rows == batch * steps && choice != choose(rows, k, n, machine))
                    return false;
                if (choice.weights == Weights::as_stored && choice.samples.from != From::buffer &&
                    (choice.samples.vectors > rows || choice.rows % choice.samples.vectors != 0 ||
                     choice.rows > table.from[at]))
                    return false;
            }
        }
    return true;
}
static_assert(batches_are_right(784, 128, machines::avx512, 3) &&
              batches_are_right(64, 10, machines::avx512, 2));
static_assert(batches_are_right(784, 128, machines::avx2, 3) && batches_are_right(64, 10, machines::avx2, 3));
static_assert(batches_are_right(784, 128, machines::zen1, 6) && batches_are_right(64, 10, machines::zen1, 3));
static_assert(batches_are_right(784, 128, machines::neon, 6));
static_assert(batches_are_right(784, 128, machines::scalar, 4));

} // namespace

TEST_CASE("input gradients of (784, 128): a few samples fill the lanes in groups") {
    constexpr InputGradientChoice eight = choose(8, 784, 128, machines::avx512);
    CHECK(eight.samples.vectors == 2);
    CHECK(eight.samples.group == 4);
    CHECK(eight.samples.height == 12);
    CHECK(eight.rows == 8);
    CHECK(described(8, 784, 128, machines::avx512) ==
          "12 × 2 register tiles, 8 samples packed in groups of 4");
    CHECK(described(128, 784, 128, machines::avx512) ==
          "8 × 2 register tiles, 32 samples packed in groups of 1");
    CHECK(described(8, 784, 128, machines::avx2) == "6 × 2 register tiles, 8 samples packed in groups of 2");
    CHECK(described(128, 784, 128, machines::avx2) ==
          "4 × 3 register tiles, 24 samples packed in groups of 1");
}

TEST_CASE("input gradients of (784, 128): halves of vectors where units are as wide") {
    CHECK(described(8, 784, 128, machines::zen1) ==
          "6 × 2 register tiles, 8 samples packed in groups of 1, half vectors, next rows prefetched");
    CHECK(described(128, 784, 128, machines::zen1) ==
          "4 × 3 register tiles, 12 samples packed in groups of 1, half vectors, next rows prefetched");
    CHECK(choose(8, 784, 128, machines::zen1, sizeof(double)).samples.is_half == false);
}

TEST_CASE("input gradients of (784, 128): one sample") {
    CHECK(described(1, 784, 128, machines::avx512) == "4 × 1 register tiles, dy in registers");
    CHECK(described(1, 784, 128, machines::avx2) ==
          "4 × 1 register tiles, dy in registers, 4 panels at a time");
    CHECK(described(1, 784, 128, machines::zen1) == "12 × 1 register tiles, dy as it is stored");
    CHECK(described(1, 784, 128, machines::neon) == "12 × 1 register tiles, dy as it is stored");
    CHECK(described(1, 784, 128, machines::scalar) == "12 × 1 register tiles, dy as it is stored");
}

TEST_CASE("input gradients without group broadcasts: two vectors of samples") {
    for (const std::size_t rows : {8u, 128u})
        CHECK(described(rows, 784, 128, machines::neon) ==
              "8 × 2 register tiles, 8 samples packed in groups of 1, 4 panels at a time");
    CHECK(choose(48, 512, 512, machines::neon, sizeof(double)).samples.from == From::memory);
}

TEST_CASE("input gradients where vectors are computed in halves: w is transposed for many samples") {
    CHECK(choose(128, 512, 512, machines::zen1).weights == Weights::transposed_by_panels);
    CHECK(choose(48, 512, 512, machines::zen1, sizeof(double)).weights == Weights::transposed_by_panels);
    CHECK(choose(24, 512, 512, machines::zen1).samples.vectors == 2);
}

TEST_CASE("input gradients with one lane: three samples at a time, w from the first-level cache") {
    CHECK(described(32, 784, 128, machines::scalar) ==
          "4 × 3 register tiles, dy as it is stored, blocks of 24 rows of w");
}

TEST_CASE("input gradients of narrow matrices: w is transposed in registers, but for a few samples") {
    CHECK(choose(1, 128, 10, machines::avx512).weights == Weights::transposed_in_registers);
    CHECK(choose(8, 33, 7, machines::avx2).weights == Weights::transposed_in_registers);
    CHECK(described(1, 10, 10, machines::avx2) == "8 × 1 register tiles, dy in registers");
    CHECK(choose(4, 10, 10, machines::avx2).samples.columns == 10);
    CHECK(choose(5, 10, 10, machines::avx2).weights == Weights::transposed_in_registers);
    CHECK(choose(8, 24, 12, machines::avx512, sizeof(double)).weights == Weights::transposed_in_registers);
    CHECK(choose(8, 128, 30, machines::avx512).samples.samples() == 8); // of more columns than 16 lanes
    CHECK(choose(1, 8, 8, machines::avx512).samples.from == From::registers);
    CHECK(choose(2, 8, 8, machines::avx512).weights == Weights::transposed_in_registers);
}

TEST_CASE("input gradients of large matrices: panels by parts, what comes next prefetched") {
    CHECK(
        described(8, 512, 512, machines::avx512) ==
        "12 × 2 register tiles, 8 samples packed in groups of 4, 32 panels at a time, next panel prefetched");
    CHECK(
        described(128, 4096, 1024, machines::avx512) ==
        "8 × 2 register tiles, 32 samples packed in groups of 1, 4 panels at a time, blocks of 1024 rows of "
        "w, next rows prefetched");
}

TEST_CASE("input gradients of no columns are chosen, too") {
    for (const std::size_t rows : {1U, 2U, 3U, 40U})
        for (const kernels::Machine& machine : {kernels::machines::scalar, kernels::machines::avx2})
            CHECK(choose_input_gradient({rows, 0, 100}, sizeof(float), machine).samples.height > 0);
}
