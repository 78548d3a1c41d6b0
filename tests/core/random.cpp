#include "burin/core/random.hpp"

#include <doctest/doctest.h>

using burin::Purpose;
using burin::RandomStream;
using burin::core::Philox;

// Known answers of the Random123 distribution (kat_vectors, philox4x32 10).
static_assert(Philox::generate({0, 0, 0, 0}, {0, 0}) ==
              Philox::Counter{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u});
static_assert(Philox::generate({0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu},
                               {0xffffffffu, 0xffffffffu}) ==
              Philox::Counter{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu});
static_assert(Philox::generate({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u},
                               {0xa4093822u, 0x299f31d0u}) ==
              Philox::Counter{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u});

TEST_CASE("RandomStream: a word depends on seed, purpose, substream and position alone") {
    const RandomStream stream{42, Purpose::shuffling, 3};
    CHECK(stream.word(17) == stream.block(4)[1]);
    CHECK(stream.word(17) == RandomStream{42, Purpose::shuffling, 3}.word(17));
    CHECK(stream.word(17) != RandomStream{43, Purpose::shuffling, 3}.word(17));
    CHECK(stream.word(17) != RandomStream{42, Purpose::dropout, 3}.word(17));
    CHECK(stream.word(17) != RandomStream{42, Purpose::shuffling, 4}.word(17));
}

TEST_CASE("RandomStream: uniform numbers have the mean and variance of the uniform distribution") {
    const RandomStream stream{7, Purpose::user, 0};
    constexpr int count = 40'000;
    double sum = 0, squares = 0;
    for (unsigned i = 0; i < count; ++i) {
        const double u = stream.uniform(i);
        REQUIRE(u >= 0);
        REQUIRE(u < 1);
        sum += u;
        squares += u * u;
    }
    CHECK(sum / count == doctest::Approx(0.5).epsilon(0.01));
    CHECK(squares / count - (sum / count) * (sum / count) == doctest::Approx(1.0 / 12).epsilon(0.02));
}

TEST_CASE("RandomStream: below stays below its bound and reaches every value") {
    const RandomStream stream{7, Purpose::user, 1};
    bool seen[7] = {};
    for (unsigned i = 0; i < 500; ++i) {
        const auto value = stream.below(7, i);
        REQUIRE(value < 7);
        seen[value] = true;
    }
    for (bool value_seen : seen)
        CHECK(value_seen);
}
