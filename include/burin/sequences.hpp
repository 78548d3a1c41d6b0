#pragma once

// Series in time: windows for forecasting, lags, differences, seasons, even steps, padding and augmentation. Hosted, and
// not among burin.hpp; what a device needs, streaming.hpp and augmentation.hpp, stands by itself.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"
// The rest stands between these two.

#include "burin/data/sequences/augmentation.hpp"
#include "burin/data/sequences/differencing.hpp"
#include "burin/data/sequences/each_step.hpp"
#include "burin/data/sequences/lags.hpp"
#include "burin/data/sequences/padding.hpp"
#include "burin/data/sequences/resample.hpp"
#include "burin/data/sequences/seasonal_decompose.hpp"
#include "burin/data/sequences/stl.hpp"
#include "burin/data/sequences/streaming.hpp"
#include "burin/data/sequences/windows.hpp"

#include "burin/core/restore_macros.hpp"
