#include "burin/kernels/products/choose.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace burin::kernels;

namespace {

/// As on a machine where small matrices have code of their own, which instrumented builds have not.
constexpr Hints layer{.is_dense = true, .inlined_elements = 2048};

std::string forward(std::size_t rows, std::size_t inputs, std::size_t outputs, const Machine& machine,
                    Hints hints = layer) {
    return std::string(
        describe(choose(Product::forward, {rows, inputs, outputs}, sizeof(float), machine, hints)).view());
}

std::string weight_gradient(std::size_t samples, std::size_t inputs, std::size_t outputs,
                            const Machine& machine) {
    return std::string(
        describe(choose(Product::weight_gradient, {inputs, samples, outputs}, sizeof(float), machine, layer))
            .view());
}

} // namespace

TEST_CASE("choose: 8 samples of (784, 128) are low tiles of three vectors with 16 registers") {
    CHECK(forward(8, 784, 128, machines::avx2) ==
          "4 × 3 register tiles, across panels, compiled for all sizes");
    CHECK(forward(8, 784, 128, machines::zen1) == forward(8, 784, 128, machines::avx2));
    CHECK(forward(8, 784, 128, machines::sse2) == forward(8, 784, 128, machines::avx2));
    CHECK(forward(8, 784, 128, machines::avx512) ==
          "9 × 2 register tiles, panel by panel, compiled for all sizes");
    CHECK(forward(8, 784, 128, machines::neon) == forward(8, 784, 128, machines::avx512));
    CHECK(forward(8, 784, 128, machines::scalar) ==
          "6 × 2 register tiles, panel by panel, compiled for all sizes");
}

TEST_CASE("choose: few rows are one tile of several panels") {
    CHECK(forward(1, 784, 128, machines::avx2) ==
          "1 × 8 register tiles, across panels, compiled for all sizes");
    CHECK(forward(2, 784, 128, machines::avx2) ==
          "2 × 4 register tiles, across panels, compiled for all sizes");
    CHECK(forward(3, 784, 128, machines::avx2) ==
          "3 × 3 register tiles, across panels, compiled for all sizes");
    CHECK(forward(4, 784, 128, machines::avx512) ==
          "4 × 4 register tiles, across panels, compiled for all sizes");
    CHECK(forward(5, 784, 128, machines::avx512) ==
          "9 × 2 register tiles, panel by panel, compiled for all sizes");
}

TEST_CASE("choose: many rows are tiles as tall as the registers allow") {
    for (const Machine& machine :
         {machines::scalar, machines::sse2, machines::avx, machines::avx2, machines::zen1})
        CHECK(forward(128, 784, 128, machine) ==
              "6 × 2 register tiles, panel by panel, compiled for all sizes");
    for (const Machine& machine : {machines::avx512, machines::neon})
        CHECK(forward(128, 784, 128, machine) ==
              "9 × 2 register tiles, panel by panel, compiled for all sizes");
}

TEST_CASE("choose: narrow matrices have their sums split") {
    CHECK(forward(128, 128, 10, machines::avx512) ==
          "7 × 1 register tiles of 4 sums each, panel by panel, compiled for these sizes");
    CHECK(forward(128, 128, 10, machines::avx2) ==
          "3 × 2 register tiles of 2 sums each, panel by panel, compiled for these sizes");
}

TEST_CASE("choose: what comes from beyond the caches is prefetched") {
    Hints far = layer;
    far.left_is_far = true;
    CHECK(forward(32, 784, 128, machines::avx512, far) ==
          "9 × 2 register tiles, rows first, left matrix prefetched, compiled for all sizes");
    CHECK(forward(32, 784, 256, machines::avx512, far) == forward(32, 784, 256, machines::avx512));
    CHECK(forward(31, 784, 128, machines::avx512, far) ==
          "9 × 2 register tiles, panel by panel, compiled for all sizes");
    CHECK(forward(128, 784, 1024, machines::avx2) ==
          "6 × 2 register tiles, panel by panel, right matrix prefetched, compiled for all sizes");
    CHECK(forward(1, 784, 1024, machines::avx2) ==
          "1 × 8 register tiles, across panels, compiled for all sizes");
}

TEST_CASE("choose: deep sums are made block by block, unless the left matrix stays in the cache") {
    const auto block = [](std::size_t rows, const Machine& machine) {
        return choose(Product::forward, {rows, 2048, 100}, sizeof(float), machine, layer).depth_block;
    };
    CHECK(block(32, machines::avx2) == 0);
    CHECK(block(33, machines::avx2) == 512);
    CHECK(block(33, machines::avx512) == 1024);
}

TEST_CASE("choose: small matrices have code of their own, and of those twice as large a single row") {
    CHECK(forward(32, 32, 64, machines::avx2) ==
          "6 × 2 register tiles, panel by panel, compiled for these sizes");
    CHECK(forward(1, 64, 64, machines::avx2) ==
          "1 × 8 register tiles, across panels, compiled for these sizes");
    CHECK(forward(2, 64, 64, machines::avx2) ==
          "2 × 4 register tiles, across panels, compiled for all sizes");
    CHECK(forward(5, 64, 64, machines::avx2) ==
          "6 × 2 register tiles, panel by panel, compiled for all sizes");
    CHECK(forward(1, 8, 1, machines::neon) == "a dot product a row");
    Hints any_width = layer;
    any_width.has_any_width = true;
    CHECK(forward(1, 8, 8, machines::avx512, any_width) == "one row in vectors of half the width");
    CHECK(forward(1, 8, 5, machines::avx512, any_width) == "one row in vectors of half the width");
    CHECK(forward(1, 8, 12, machines::avx512) == "one row in vectors of half the width"); // two of them
    CHECK(forward(1, 17, 12, machines::avx512) ==
          "7 × 1 register tiles of 4 sums each, panel by panel, compiled for these sizes");
}

TEST_CASE("choose: a weight gradient of few samples keeps them in registers, one of many is packed") {
    CHECK(weight_gradient(4, 784, 128, machines::avx2) ==
          "2 × 2 register tiles, samples in registers, compiled for all sizes");
    CHECK(weight_gradient(8, 784, 128, machines::avx512) ==
          "3 × 2 register tiles, samples in registers, compiled for all sizes");
    CHECK(weight_gradient(5, 784, 128, machines::avx2) ==
          "6 × 2 register tiles, panel by panel, compiled for all sizes");
    // The rows of a tile are inputs here.
    CHECK(weight_gradient(32, 3, 128, machines::avx2) ==
          "3 × 3 register tiles, across panels, compiled for all sizes");
    for (const Machine& machine : {machines::sse2, machines::avx2, machines::zen1})
        CHECK(weight_gradient(128, 784, 128, machine) ==
              "6 × 2 register tiles, both matrices packed, compiled for all sizes");
    for (const Machine& machine : {machines::avx512, machines::neon})
        CHECK(weight_gradient(128, 784, 128, machine) ==
              "12 × 2 register tiles, both matrices packed, compiled for all sizes");
    CHECK(weight_gradient(128, 784, 128, machines::scalar) ==
          "6 × 2 register tiles, panel by panel, 64 of the depth at a time, compiled for all sizes");
    CHECK(weight_gradient(32, 2048, 1024, machines::avx512) ==
          "12 × 2 register tiles, both matrices packed, result prefetched, compiled for all sizes");
    CHECK(weight_gradient(600, 64, 10, machines::avx512) ==
          "7 × 1 register tiles of 4 sums each, panel by panel, 512 of the depth at a time, compiled for all "
          "sizes");
}

TEST_CASE("choose: a row's sums are split as the matrix says, whatever the number of rows") {
    for (const Machine& machine : {machines::scalar, machines::sse2, machines::avx, machines::zen1,
                                   machines::avx2, machines::avx512, machines::neon, machines::neon32})
        for (std::size_t columns = 2; columns < 80; ++columns) {
            const std::size_t lanes = machine.lanes<float>();
            const std::size_t splits = column_kind(panels_of(columns, lanes), lanes, machine).splits;
            bool are_split = true;
            for (std::size_t rows = 1; rows < 40; ++rows)
                are_split =
                    are_split && choose(Product::forward, {rows, 100, columns}, sizeof(float), machine, layer)
                                         .tile.splits == splits;
            CHECK(are_split);
        }
}

TEST_CASE("choose: a tile has a row however few registers there are, and any depth has blocks") {
    Machine two = machines::scalar;
    two.registers = 2;
    CHECK(choose(Product::forward, {40, 100, 100}, sizeof(float), two, layer).tile.rows == 1);
    const std::size_t deepest = ~std::size_t{0};
    CHECK(choose(Product::forward, {40, deepest, 100}, sizeof(float), machines::avx2, layer).depth_block ==
          512);
}
