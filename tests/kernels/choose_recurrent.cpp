#include "burin/kernels/recurrent/choose.hpp"

#include <doctest/doctest.h>

#include <cstddef>

using namespace burin::kernels;

TEST_CASE("recurrent cells: streamed ones keep their sums in registers where there are enough") {
    const auto in_registers = [](std::size_t units, const Machine& machine, std::size_t features = 1,
                                 std::size_t time = 1) {
        const RecurrentSize lstm{
            .time = time, .units = units, .gates = 4, .features = features, .streams = true};
        return choose_recurrent(lstm, false, sizeof(float), machine).in_registers;
    };
    for (const std::size_t units : {4u, 8u, 10u, 12u, 16u, 20u, 24u, 32u, 40u})
        CHECK(in_registers(units, machines::avx512));
    CHECK(in_registers(64, machines::avx512));
    CHECK_FALSE(in_registers(128, machines::avx512));
    // Without an instruction that joins vectors, gates must be whole ones.
    CHECK(in_registers(8, machines::avx2));
    CHECK_FALSE(in_registers(12, machines::avx2));
    CHECK(in_registers(12, machines::neon));
    CHECK(in_registers(24, machines::avx2));
    CHECK_FALSE(in_registers(32, machines::avx2));
    CHECK_FALSE(in_registers(8, machines::scalar));
    // Many features of many steps are one product.
    CHECK_FALSE(in_registers(8, machines::avx512, 16, 64));
    CHECK(in_registers(8, machines::avx512, 16, 1));
    // Whole sequences are of many samples.
    CHECK_FALSE(choose_recurrent({.time = 1, .units = 8, .gates = 4}, false, sizeof(float), machines::avx512)
                    .in_registers);
}

TEST_CASE("recurrent cells: functions of joined gates where that are no more of them") {
    for (const std::size_t units : {4u, 8u, 10u, 16u, 20u, 24u, 32u, 40u})
        CHECK(choose_activates_sums(units, 16));
    CHECK_FALSE(
        choose_activates_sums(12, 16)); // Five of three vectors, of which two hold columns of two gates.
    CHECK(choose_activates_sums(8, 8));
}

TEST_CASE("a streamed recurrent cell is described in a phrase") {
    CHECK(describe(choose_recurrent({.time = 1, .units = 8, .gates = 4, .features = 1, .streams = true},
                                    false, 4, machines::avx512))
              .view() == "gates joined in 32 columns, whose sums, of inputs and states, stay in registers");
}
