#pragma once

#include "burin/kernels/channels.hpp"
#include "burin/kernels/resize_axis.hpp"
#include "burin/kernels/sweep.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace burin::kernels {

// Axis by axis: first each line that is needed is resized, then lines are mixed. Lines that the next line of
// the output needs too are kept.

/// Elements that resizing works with.
constexpr std::size_t resize_scratch(const Resizing& r) {
    return r.lines() > 1 ? r.lines() * r.output_line() : 0;
}

namespace detail {

/// y = one line, resized.
template <Resizing R, class Scalar>
void resize_line(const Scalar* x, Scalar* y) noexcept {
    constexpr auto& columns = resize_taps<R.axes[2], Scalar>;
    if constexpr (R.axes[2].is_same()) {
        std::copy_n(x, R.output_line(), y);
    } else if constexpr (R.axes[2].taps() == 1) {
        for (const auto& column : columns)
            y = std::copy_n(x + column.at[0] * R.channels, R.channels, y);
    } else {
        for (const auto& column : columns) {
            for_each_channels<R.channels, Scalar>([&](std::size_t c, auto channels) {
                Vector<Scalar> sum =
                    channels.load(x + column.at[0] * R.channels + c) * Vector<Scalar>(column.weights[0]);
                for (std::size_t k = 1; k < R.axes[2].taps(); ++k)
                    sum = sum + channels.load(x + column.at[k] * R.channels + c) *
                                    Vector<Scalar>(column.weights[k]);
                channels.store(y + c, sum);
            });
            y += R.channels;
        }
    }
}

/// dx += what the gradient of the resized line is for the line.
template <Resizing R, class Scalar>
void resize_line_gradient(const Scalar* dy, Scalar* dx) noexcept {
    for (const auto& column : resize_taps<R.axes[2], Scalar>) {
        for (std::size_t k = 0; k < R.axes[2].taps(); ++k)
            for_each_channels<R.channels, Scalar>([&](std::size_t c, auto channels) {
                Scalar* const to = dx + column.at[k] * R.channels + c;
                channels.store(to,
                               channels.load(to) + channels.load(dy + c) * Vector<Scalar>(column.weights[k]));
            });
        dy += R.channels;
    }
}

/// Calls f(line of the output, its planes, its rows) for each line of a sample.
template <Resizing R, class Scalar, class Function>
void for_each_line(const Function& f) noexcept {
    std::size_t line = 0;
    for (const auto& planes : resize_taps<R.axes[0], Scalar>)
        for (const auto& rows : resize_taps<R.axes[1], Scalar>)
            f(line++, planes, rows);
}

/// y = Σ lines · weights
template <class Scalar, std::size_t Count>
[[gnu::always_inline]] inline void mix_lines(std::size_t size, const std::array<const Scalar*, Count>& lines,
                                             const std::array<Scalar, Count>& weights, Scalar* y) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const std::array<Vector<Scalar>, Count> factors{Vector<Scalar>(weights[I])...};
        map<Scalar>(size, y, [=](auto... values) { return ((values * factors[I]) + ...); }, lines[I]...);
    }(std::make_index_sequence<Count>{});
}

/// The lines that are kept, each with the number of that of the input which it is of.
template <std::size_t Count>
struct KeptLines {
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::array<std::size_t, Count> numbers{};

    KeptLines() noexcept { numbers.fill(none); }
};

/// Where a line is kept: lines that are needed at once have different places.
template <Resizing R>
constexpr std::size_t place_of_line(std::size_t plane, std::size_t row) noexcept {
    return plane % R.axes[0].taps() * R.axes[1].taps() + row % R.axes[1].taps();
}

} // namespace detail

/// y = x in another size.
template <Resizing R, class Scalar>
void resize(const Scalar* x, Scalar* y, std::size_t rows, Scalar* scratch) noexcept {
    constexpr std::size_t size = R.output_line();
    for (std::size_t sample = 0; sample < rows; ++sample, x += R.input_size(), y += R.output_size()) {
        detail::KeptLines<R.lines()> kept;
        detail::for_each_line<R, Scalar>([&](std::size_t line, const auto& of_planes, const auto& of_rows) {
            Scalar* const to = y + line * size;
            const auto number = [&](std::size_t i, std::size_t j) {
                return of_planes.at[i] * R.axes[1].input + of_rows.at[j];
            };
            if constexpr (R.lines() == 1) {
                if (kept.numbers[0] == number(0, 0))
                    std::copy_n(to - size, size, to);
                else
                    detail::resize_line<R>(x + number(0, 0) * R.input_line(), to);
                kept.numbers[0] = number(0, 0);
            } else {
                std::array<const Scalar*, R.lines()> lines{};
                std::array<Scalar, R.lines()> weights{};
                std::size_t count = 0;
                for (std::size_t i = 0; i < of_planes.at.size(); ++i)
                    for (std::size_t j = 0; j < of_rows.at.size(); ++j, ++count) {
                        const std::size_t place = detail::place_of_line<R>(of_planes.at[i], of_rows.at[j]);
                        Scalar* const resized = scratch + place * size;
                        if (kept.numbers[place] != number(i, j))
                            detail::resize_line<R>(x + number(i, j) * R.input_line(), resized);
                        kept.numbers[place] = number(i, j);
                        lines[count] = resized;
                        weights[count] = of_planes.weights[i] * of_rows.weights[j];
                    }
                detail::mix_lines(size, lines, weights, to);
            }
        });
    }
}

/// dx = the gradient of x.
template <Resizing R, class Scalar>
void resize_gradient(const Scalar* dy, Scalar* dx, std::size_t rows, Scalar* scratch) noexcept {
    constexpr std::size_t size = R.output_line();
    std::fill_n(dx, rows * R.input_size(), Scalar(0));
    for (std::size_t sample = 0; sample < rows; ++sample, dx += R.input_size(), dy += R.output_size()) {
        detail::KeptLines<R.lines()> kept;
        const auto give_back = [&](std::size_t place) {
            if (kept.numbers[place] != kept.none)
                detail::resize_line_gradient<R>(static_cast<const Scalar*>(scratch + place * size),
                                                dx + kept.numbers[place] * R.input_line());
        };
        detail::for_each_line<R, Scalar>([&](std::size_t line, const auto& of_planes, const auto& of_rows) {
            const Scalar* const from = dy + line * size;
            const auto number = [&](std::size_t i, std::size_t j) {
                return of_planes.at[i] * R.axes[1].input + of_rows.at[j];
            };
            if constexpr (R.lines() == 1) {
                detail::resize_line_gradient<R>(from, dx + number(0, 0) * R.input_line());
            } else {
                for (std::size_t i = 0; i < of_planes.at.size(); ++i)
                    for (std::size_t j = 0; j < of_rows.at.size(); ++j) {
                        const std::size_t place = detail::place_of_line<R>(of_planes.at[i], of_rows.at[j]);
                        Scalar* const sum = scratch + place * size;
                        if (kept.numbers[place] != number(i, j)) {
                            give_back(place);
                            std::fill_n(sum, size, Scalar(0));
                            kept.numbers[place] = number(i, j);
                        }
                        const Vector<Scalar> weight(of_planes.weights[i] * of_rows.weights[j]);
                        map<Scalar>(
                            size, sum, [=](auto all, auto value) { return all + value * weight; },
                            static_cast<const Scalar*>(sum), from);
                    }
            }
        });
        if constexpr (R.lines() > 1)
            for (std::size_t place = 0; place < R.lines(); ++place)
                give_back(place);
    }
}

} // namespace burin::kernels
