#pragma once

// Layers of networks that others wrote down in tensors: reductions over any axes, comparisons, products of
// matrices, what repeats and gathers, and their 8-bit forms. Freestanding, and not among embedded.hpp.

#include "burin/core/language.hpp"
#include "burin/embedded.hpp"

#include "burin/core/set_macros_aside.hpp"
// The rest stands between these two.

#include "burin/layers/broadcast.hpp"
#include "burin/layers/comparisons.hpp"
#include "burin/layers/gather.hpp"
#include "burin/layers/mat_mul.hpp"
#include "burin/layers/reductions.hpp"
#include "burin/quantization/tensors.hpp"

#include "burin/core/restore_macros.hpp"
