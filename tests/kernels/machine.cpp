#include "burin/kernels/machine.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace burin::kernels;

TEST_CASE("Machine: lanes are what fits into a vector, and one where there are none") {
    CHECK(machines::avx512.lanes<float>() == 16);
    CHECK(machines::avx512.lanes<double>() == 8);
    CHECK(machines::zen1.lanes<float>() == 8);
    CHECK(machines::sse2.lanes<double>() == 2);
    CHECK(machines::neon.lanes<double>() == 2);
    CHECK(machines::neon32.lanes<float>() == 4);
    CHECK(machines::neon32.lanes<double>() == 1);
    CHECK(machines::scalar.lanes<float>() == 1);
}

TEST_CASE("Machine: the first Zen alone computes a vector as two halves") {
    CHECK(machines::zen1.splits_vectors());
    for (const Machine& machine : {machines::scalar, machines::sse2, machines::avx, machines::avx2,
                                   machines::avx512, machines::neon, machines::neon32})
        CHECK(!machine.splits_vectors());
    CHECK(machines::zen4.narrow_tiles);
    CHECK(!machines::avx512_vnni.narrow_tiles);
}

TEST_CASE("Machine: 64-bit Arm and AVX-512 have 32 registers, others 16") {
    CHECK(machines::avx512.has_many_registers());
    CHECK(machines::neon.has_many_registers());
    for (const Machine& machine :
         {machines::scalar, machines::sse2, machines::avx, machines::avx2, machines::zen1, machines::neon32})
        CHECK(machine.registers == 16);
}
