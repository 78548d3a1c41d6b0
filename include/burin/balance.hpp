#pragma once

// Classes of which there are few samples: weights for losses, samples drawn again, left out or made up,
// batches with as many of each class. `burin/burin.hpp` does not include it.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"

#include "burin/data/balance/balanced_batches.hpp"
#include "burin/data/balance/class_weights.hpp"
#include "burin/data/balance/neighbours.hpp"
#include "burin/data/balance/resample.hpp"
#include "burin/data/balance/smote.hpp"
#include "burin/metrics/hosted/threshold.hpp"

#include "burin/core/restore_macros.hpp"
