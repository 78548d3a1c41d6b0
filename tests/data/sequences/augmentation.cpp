#include "burin/data/sequences/augmentation.hpp"

#include "reference/sequences.hpp"
#include "support/check_same.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace burin;
using namespace data::sequences;
namespace expected = reference::sequences;

namespace {

constexpr std::size_t steps = 33, channels = 2;
using Sample = std::array<double, steps * channels>;

/// A line, and one that falls half as steeply.
Sample lines() {
    Sample sample{};
    for (std::size_t step = 0; step < steps; ++step) {
        sample[2 * step] = static_cast<double>(step);
        sample[2 * step + 1] = -0.5 * static_cast<double>(step);
    }
    return sample;
}

Sample changed(const auto& change, const RandomStream& stream, Sample sample = lines()) {
    change.template apply<steps, channels>(sample.data(), stream);
    return sample;
}

constexpr RandomStream stream{3, Purpose::augmentation};

/// A batch as `fit` gives it.
struct Batch {
    static constexpr std::array<Shape, 1> input_shapes{Shape(steps, channels)};
    std::array<std::span<double>, 1> inputs;
    std::size_t rows;
};

} // namespace

TEST_CASE("smooth: the cubic through the knots whose slopes are those of their neighbours, as scipy's") {
    std::array<double, 5> knots{};
    std::copy(std::begin(expected::knots), std::end(expected::knots), knots.begin());
    std::vector<double> found;
    for (std::size_t step = 0; step < 17; ++step)
        found.push_back(data::sequences::detail::smooth(knots, step, 17));
    check_same(found, expected::smooth, 1e-14);
}

TEST_CASE("Jitter: noise of the deviation, on every number") {
    double sum = 0, squares = 0;
    for (std::uint32_t i = 0; i < 40; ++i) {
        const Sample noisy = changed(Jitter{.deviation = 0.5}, {i, Purpose::augmentation}, Sample{});
        for (const double x : noisy) {
            sum += x;
            squares += x * x;
        }
    }
    const double count = 40.0 * steps * channels;
    CHECK(std::abs(sum / count) < 0.03);
    CHECK(std::abs(std::sqrt(squares / count) - 0.5) < 0.02);
}

TEST_CASE("Scale, MagnitudeWarp: factors for each channel, one or a curve") {
    const Sample before = lines(), scaled = changed(Scale{}, stream),
                 warped = changed(MagnitudeWarp<>{}, stream);
    for (std::size_t step = 2; step < steps; ++step)
        for (std::size_t c = 0; c < channels; ++c)
            CHECK(scaled[2 * step + c] / before[2 * step + c] ==
                  doctest::Approx(scaled[2 + c] / before[2 + c]));
    CHECK(scaled[2] / before[2] != doctest::Approx(scaled[3] / before[3]));
    double largest = 0, turn = 0;
    for (std::size_t step = 1; step + 1 < steps; ++step) {
        const auto factor = [&](std::size_t i) { return warped[2 * i] / before[2 * i]; };
        largest = std::max(largest, std::abs(factor(step) - 1));
        turn = std::max(turn, std::abs(factor(step + 1) - factor(step)));
    }
    CHECK(largest > 0.05);
    CHECK(turn < 0.15);
}

TEST_CASE("TimeWarp, WindowSlice: the same series, elsewhere in time") {
    const Sample warped = changed(TimeWarp<>{}, stream), sliced = changed(WindowSlice{.share = 0.5}, stream);
    CHECK(warped[0] == 0);
    CHECK(warped[2 * steps - 2] == doctest::Approx(steps - 1));
    CHECK(sliced[2 * steps - 2] - sliced[0] == doctest::Approx((steps - 1) / 2.0));
    for (const Sample& sample : {warped, sliced}) {
        CHECK(sample != lines());
        for (std::size_t step = 0; step < steps; ++step) {
            CHECK(sample[2 * step + 1] == doctest::Approx(-0.5 * sample[2 * step])); // Channels run alike.
            CHECK((step == 0 || sample[2 * step] > sample[2 * step - 2]));
            CHECK((sample[2 * step] >= 0 && sample[2 * step] <= steps - 1 + 1e-9));
        }
    }
    // Nothing drawn, nothing changed.
    const Sample same = changed(TimeWarp<>{.deviation = 0}, stream),
                 whole = changed(WindowSlice{.share = 1}, stream);
    check_same(same, lines(), 1e-13);
    check_same(whole, lines(), 1e-13);
}

TEST_CASE("augmentation: one step, and one channel in floats") {
    std::array<float, 1> one{2};
    TimeWarp<>{}.apply<1, 1>(one.data(), stream);
    WindowSlice{}.apply<1, 1>(one.data(), stream);
    CHECK(one[0] == 2);
    MagnitudeWarp<1>{.deviation = 0}.apply<1, 1>(one.data(), stream);
    CHECK(one[0] == 2);
}

TEST_CASE("Compose: each change, sample and batch draws for itself, and the same again") {
    const Compose both{Scale{}, TimeWarp<>{}};
    CHECK(changed(both, stream) == changed(both, stream));
    CHECK(changed(both, stream) != changed(both, {4, Purpose::augmentation}));
    CHECK(changed(Compose{Scale{}, Jitter{.deviation = 0}}, stream) == changed(Compose{Scale{}}, stream));
    std::vector<double> values;
    for (int row = 0; row < 2; ++row)
        for (const double x : lines())
            values.push_back(x);
    Batch batch{{std::span(values)}, 2};
    both(batch, stream);
    for (std::size_t row = 0; row < 2; ++row) {
        const Sample alone = changed(both, stream_of(stream, row));
        CHECK(std::equal(alone.begin(), alone.end(),
                         values.begin() + static_cast<std::ptrdiff_t>(row * alone.size())));
    }
    Sample sample = lines();
    both.of<steps, channels>()(std::span<double>(sample), stream);
    CHECK(sample == changed(both, stream));
    CHECK(Compose<Jitter>::Examined<Batch>::problem.empty());
}
