// What moves pixels: against torchvision in double, on plain memory.

#include "burin/data/images/affine.hpp"
#include "burin/data/images/crop.hpp"
#include "burin/data/images/flip.hpp"
#include "burin/data/images/projection.hpp"
#include "burin/data/images/resize.hpp"

#include "reference/images.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace images = burin::data::images;
namespace reference_images = reference::images;
using images::Border;
using images::Direction;
using images::Interpolation;
using images::Point;
using images::Projection;
using images::ResizeOptions;
using images::View;

namespace {

using In = View<const double>;

constexpr In grey{reference_images::grey, 7, 5, 1}, colour{reference_images::colour, 7, 5, 3},
    eight{reference_images::eight, 8, 8, 3};

template <class Make>
std::vector<double> made(std::size_t height, std::size_t width, std::size_t channels, Make make) {
    std::vector<double> values(height * width * channels, -77.0);
    make(View<double>{values.data(), height, width, channels});
    return values;
}

void check(const char* what, const std::vector<double>& values, std::span<const double> expected,
           double tolerance = 5e-9) {
    CAPTURE(what);
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(i);
        CHECK(std::abs(values[i] - expected[i]) <= tolerance);
    }
}

std::vector<double> resized(In in, std::size_t height, std::size_t width, ResizeOptions options) {
    const std::size_t down = images::detail::tap_count(in.height, height, options);
    const std::size_t across = images::detail::tap_count(in.width, width, options);
    std::vector<std::uint32_t> rows(height), columns(width);
    std::vector<double> row_weights(height * down), column_weights(width * across);
    images::detail::fill_weights(in.height, height, options, down, rows.data(), row_weights.data());
    images::detail::fill_weights(in.width, width, options, across, columns.data(), column_weights.data());
    return made(height, width, in.channels, [&](View<double> out) {
        images::detail::resize<double>(in, out, {rows.data(), row_weights.data(), down},
                                       {columns.data(), column_weights.data(), across});
    });
}

} // namespace

TEST_CASE("resize: equals torch to 5e-9, smaller, larger and both") {
    const auto check_all = [](std::size_t height, std::size_t width, std::span<const double> nearest,
                              std::span<const double> area, std::span<const double> bilinear,
                              std::span<const double> bilinear_antialias, std::span<const double> bicubic,
                              std::span<const double> bicubic_antialias) {
        CAPTURE(height);
        check("nearest", resized(grey, height, width, {Interpolation::nearest}), nearest);
        check("area", resized(grey, height, width, {Interpolation::area}), area);
        check("bilinear", resized(grey, height, width, {Interpolation::bilinear, false}), bilinear);
        check("bilinear, antialias", resized(grey, height, width, {Interpolation::bilinear}),
              bilinear_antialias);
        check("bicubic", resized(grey, height, width, {Interpolation::bicubic, false}), bicubic);
        check("bicubic, antialias", resized(grey, height, width, {Interpolation::bicubic}),
              bicubic_antialias);
    };
    namespace r = reference::images;
    check_all(3, 2, r::nearest_3x2, r::area_3x2, r::bilinear_3x2, r::bilinear_antialias_3x2, r::bicubic_3x2,
              r::bicubic_antialias_3x2);
    check_all(11, 13, r::nearest_11x13, r::area_11x13, r::bilinear_11x13, r::bilinear_antialias_11x13,
              r::bicubic_11x13, r::bicubic_antialias_11x13);
    check_all(4, 9, r::nearest_4x9, r::area_4x9, r::bilinear_4x9, r::bilinear_antialias_4x9, r::bicubic_4x9,
              r::bicubic_antialias_4x9);
    check("colour", resized(colour, 3, 4, {}), r::bilinear_colour);
}

TEST_CASE("resize: one pixel, one row and the same size") {
    const double one[] = {0.3};
    for (const Interpolation each :
         {Interpolation::nearest, Interpolation::bilinear, Interpolation::area, Interpolation::bicubic})
        for (const bool antialias : {false, true}) {
            for (const double value : resized({one, 1, 1, 1}, 3, 7, {each, antialias}))
                CHECK(value == doctest::Approx(0.3).epsilon(1e-12));
            check("same", resized(grey, 7, 5, {each, antialias}), reference_images::grey, 1e-15);
            const auto row = resized({reference_images::grey, 1, 31, 1}, 1, 13, {each, antialias});
            const auto column = resized({reference_images::grey, 31, 1, 1}, 13, 1, {each, antialias});
            CHECK(row == column);
            CHECK(resized({reference_images::grey, 1, 35, 1}, 1, 1, {each, antialias}).size() == 1);
        }
}

TEST_CASE("resize: NaN stays where it is") {
    std::vector<double> values(64, 0.5);
    values[3 * 8 + 3] = std::numeric_limits<double>::quiet_NaN();
    for (const Interpolation each :
         {Interpolation::nearest, Interpolation::bilinear, Interpolation::area, Interpolation::bicubic}) {
        const auto smaller = resized({values.data(), 8, 8, 1}, 4, 4, {each, false});
        for (std::size_t i = 0; i < 16; ++i) {
            const bool near = i / 4 <= 2 && i % 4 <= 2;
            CHECK((near || std::isfinite(smaller[i])));
        }
        // The same size is the same picture.
        const auto same = resized({values.data(), 8, 8, 1}, 8, 8, {each, false});
        for (std::size_t i = 0; i < 64; ++i)
            CHECK(std::isnan(same[i]) == (i == 27));
    }
}

TEST_CASE("window: crops, pads and mirrors as torch") {
    const auto padded = [](Border border) {
        return made(12, 10, 1, [&](View<double> out) { images::window(grey, out, -4, -2, border, 0.25); });
    };
    check("reflect", padded(Border::reflect), reference_images::reflected);
    check("edge", padded(Border::edge), reference_images::replicated);
    const auto constant = padded(Border::constant);
    CHECK(constant[0] == 0.25);
    CHECK(constant[4 * 10 + 2] == reference_images::grey[0]);
    const auto part = made(2, 3, 3, [](View<double> out) { images::window(colour, out, 4, 1); });
    for (std::size_t i = 0; i < 9; ++i) {
        CHECK(part[i] == colour.pixel(4, 1)[i]);
        CHECK(part[9 + i] == colour.pixel(5, 1)[i]);
    }
    // More mirrors than one, and nothing to mirror.
    const double row[] = {1, 2, 3};
    CHECK(made(1, 11, 1, [&](View<double> out) {
              images::window<double>({row, 1, 3, 1}, out, 0, -4, Border::reflect);
          }) == std::vector<double>{1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3});
    CHECK(made(3, 3, 1, [&](View<double> out) {
              images::window<double>({row, 1, 1, 1}, out, -1, -1, Border::reflect);
          }) == std::vector<double>(9, 1.0));
}

TEST_CASE("flip: as torchvision, and twice it is the same") {
    const auto flipped = [](In in, Direction direction) {
        return made(in.height, in.width, in.channels,
                    [&](View<double> out) { images::flip(in, out, direction); });
    };
    const auto across = flipped(colour, Direction::horizontal), down = flipped(colour, Direction::vertical);
    check("horizontally", across, reference_images::flipped_horizontally);
    check("vertically", down, reference_images::flipped_vertically);
    check("twice", flipped({across.data(), 7, 5, 3}, Direction::horizontal), reference_images::colour, 0);
}

TEST_CASE("warp: rotation, affine maps and perspective equal torchvision to 1e-6") {
    const auto warped = [](In in, const Projection& forward, Interpolation interpolation) {
        return made(in.height, in.width, in.channels,
                    [&](View<double> out) { images::warp(in, out, forward.inverted(), interpolation, 0.0); });
    };
    using images::Affine;
    // torchvision makes its grids in float.
    check("rotated",
          warped(colour, images::projection_of(Affine{.degrees = 25}, 7, 5), Interpolation::bilinear),
          reference_images::rotated, 1e-6);
    check("rotated, nearest",
          warped(eight, images::projection_of(Affine{.degrees = 33}, 8, 8), Interpolation::nearest),
          reference_images::rotated_nearest);
    check("affine",
          warped(eight,
                 images::projection_of(
                     Affine{.degrees = 20, .right = 1, .down = 2, .scale = 0.8, .shear_x = 10, .shear_y = -5},
                     8, 8),
                 Interpolation::bilinear),
          reference_images::affine, 1e-6);
    const std::array<Point, 4> start{{{0, 0}, {8, 0}, {8, 8}, {0, 8}}},
        end{{{1, 0.5}, {7.5, 1}, {7, 6.5}, {0.25, 8}}};
    check("perspective", warped(eight, Projection::of_points(start, end), Interpolation::bilinear),
          reference_images::perspective, 1e-6);
    check("displaced",
          made(8, 8, 3,
               [](View<double> out) {
                   images::warp(eight, out, [](Point p) {
                       const auto at =
                           (static_cast<std::size_t>(p.y) * 8 + static_cast<std::size_t>(p.x)) * 2;
                       return Point{p.x + reference_images::moves[at], p.y + reference_images::moves[at + 1]};
                   });
               }),
          reference_images::displaced, 1e-6);
}

TEST_CASE("warp: a quarter turn and whole moves lose nothing") {
    const auto turn = images::projection_of(images::Affine{.degrees = 90}, 8, 8);
    for (const Interpolation each : {Interpolation::nearest, Interpolation::bilinear}) {
        std::vector<double> now(eight.values, eight.values + eight.size());
        for (int i = 0; i < 4; ++i)
            now = made(8, 8, 3, [&](View<double> out) {
                images::warp<double>({now.data(), 8, 8, 3}, out, turn.inverted(), each);
            });
        check("four quarters", now, reference_images::eight, 1e-12);
    }
    std::vector<double> values(9, 0.5);
    values[4] = std::numeric_limits<double>::quiet_NaN();
    const auto moved = made(3, 3, 1, [&](View<double> out) {
        images::warp<double>({values.data(), 3, 3, 1}, out, Projection::translation(1, 0),
                             Interpolation::bilinear, 0.25);
    });
    for (std::size_t i = 0; i < 9; ++i)
        CHECK((i == 3 ? std::isnan(moved[i]) : moved[i] == (i % 3 == 2 ? 0.25 : 0.5)));
}

TEST_CASE("Projection: of four points, inverted, and where there is none") {
    const std::array<Point, 4> from{{{0, 0}, {4, 0}, {4, 3}, {0, 3}}}, to{{{1, 0}, {3, 1}, {4, 4}, {0, 2}}};
    const Projection there = Projection::of_points(from, to), back = there.inverted();
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(there(from[i]).x == doctest::Approx(to[i].x));
        CHECK(back(to[i]).y == doctest::Approx(from[i].y));
        CHECK(there.then(back)(from[i]).x == doctest::Approx(from[i].x));
    }
    const std::array<Point, 4> line{{{0, 0}, {1, 0}, {2, 0}, {3, 0}}};
    const auto none = made(8, 8, 3, [&](View<double> out) {
        images::warp(eight, out, Projection::of_points(line, to).inverted(), Interpolation::bilinear, 0.125);
    });
    CHECK(none == std::vector<double>(192, 0.125));
}
