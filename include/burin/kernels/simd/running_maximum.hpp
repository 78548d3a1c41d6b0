#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <limits>

namespace burin::kernels {

/// The maximum of the vectors it is updated with, and NaN where one of these is. That is found
/// beside the maximum, which waits for no more than one instruction of the last `update`.
template <class Scalar>
class RunningMaximum {
  public:
    [[gnu::always_inline]] void update(const Vector<Scalar>& x) noexcept {
        largest_ = max(x, largest_);
        none_ = detail::nan_where(x, none_);
    }
    [[gnu::always_inline]] Vector<Scalar> value() const noexcept {
        return detail::nan_where(none_, largest_);
    }

  private:
    Vector<Scalar> largest_ = Vector<Scalar>(-std::numeric_limits<Scalar>::infinity());
    Vector<Scalar> none_ = Vector<Scalar>(Scalar(0)); ///< No number where x was none.
};

} // namespace burin::kernels
