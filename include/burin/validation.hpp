#pragma once

// How well a network learns: data in parts to train and to test on, and cross-validation. Included by itself,
// beside `burin/burin.hpp`.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"
// The rest stands between these two.

#include "burin/parallel/pool.hpp"
#include "burin/validation/cross_validate.hpp"
#include "burin/validation/folds.hpp"
#include "burin/validation/group_k_fold.hpp"
#include "burin/validation/hold_out.hpp"
#include "burin/validation/k_fold.hpp"
#include "burin/validation/nested.hpp"
#include "burin/validation/scores.hpp"
#include "burin/validation/shuffle_split.hpp"
#include "burin/validation/strata.hpp"
#include "burin/validation/stratified_k_fold.hpp"
#include "burin/validation/time_series_split.hpp"

#include "burin/core/restore_macros.hpp"
