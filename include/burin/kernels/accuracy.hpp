#pragma once

namespace burin::kernels {

/// How close an elementary function comes to the exact value: to 2 units in the last place, or only to about
/// 1e-5 but in half the time or less. See docs/accuracy.md for the measured errors.
enum class Accuracy { full, fast };

} // namespace burin::kernels
