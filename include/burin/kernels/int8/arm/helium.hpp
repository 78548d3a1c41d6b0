#pragma once

#include "burin/core/language.hpp"

#include <arm_mve.h>

#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

struct Int8Block {
    static constexpr std::size_t size = 16;
    using Input = int8x16_t;
    using Weight = int8x16_t;
    using Sum = std::int32_t;

    static Sum zero() noexcept { return 0; }
    static Input input(const std::int8_t* from) noexcept { return vldrbq_s8(from); }
    static Input masked_input(const std::int8_t* from, const std::int8_t* mask) noexcept {
        return vandq_s8(vldrbq_s8(from), vldrbq_s8(mask));
    }
    static Weight weight(const std::int8_t* from) noexcept { return vldrbq_s8(from); }
    static Sum add(Sum sum, Input x, Weight w) noexcept { return vmladavaq_s8(sum, x, w); }
    static std::int32_t total(Sum sum) noexcept { return sum; }
};

} // namespace detail

} // namespace burin::kernels
