#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/images/image_shape.hpp"
#include "burin/data/images/view.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace burin::data::images {

/// How values between pixels are made. Pixels are squares, whose middles lie at ½, 1½, …
enum class Interpolation : std::uint8_t {
    nearest,  ///< The pixel that the point lies in: torch's `nearest-exact`, Pillow's NEAREST.
    bilinear, ///< Of 2 × 2 pixels.
    area,     ///< The mean of the pixels that are touched: torch's `area`.
    bicubic   ///< Of 4 × 4 pixels, by Keys' kernel; may exceed the values' range.
};

struct ResizeOptions {
    Interpolation interpolation = Interpolation::bilinear;
    /// Widens the kernel where the image becomes smaller, so that every pixel counts (bilinear and bicubic).
    bool antialias = true;
};

namespace detail {

constexpr double filter(Interpolation interpolation, bool antialias, double x) noexcept {
    x = x < 0 ? -x : x;
    if (interpolation == Interpolation::bilinear)
        return x < 1 ? 1 - x : 0;
    // torch has two cubic kernels: Pillow's with antialiasing, OpenCV's without.
    const double a = antialias ? -0.5 : -0.75;
    if (x < 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/// Which pixels of one axis make pixel `at` of the other extent, before those beyond the edge are set to it.
struct Taps {
    double centre = 0, scale = 1;
    std::ptrdiff_t first = 0;
    std::size_t count = 1;
    bool divides = false; ///< Whether weights are divided by their sum.
};

constexpr std::ptrdiff_t whole_below(double x) noexcept {
    const auto towards_zero = static_cast<std::ptrdiff_t>(x);
    return static_cast<double>(towards_zero) > x ? towards_zero - 1 : towards_zero;
}

constexpr Taps taps(std::size_t in, std::size_t out, std::size_t at, const ResizeOptions& options) noexcept {
    const double scale = static_cast<double>(in) / static_cast<double>(out);
    const double centre =
        (static_cast<double>(at) + 0.5) * static_cast<double>(in) / static_cast<double>(out);
    switch (options.interpolation) {
    case Interpolation::nearest:
        return {0, 1, static_cast<std::ptrdiff_t>((2 * at + 1) * in / (2 * out)), 1, false};
    case Interpolation::area: {
        const std::size_t first = at * in / out, last = ((at + 1) * in + out - 1) / out;
        return {0, 1, static_cast<std::ptrdiff_t>(first), last - first, true};
    }
    case Interpolation::bilinear:
    case Interpolation::bicubic:
        break;
    }
    const double reach = options.interpolation == Interpolation::bilinear ? 1 : 2;
    if (!options.antialias) {
        const std::ptrdiff_t first = whole_below(centre - 0.5) - (reach > 1 ? 1 : 0);
        return {centre, 1, first, reach > 1 ? 4u : 2u, false};
    }
    const double widened = scale > 1 ? scale : 1;
    const auto extent = static_cast<std::ptrdiff_t>(in);
    std::ptrdiff_t first = static_cast<std::ptrdiff_t>(centre - reach * widened + 0.5);
    std::ptrdiff_t last = static_cast<std::ptrdiff_t>(centre + reach * widened + 0.5);
    first = first > 0 ? first : 0;
    last = last < extent ? last : extent;
    return {centre, 1 / widened, first, static_cast<std::size_t>(last - first), true};
}

/// The most pixels of one axis that one pixel is made of.
constexpr std::size_t tap_count(std::size_t in, std::size_t out, const ResizeOptions& options) noexcept {
    std::size_t most = 1;
    for (std::size_t at = 0; at < out; ++at) {
        const std::size_t count = taps(in, out, at, options).count;
        most = count > most ? count : most;
    }
    return most < in ? most : in;
}

/// Fills `first[out]` and `weights[out][count]`.
template <class T>
constexpr void fill_weights(std::size_t in, std::size_t out, const ResizeOptions& options, std::size_t count,
                            std::uint32_t* first, T* weights) noexcept {
    for (std::size_t at = 0; at < out; ++at) {
        const Taps found = taps(in, out, at, options);
        const auto last_first = static_cast<std::ptrdiff_t>(in - count);
        const std::ptrdiff_t from = found.first < 0 ? 0 : found.first < last_first ? found.first : last_first;
        first[at] = static_cast<std::uint32_t>(from);
        T* const row = weights + at * count;
        for (std::size_t k = 0; k < count; ++k)
            row[k] = T(0);
        const auto weight_of = [&](std::ptrdiff_t index) {
            if (options.interpolation == Interpolation::nearest ||
                options.interpolation == Interpolation::area)
                return 1.0;
            return filter(options.interpolation, options.antialias,
                          (static_cast<double>(index) + 0.5 - found.centre) * found.scale);
        };
        double sum = 0;
        for (std::size_t k = 0; k < found.count; ++k)
            sum += weight_of(found.first + static_cast<std::ptrdiff_t>(k));
        for (std::size_t k = 0; k < found.count; ++k) {
            const std::ptrdiff_t index = found.first + static_cast<std::ptrdiff_t>(k);
            const std::ptrdiff_t last = static_cast<std::ptrdiff_t>(in) - 1;
            const std::ptrdiff_t inside = index < 0 ? 0 : index > last ? last : index;
            row[inside - from] += static_cast<T>(weight_of(index) / (found.divides ? sum : 1.0));
        }
    }
}

template <class T>
struct AxisWeights {
    const std::uint32_t* first;
    const T* weights;
    std::size_t count;
};

/// What has weight 0 does not count, whatever its value.
template <class T>
constexpr void resize(View<const T> in, View<T> out, AxisWeights<T> rows, AxisWeights<T> columns) noexcept {
    for (std::size_t y = 0; y < out.height; ++y)
        for (std::size_t x = 0; x < out.width; ++x) {
            T* const to = out.pixel(y, x);
            for (std::size_t c = 0; c < out.channels; ++c)
                to[c] = T(0);
            for (std::size_t i = 0; i < rows.count; ++i) {
                const T vertical = rows.weights[y * rows.count + i];
                if (vertical == T(0))
                    continue;
                for (std::size_t j = 0; j < columns.count; ++j) {
                    const T weight = vertical * columns.weights[x * columns.count + j];
                    if (weight == T(0))
                        continue;
                    const T* const from = in.pixel(rows.first[y] + i, columns.first[x] + j);
                    for (std::size_t c = 0; c < out.channels; ++c)
                        to[c] += weight * from[c];
                }
            }
        }
}

/// The weights of an axis as a constant.
template <class T, std::size_t In, std::size_t Out, ResizeOptions Options>
struct ConstantWeights {
    static constexpr std::size_t count = tap_count(In, Out, Options);
    std::array<std::uint32_t, Out> first{};
    std::array<T, Out * count> weights{};

    static constexpr ConstantWeights made() noexcept {
        ConstantWeights result;
        fill_weights(In, Out, Options, count, result.first.data(), result.weights.data());
        return result;
    }
};
template <class T, std::size_t In, std::size_t Out, ResizeOptions Options>
inline constexpr auto constant_weights = ConstantWeights<T, In, Out, Options>::made();

} // namespace detail

/// A stage of a Pipeline: `[height, width]` or `[height, width, channels]` in another size, Height × Width.
///
///     using Preparation = data::Pipeline<Input<32, 32, 3>, images::Resize<28, 28>, images::Grey>;
///
/// Equal torch's `interpolate` (nearest-exact, bilinear and bicubic with and without antialias, area). The
/// weights are constants of the program: on a device they take (Height · taps + Width · taps) values of
/// flash. NaN reaches the pixels that it is a part of, and no other.
template <std::size_t Height, std::size_t Width, ResizeOptions Options = ResizeOptions{}>
struct Resize {
    static_assert(Height > 0 && Width > 0, "images::Resize: expected a height and width of at least 1");

    static constexpr Text<64> name() {
        // All that a saved pipeline must agree in.
        constexpr const char* kinds[] = {"nearest", "bilinear", "area", "bicubic"};
        Text<64> text("images::Resize<");
        text.append(Height).append(", ").append(Width);
        if (Options.interpolation != Interpolation::bilinear)
            text.append(", ").append(kinds[static_cast<std::size_t>(Options.interpolation)]);
        return text.append(Options.antialias ? ">" : ", no antialias>");
    }
    static constexpr Sentence problem(Shape input) { return image_problem(input); }
    static constexpr Shape output_shape(Shape input) { return with_extents(input, Height, Width); }

    template <Shape In, std::floating_point Scalar>
    struct Fitted {
        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            constexpr auto& rows = detail::constant_weights<Scalar, In[0], Height, Options>;
            constexpr auto& columns = detail::constant_weights<Scalar, In[1], Width, Options>;
            detail::resize<Scalar>(view_of<In>(in), view_of<output_shape(In)>(out),
                                   {rows.first.data(), rows.weights.data(), rows.count},
                                   {columns.first.data(), columns.weights.data(), columns.count});
        }
    };
};

} // namespace burin::data::images
