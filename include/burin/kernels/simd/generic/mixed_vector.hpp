#pragma once

#include "burin/core/language.hpp"

#include <concepts>
#include <cstddef>

namespace burin::kernels {

/// A vector that is another one, chosen by the type of its lanes: for processors that have vectors of some
/// types only, as 32-bit Arm has of floats and none of doubles. A class template, unlike an alias that
/// chooses, lets the compiler deduce the type of the lanes from a vector.
template <class Scalar, template <class> class Choice>
struct MixedVector {
    using value_type = Scalar;
    using Chosen = typename Choice<Scalar>::type;
    static constexpr std::size_t size = Chosen::size;

    Chosen lanes{};

    MixedVector() = default;
    explicit MixedVector(Scalar value) : lanes(value) {}
    explicit MixedVector(const Chosen& chosen) : lanes(chosen) {}

    friend MixedVector operator+(MixedVector a, MixedVector b) { return MixedVector(a.lanes + b.lanes); }
    friend MixedVector operator-(MixedVector a, MixedVector b) { return MixedVector(a.lanes - b.lanes); }
    friend MixedVector operator*(MixedVector a, MixedVector b) { return MixedVector(a.lanes * b.lanes); }
    friend MixedVector operator/(MixedVector a, MixedVector b) { return MixedVector(a.lanes / b.lanes); }
    friend MixedVector operator-(MixedVector a) { return MixedVector(-a.lanes); }
    friend MixedVector operator&(MixedVector a, MixedVector b)
        requires std::unsigned_integral<Scalar>
    {
        return MixedVector(a.lanes & b.lanes);
    }
    friend MixedVector operator|(MixedVector a, MixedVector b)
        requires std::unsigned_integral<Scalar>
    {
        return MixedVector(a.lanes | b.lanes);
    }
    friend MixedVector operator<<(MixedVector a, int places)
        requires std::unsigned_integral<Scalar>
    {
        return MixedVector(a.lanes << places);
    }
    friend MixedVector operator>>(MixedVector a, int places)
        requires std::unsigned_integral<Scalar>
    {
        return MixedVector(a.lanes >> places);
    }
    friend auto operator==(MixedVector a, MixedVector b) { return a.lanes == b.lanes; }
    friend auto operator<(MixedVector a, MixedVector b) { return a.lanes < b.lanes; }
    friend auto operator<=(MixedVector a, MixedVector b) { return a.lanes <= b.lanes; }
    friend auto operator>(MixedVector a, MixedVector b) { return a.lanes > b.lanes; }
    friend auto operator>=(MixedVector a, MixedVector b) { return a.lanes >= b.lanes; }
};

template <class Scalar, template <class> class Choice>
MixedVector<Scalar, Choice> fma(MixedVector<Scalar, Choice> a, MixedVector<Scalar, Choice> b,
                                MixedVector<Scalar, Choice> c) noexcept {
    return MixedVector<Scalar, Choice>(fma(a.lanes, b.lanes, c.lanes));
}
template <class Condition, class Scalar, template <class> class Choice>
MixedVector<Scalar, Choice> select(const Condition& condition, MixedVector<Scalar, Choice> a,
                                   MixedVector<Scalar, Choice> b) noexcept {
    return MixedVector<Scalar, Choice>(select(condition, a.lanes, b.lanes));
}
template <class Scalar, template <class> class Choice>
MixedVector<Scalar, Choice> max(MixedVector<Scalar, Choice> a, MixedVector<Scalar, Choice> b) noexcept {
    return MixedVector<Scalar, Choice>(max(a.lanes, b.lanes));
}
template <class Scalar, template <class> class Choice>
MixedVector<Scalar, Choice> min(MixedVector<Scalar, Choice> a, MixedVector<Scalar, Choice> b) noexcept {
    return MixedVector<Scalar, Choice>(min(a.lanes, b.lanes));
}
template <class Scalar, template <class> class Choice>
auto is_nan(MixedVector<Scalar, Choice> x) noexcept {
    return x.lanes != x.lanes; // Arm's vectors tell it.
}
template <class Scalar, template <class> class Choice>
MixedVector<Scalar, Choice> abs(MixedVector<Scalar, Choice> x) noexcept {
    return MixedVector<Scalar, Choice>(abs(x.lanes));
}
template <class Scalar, template <class> class Choice>
MixedVector<Scalar, Choice> sqrt(MixedVector<Scalar, Choice> x) noexcept {
    return MixedVector<Scalar, Choice>(sqrt(x.lanes));
}
template <class Scalar, template <class> class Choice>
MixedVector<Scalar, Choice> floor(MixedVector<Scalar, Choice> x) noexcept {
    return MixedVector<Scalar, Choice>(floor(x.lanes));
}

} // namespace burin::kernels
