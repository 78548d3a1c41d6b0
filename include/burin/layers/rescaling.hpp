#pragma once

#include "burin/core/number.hpp"
#include "burin/layers/elementwise.hpp"

#include <cstddef>

namespace burin {

/// Scale · x + Offset: `Rescaling<1.0 / 255>` of pixels, `Rescaling<2, -1>` of what lies in [0, 1].
template <core::Number auto Scale, core::Number auto Offset = 0.0>
struct Rescaling : Elementwise<Rescaling<Scale, Offset>> {
    static constexpr std::size_t cost = Offset == 0 ? 1 : 2;

    static constexpr Text<64> name() {
        Text<64> text("Rescaling<");
        text.append(double(Scale));
        if (Offset != 0)
            text.append(", ").append(double(Offset));
        return text.append(">");
    }

    template <class Vector>
    static Vector value(Vector x) noexcept {
        using Scalar = typename Vector::value_type;
        return kernels::fma(x, Vector(Scalar(Scale)), Vector(Scalar(Offset)));
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector) noexcept {
        return dy * Vector(typename Vector::value_type(Scale));
    }
};

} // namespace burin
