#include "support/products.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <utility>

using namespace burin;

namespace {

/// Extents up to two vectors and one: all of them where EVERY_EXTENT is defined and they are not hundreds of
/// programs, else those about whole vectors.
template <class Scalar>
constexpr auto extents = [] {
    constexpr std::size_t lanes = kernels::width<Scalar>, most = 2 * lanes + 1;
    const auto is_edge = [](std::size_t extent) {
#if defined(EVERY_EXTENT)
        if (lanes * sizeof(Scalar) <= 32)
            return true;
#endif
        return extent <= 2 || (extent + 1) % lanes <= 2;
    };
    constexpr std::size_t count = [&] {
        std::size_t edges = 0;
        for (std::size_t extent = 1; extent <= most; ++extent)
            edges += is_edge(extent);
        return edges;
    }();
    std::array<std::size_t, count> all{};
    for (std::size_t extent = 1, i = 0; extent <= most; ++extent)
        if (is_edge(extent))
            all[i++] = extent;
    return all;
}();

template <class Scalar, std::size_t K, std::size_t... N>
void check_every_output_count(std::index_sequence<N...>) {
    for (const std::size_t rows : extents<Scalar>)
        (check_products(products<Scalar, K, extents<Scalar>[N]>, rows), ...);
}

} // namespace

TEST_CASE_TEMPLATE("the three products of Dense agree with naive sums in every extent", Scalar, float,
                   double) {
    constexpr auto places = std::make_index_sequence<extents<Scalar>.size()>{};
    [&]<std::size_t... K>(std::index_sequence<K...>) {
        (check_every_output_count<Scalar, extents<Scalar>[K]>(places), ...);
    }(places);
}
