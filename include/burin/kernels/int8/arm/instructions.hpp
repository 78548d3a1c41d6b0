#pragma once

#include "burin/kernels/int8/scalar/channels.hpp"
#include "burin/kernels/int8/scalar/quads.hpp"
#include "burin/kernels/int8/scalar/table.hpp"

#if defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_SAT) && defined(__thumb__)
#include "burin/kernels/int8/arm/output.hpp"
#else
#include "burin/kernels/int8/scalar/output.hpp"
#endif
#if defined(__ARM_NEON)
#include "burin/kernels/int8/arm/lanes.hpp"
#include "burin/kernels/int8/arm/neon.hpp"
#include "burin/kernels/int8/scalar/pairs.hpp"
#elif defined(__ARM_FEATURE_MVE)
#include "burin/kernels/int8/arm/helium.hpp"
#include "burin/kernels/int8/scalar/pairs.hpp"
// Sums by blocks:
#include "burin/kernels/int8/scalar/lanes.hpp"
#else
#include "burin/kernels/int8/arm/pairs.hpp"
#include "burin/kernels/int8/arm/smlad.hpp"
// Sums by blocks:
#include "burin/kernels/int8/scalar/lanes.hpp"
#endif
