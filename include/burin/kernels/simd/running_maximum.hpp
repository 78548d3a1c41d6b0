#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <limits>

// Without optimisation g++'s intrinsics with a constant operand are macros, whose conversions count as ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace burin::kernels {

/// The maximum of the vectors it is updated with, and no number where one of these is none. That is found
/// beside the maximum, which waits for no more than one instruction of the last `update`.
template <class Scalar>
class RunningMaximum {
  public:
    [[gnu::always_inline]] void update(const Vector<Scalar>& x) noexcept {
        largest_ = max(x, largest_);
        none_ = noted(none_, x);
    }
    [[gnu::always_inline]] Vector<Scalar> value() const noexcept { return noted(largest_, none_); }

  private:
    /// `value`, but no number where x is none.
    [[gnu::always_inline]] static Vector<Scalar> noted(const Vector<Scalar>& value,
                                                       const Vector<Scalar>& x) noexcept {
#if !BURIN_DETAIL_ONE_LANE && XSIMD_WITH_NEON64
        static_cast<void>(x); // There `max` has it already.
        return value;
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
        // A digit for each kind of x, from NaN's two on: 0 keeps the value, 2 is NaN.
        constexpr int nan = 0x22;
        if constexpr (sizeof(Scalar) == 4)
            return Vector<Scalar>(_mm512_fixupimm_ps(value.data, x.data, _mm512_set1_epi32(nan), 0));
        else
            return Vector<Scalar>(_mm512_fixupimm_pd(value.data, x.data, _mm512_set1_epi64(nan), 0));
#else
        return select(is_nan(x), x, value);
#endif
    }

    Vector<Scalar> largest_ = Vector<Scalar>(-std::numeric_limits<Scalar>::infinity());
    Vector<Scalar> none_ = Vector<Scalar>(Scalar(0)); ///< No number where x was none.
};

} // namespace burin::kernels

#pragma GCC diagnostic pop
