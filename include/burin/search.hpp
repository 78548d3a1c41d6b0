#pragma once

// Which settings and which network learn best: spaces, strategies and their results. Included by itself, beside
// `burin/burin.hpp`.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"
// The rest stands between these two.

#include "burin/search/architectures.hpp"
#include "burin/search/parallel_coordinates.hpp"
#include "burin/search/results.hpp"
#include "burin/search/run.hpp"
#include "burin/search/settings.hpp"
#include "burin/search/space.hpp"
#include "burin/search/strategies.hpp"
#include "burin/search/training.hpp"
#include "burin/search/trial.hpp"

#include "burin/core/restore_macros.hpp"
