#pragma once

// Tables of typed columns, and what prepares them. Hosted, and not among burin.hpp.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"
// The rest stands between these two.

#include "burin/data/tables/column.hpp"
#include "burin/data/tables/table.hpp"

#include "burin/core/restore_macros.hpp"
