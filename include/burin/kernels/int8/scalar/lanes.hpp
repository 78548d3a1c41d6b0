#pragma once

#include "burin/core/language.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

/// Several channels, each by itself. `Sums` are those of so many `channels`, at first 0, and are in registers
/// until they are stored. Where an architecture has vectors for it, `requantize` makes four outputs.
struct Int8Lanes {
    static constexpr std::size_t channels = Int8Block::size < 16 ? 4 : 16;

    class Sums {
      public:
        explicit Sums(std::int32_t* sums) noexcept : sums_(sums) {}

        /// sums[i] += (x[i] − zero_point) · w[i], i < channels
        [[gnu::always_inline]] void add(const std::int8_t* x, std::int32_t zero_point,
                                        const std::int8_t* w) noexcept {
            add<Int8Block>(x, zero_point, w);
        }
        void store() const noexcept {}

      private:
        template <class Block>
        [[gnu::always_inline]] void add(const std::int8_t* x, std::int32_t zero_point,
                                        const std::int8_t* w) noexcept {
            if constexpr (channels == 4 && requires { &Block::add_each; })
                Block::add_each(x, zero_point, w, sums_);
            else
                for (std::size_t i = 0; i < channels; ++i)
                    sums_[i] += (x[i] - zero_point) * w[i];
        }

        std::int32_t* sums_;
    };
};

} // namespace detail

} // namespace burin::kernels
