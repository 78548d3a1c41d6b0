#include "support/products.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

using namespace burin;

#if !defined(SCALARS)
#define SCALARS float, double
#endif

static_assert(kernels::tallest_tile(16, 2) == 6 && kernels::tallest_tile(32, 2) == 12);
static_assert(kernels::tallest_tile(16, 3) == 4 && kernels::tallest_tile(16, 1) == 8);
static_assert(kernels::tallest_addressed_tile(16, 2) == 6 && kernels::tallest_addressed_tile(32, 2) == 9);
static_assert(kernels::tallest_tile(16, 2, 2) == 3 && kernels::tallest_tile(16, 1, 4) == 3);
static_assert(kernels::choose_tile_rows(8, 6) == 4 && kernels::choose_tile_rows(128, 6) == 6);
static_assert(kernels::choose_tile_rows(32, 9) == 8 && kernels::choose_tile_rows(9, 9) == 9);

namespace {

/// Sums, vectors of the right matrix and a broadcast fit into the registers; tiles cover the rows exactly,
/// none flat.
constexpr bool tiles_are_sound(std::size_t registers) {
    for (std::size_t vectors = 1; vectors <= 3; ++vectors)
        for (std::size_t splits : {std::size_t{1}, kernels::choose_splits(vectors)})
            for (std::size_t tallest : {kernels::tallest_tile(registers, vectors, splits),
                                        kernels::tallest_addressed_tile(registers, vectors, splits)}) {
                if (tallest == 0 || tallest * vectors * splits + vectors + 1 > registers)
                    return false;
                for (std::size_t rows = 1; rows < 200; ++rows)
                    for (std::size_t left = rows; left > 0;) {
                        const std::size_t height = kernels::choose_tile_rows(left, tallest);
                        if (height == 0 || height > left || height > tallest ||
                            (rows >= tallest && 2 * height < tallest))
                            return false;
                        left -= height;
                    }
            }
    return true;
}
static_assert(tiles_are_sound(16) && tiles_are_sound(32));

template <class Scalar>
constexpr bool packs(std::size_t samples, std::size_t inputs, std::size_t outputs) {
    return kernels::choose(kernels::Product::weight_gradient, {inputs, samples, outputs}, sizeof(Scalar))
               .loops == kernels::Loops::packed;
}
static_assert(kernels::width<float> == 1 || kernels::width<float> > 16 || packs<float>(16, 784, 128));
static_assert(!packs<float>(15, 784, 128) && !packs<float>(128, 784, 10) && !packs<float>(128, 64, 64));

/// Every element of a matrix has a place of its own, there are no gaps, and no panel is narrower than a
/// vector or wider than three, unless the matrix is.
constexpr bool panels_are_sound(std::size_t lanes) {
    for (std::size_t columns = 1; columns < 70; ++columns) {
        const kernels::Panels panels = kernels::panels_of(columns, lanes);
        constexpr std::size_t rows = 3;
        bool taken[rows * 70] = {};
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c) {
                const std::size_t at = panels.index(rows, r, c);
                if (at >= rows * columns || taken[at])
                    return false;
                taken[at] = true;
            }
        std::size_t sum = 0;
        for (std::size_t p = 0; p < panels.count(); ++p) {
            sum += panels.columns(p);
            if (panels.columns(p) >= 3 * lanes || (columns >= lanes && panels.columns(p) < lanes))
                return false;
        }
        if (sum != columns)
            return false;
    }
    return true;
}
static_assert(panels_are_sound(1) && panels_are_sound(2) && panels_are_sound(4) && panels_are_sound(8) &&
              panels_are_sound(16));

template <class Scalar, std::size_t K, std::size_t N>
void check_all_rows() {
    for (std::size_t rows : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 11u, 12u, 13u, 17u, 32u})
        check_products(products<Scalar, K, N>, rows);
}

} // namespace

TEST_CASE_TEMPLATE("the three products of Dense agree with naive sums at every edge", Scalar, SCALARS) {
    constexpr std::size_t lanes = 8; // of AVX2 in float; the sizes are edges of narrower vectors too
    check_all_rows<Scalar, 1, 1>();
    check_all_rows<Scalar, 1, lanes + 1>();
    check_all_rows<Scalar, lanes + 1, 1>();
    check_all_rows<Scalar, 2, 2 * lanes>();
    check_all_rows<Scalar, 2, 7 * lanes + 3>();
    check_all_rows<Scalar, 16, 3>();
    check_all_rows<Scalar, lanes - 1, lanes>();
    check_all_rows<Scalar, lanes, 2 * lanes - 1>();
    check_all_rows<Scalar, 13, 17>();
    check_all_rows<Scalar, lanes, lanes>(); // half vectors of AVX-512, and of doubles
    check_all_rows<Scalar, lanes / 2, lanes / 2>();
    check_all_rows<Scalar, lanes / 2 + 2, lanes / 2>();
    check_all_rows<Scalar, lanes / 2, 1>();
    check_all_rows<Scalar, 135, 10 * lanes>();             // with 16 registers a row stays there in two parts
    check_products(products<Scalar, 67, 10 * lanes>, 100); // w is transposed
    check_products(products<Scalar, 30, 16 * lanes>, 40);  // or read again for each dozen samples
    check_all_rows<Scalar, 601, 12>();                     // deeper than a block
    check_all_rows<Scalar, 19, 8 * lanes>();               // three vectors of several panels, and two
    check_all_rows<Scalar, 33, 14 * lanes + 5>();          // columns left of groups
}

TEST_CASE_TEMPLATE("gradients of matrices with long rows agree with naive sums", Scalar, SCALARS) {
    check_products(products<Scalar, 700, 531>, 5);   // nothing is packed
    check_products(products<Scalar, 700, 531>, 20);  // the result streams; parts of blocks are left
    check_products(products<Scalar, 700, 531>, 141); // more samples than are packed at a time
    check_products(products<Scalar, 301, 147>, 141); // from the second-level cache
    check_products(products<Scalar, 528, 64>, 16);   // whole blocks and panels
    check_products(products<Scalar, 90, 293>, 8);    // w is read in parts by all samples
    check_products(products<Scalar, 90, 293>, 43);
    check_products(products<Scalar, 1100, 300>, 35); // and so many rows at a time
    check_products(products<Scalar, 576, 71>, 129);  // one sample more; the last panel is wider
}

TEST_CASE_TEMPLATE("samples in halves of vectors agree with naive sums", Scalar, SCALARS) {
    // Chosen on processors that compute halves only; it must be right on all that have them.
    if constexpr (kernels::this_machine.half_vectors) {
        constexpr std::size_t K = 43,
                              N = 83; // Twelve rows of w, four and three; a last panel wider than others.
        const auto w = random_numbers<Scalar>(K * N, 1);
        const auto stored = in_panels(w, K, N);
        const auto check = [&]<std::size_t Halves>(std::integral_constant<std::size_t, Halves>) {
            constexpr kernels::SampleLanes samples{.from = kernels::SampleLanes::From::buffer,
                                                   .vectors = Halves,
                                                   .lanes = kernels::width<Scalar> / 2,
                                                   .height = 12 / Halves,
                                                   .panels = kernels::panels<Scalar>(N).count(),
                                                   .prefetches_first = true,
                                                   .is_half = true};
            for (std::size_t rows = 1; rows <= samples.samples() + 1; ++rows) {
                INFO(Halves << " halves, rows " << rows);
                const auto x = random_numbers<Scalar>(rows * K, 2), dy = random_numbers<Scalar>(rows * N, 3);
                Guarded<Scalar> dx(x);
                const kernels::DenseGradient<Scalar> dense{
                    dy.data(), stored.data(), dx.data(), dx.data(), K, N, kernels::panels<Scalar>(N)};
                kernels::detail::input_gradient_in_lanes<samples>(dense, rows, 0, K, TimesActivation{});
                auto expected = naive<Scalar>(
                    rows, N, K, [&](auto r, auto d) { return dy[r * N + d]; },
                    [&](auto d, auto c) { return w[c * N + d]; });
                for (std::size_t i = 0; i < expected.size(); ++i)
                    expected[i] *= static_cast<double>(x[i]);
                check_close(dx.checked(), expected, sizeof(Scalar) == 8 ? 1e-13 : 1e-5);
            }
        };
        check(std::integral_constant<std::size_t, 2>{});
        check(std::integral_constant<std::size_t, 3>{});
    }
}

namespace {

template <std::size_t K, std::size_t N>
void check_that_rows_are_independent() {
    constexpr std::size_t rows = 19;
    const auto x = random_numbers<float>(rows * K, 1), w = random_numbers<float>(K * N, 2),
               bias = random_numbers<float>(N, 3);
    std::vector<float> together(rows * N), alone(rows * N);
    kernels::dense_forward<K, N, true>(x.data(), w.data(), bias.data(), together.data(), rows, PlusOne{});
    for (std::size_t r = 0; r < rows; ++r)
        kernels::dense_forward<K, N, true>(x.data() + r * K, w.data(), bias.data(), alone.data() + r * N, 1,
                                           PlusOne{});
    CHECK(together == alone);
}

} // namespace

TEST_CASE("a row's result depends on neither the number of rows nor its place") {
    check_that_rows_are_independent<23, 29>();
    check_that_rows_are_independent<11, 8>();
    check_that_rows_are_independent<60, 64>(); // a few rows in turn
    check_that_rows_are_independent<8, 1>();
}

namespace {

template <std::size_t K, std::size_t N>
void check_from_outside(std::size_t rows) {
    const auto x = random_numbers<float>(rows * K, 1), w = random_numbers<float>(K * N, 2),
               bias = random_numbers<float>(N, 3);
    std::vector<float> from_cache(rows * N), from_outside(rows * N);
    kernels::dense_forward<K, N, true>(x.data(), w.data(), bias.data(), from_cache.data(), rows, PlusOne{});
    kernels::dense_forward<K, N, true, false, true>(x.data(), w.data(), bias.data(), from_outside.data(),
                                                    rows, PlusOne{});
    CHECK(from_outside == from_cache);
}

} // namespace

TEST_CASE("where samples come from is no part of the result") {
    check_from_outside<150, 64>(33);
    check_from_outside<150, 71>(40);
    check_from_outside<150, 16>(70);   // fewer columns than a panel has with AVX-512
    check_from_outside<150, 64>(5);    // fewer rows than are prefetched
    check_from_outside<1100, 70>(35);  // deeper than a block
    check_from_outside<1100, 300>(35); // the matrix streams
}

TEST_CASE("transpose") {
    for (std::size_t rows : {1u, 3u, 4u, 5u, 8u, 11u})
        for (std::size_t columns : {1u, 2u, 7u, 8u, 13u}) {
            const auto from = random_numbers<float>(rows * (columns + 3), 1);
            std::vector<float> to(columns * (rows + 2), -1.0f);
            kernels::transpose(rows, columns, from.data(), columns + 3, to.data(), rows + 2);
            for (std::size_t c = 0; c < columns; ++c) {
                for (std::size_t r = 0; r < rows; ++r)
                    CHECK(to[c * (rows + 2) + r] == from[r * (columns + 3) + c]);
                CHECK(to[c * (rows + 2) + rows] == -1.0f);
            }
        }
}
