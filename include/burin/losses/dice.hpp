#pragma once

#include "burin/losses/overlap.hpp"

namespace burin::losses {

/// 1 − (2 Σ p t + s) / (Σ p + Σ t + s) of the probabilities p = σ(z) of a mask and its targets t, over all
/// positions of a sample; averaged over masks and samples. How much a mask and what it should be overlap,
/// however small they are in the picture: for segmentation. Milletari et al., "V-Net", arXiv:1606.04797;
/// MONAI's DiceLoss.
///
/// The last axis holds masks, each by itself: `[height, width, masks]`; of an output with one axis it is one
/// mask. `smooth` s keeps masks that should be empty from dividing by 0 (without it such a mask of zeros has
/// loss 0).
using BinaryDice = detail::BinaryOverlap<detail::DiceRule>;

/// The same of p = softmax(z) over the last axis, the classes, and one label a position: each class is a
/// mask. Positions whose label is `ignore_index` do not count. Labels as in `SparseCategoricalCrossentropy`.
using SparseCategoricalDice = detail::LabelOverlap<detail::DiceRule>;

} // namespace burin::losses
