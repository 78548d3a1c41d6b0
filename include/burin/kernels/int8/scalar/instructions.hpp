#pragma once

// One product at a time; the contract of what the other folders have.

#include "burin/kernels/int8/scalar/block.hpp"
#include "burin/kernels/int8/scalar/channels.hpp"
#include "burin/kernels/int8/scalar/output.hpp"
#include "burin/kernels/int8/scalar/pairs.hpp"
#include "burin/kernels/int8/scalar/quads.hpp"
#include "burin/kernels/int8/scalar/table.hpp"
// Sums by blocks:
#include "burin/kernels/int8/scalar/lanes.hpp"
