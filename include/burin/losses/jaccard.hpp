#pragma once

#include "burin/losses/overlap.hpp"

namespace burin::losses {

/// 1 − (Σ p t + s) / (Σ p + Σ t − Σ p t + s): as `BinaryDice`, but the intersection over the union (IoU).
using BinaryJaccard = detail::BinaryOverlap<detail::JaccardRule>;

/// The same of classes, as `SparseCategoricalDice`.
using SparseCategoricalJaccard = detail::LabelOverlap<detail::JaccardRule>;

} // namespace burin::losses
