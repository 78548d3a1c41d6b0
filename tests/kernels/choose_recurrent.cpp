#include "burin/kernels/recurrent/choose.hpp"

#include <doctest/doctest.h>

#include <cstddef>

using namespace burin::kernels;

TEST_CASE("recurrent cells: streamed ones keep their sums in registers where there are enough") {
    const auto choose = [](std::size_t units, const Machine& machine, std::size_t features = 1,
                           std::size_t time = 1) {
        const RecurrentSize lstm{
            .time = time, .units = units, .gates = 4, .features = features, .streams = true};
        return choose_recurrent(lstm, false, sizeof(float), machine);
    };
    const auto in_registers = [&](std::size_t units, const Machine& machine, std::size_t features = 1,
                                  std::size_t time = 1) {
        return choose(units, machine, features, time).in_registers > 0;
    };
    for (const std::size_t units : {4u, 8u, 10u, 12u, 16u, 20u, 24u, 32u, 40u})
        CHECK(in_registers(units, machines::avx512));
    CHECK(in_registers(64, machines::avx512));
    CHECK_FALSE(in_registers(256, machines::avx512));
    // Without an instruction that joins vectors, gates must be whole ones.
    CHECK(in_registers(8, machines::avx2));
    CHECK_FALSE(in_registers(12, machines::avx2));
    CHECK(in_registers(12, machines::neon));
    CHECK(in_registers(24, machines::avx2));
    CHECK_FALSE(in_registers(28, machines::avx2));
    CHECK_FALSE(in_registers(8, machines::scalar));
    // Many features of many steps are one product.
    CHECK_FALSE(in_registers(8, machines::avx512, 16, 64));
    CHECK(in_registers(8, machines::avx512, 16, 1));
    // Where weights do not stay in the first-level cache, or all sums have no room, some units at a time.
    const auto by_turns = [&](std::size_t units, const Machine& machine) {
        return choose(units, machine).by_turns;
    };
    CHECK_FALSE(by_turns(32, machines::avx512));
    CHECK_FALSE(by_turns(48, machines::avx512));
    for (const std::size_t units : {64u, 96u, 128u}) {
        CHECK(by_turns(units, machines::avx512));
        CHECK(choose(units, machines::avx512).in_registers == 2);
    }
    CHECK_FALSE(by_turns(24, machines::avx2));
    CHECK(by_turns(32, machines::avx2));
    CHECK(by_turns(64, machines::avx2));
    CHECK_FALSE(in_registers(128, machines::avx2));
    // Whole sequences are of many samples.
    CHECK_FALSE(choose_recurrent({.time = 1, .units = 8, .gates = 4}, false, sizeof(float), machines::avx512)
                    .in_registers > 0);
}

TEST_CASE("recurrent cells: sums of so many steps as the first-level cache holds") {
    CHECK(recurrent_steps(100, 32, false) == 32);
    CHECK(recurrent_steps(20, 32, false) == 20);
    CHECK(recurrent_steps(100, 512, false) == 8);
    CHECK(recurrent_steps(100, 4096, false) == 8);
    CHECK(recurrent_steps(100, 512, true) == 100);
    // A batch is multiplied step by step, a few samples one by one.
    const RecurrentChoice choice{.steps = 20};
    CHECK(steps_at_once(choice, false, 1) == 20);
    CHECK(steps_at_once(choice, false, 15) == 20);
    CHECK(steps_at_once(choice, false, 16) == 1);
    CHECK(steps_at_once(choice, true, 32) == 20);
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
    CHECK(describe(choose_recurrent({.time = 1, .units = 64, .gates = 4, .features = 1, .streams = true},
                                    false, 4, machines::avx512))
              .view() == "gates joined in 256 columns, whose sums, of inputs and states, stay in registers, "
                         "2 vectors of units at a time, to and fro");
}

TEST_CASE("cells that multiply twice are never in registers") {
    constexpr RecurrentSize size{
        .time = 1, .units = 16, .gates = 4, .features = 1, .streams = true, .multiplies_twice = true};
    constexpr auto choice = choose_recurrent(size, false, 4, machines::avx512);
    static_assert(choice.in_registers == 0 && choice.multiplies_twice);
    CHECK(describe(choice) ==
          "gates joined in 64 columns, inputs of 1 step in one product, to which states are "
          "added, cell around a second product in 1 vector");
}
