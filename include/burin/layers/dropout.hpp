#pragma once

#include "burin/core/number.hpp"
#include "burin/core/random.hpp"
#include "burin/layers/random_factors.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace burin {

/// In training each element is multiplied by 0 with probability Rate (what is no number stays so), and the
/// others are multiplied by 1 / (1 − Rate), so that the expected value stays. In inference the input itself,
/// at no cost.
///
/// The mask is a function of seed, layer, step and position. Srivastava et al., "Dropout", JMLR 15 (2014).
template <Number auto Rate>
struct Dropout : detail::RandomFactors<Dropout<Rate>> {
    static constexpr std::string_view misuse = detail::misused_rate(double(Rate));

    static constexpr Text<64> name() { return Text<64>("Dropout<").append(double(Rate)).append(">"); }

    template <class Context, class Scalar>
    static void multiply(const Context& run, const Scalar* from, Scalar* to) noexcept {
        constexpr auto threshold = static_cast<std::uint32_t>(Rate * 0x1p32);
        constexpr auto scale = static_cast<Scalar>(1 / (1 - Rate));
        const std::size_t count = Context::Shapes::output.size() * run.rows;
        for (std::size_t i = 0; i < count; i += 4) {
            const Philox::Counter words = run.random.block((run.position + i) / 4);
            for (std::size_t j = 0; j < 4 && i + j < count; ++j)
                to[i + j] = from[i + j] * (words[j] < threshold ? Scalar(0) : scale);
        }
    }
};

/// As `Dropout`, but whole channels (elements of the last axis, at all places) are set to 0: in feature maps
/// neighbours are so alike that dropping one hides nothing. For any number of axes (Keras's
/// `SpatialDropout1D`, `2D` and `3D`). Tompson et al., "Efficient Object Localization Using Convolutional
/// Networks", arXiv:1411.4280.
template <Number auto Rate>
struct SpatialDropout : detail::RandomFactors<SpatialDropout<Rate>> {
    static constexpr std::string_view misuse = detail::misused_rate(double(Rate));

    static constexpr Text<64> name() { return Text<64>("SpatialDropout<").append(double(Rate)).append(">"); }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank < 2)
            return {.expected = "input `[..., channels]`", .hint = "use `Dropout`"};
        return {.shape = inputs[0]};
    }

    template <class Context, class Scalar>
    static void multiply(const Context& run, const Scalar* from, Scalar* to) noexcept {
        constexpr auto threshold = static_cast<std::uint32_t>(Rate * 0x1p32);
        constexpr auto scale = static_cast<Scalar>(1 / (1 - Rate));
        constexpr std::size_t channels = Context::Shapes::output.last();
        constexpr std::size_t places = Context::Shapes::output.size() / channels;
        // Four channels share a block of words; the last of a row may leave some unused.
        constexpr std::size_t blocks = (channels + 3) / 4;
        for (std::size_t row = 0; row < run.rows; ++row)
            for (std::size_t block = 0; block < blocks; ++block) {
                const Philox::Counter words = run.random.block(run.position / 4 + row * blocks + block);
                for (std::size_t place = 0; place < places; ++place)
                    for (std::size_t j = 0; j < 4 && 4 * block + j < channels; ++j) {
                        const std::size_t i = (row * places + place) * channels + 4 * block + j;
                        to[i] = from[i] * (words[j] < threshold ? Scalar(0) : scale);
                    }
            }
    }
};

} // namespace burin
