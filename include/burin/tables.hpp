#pragma once

// Tables of typed columns, and what prepares them. Hosted, and not among burin.hpp.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"
// The rest stands between these two.

#include "burin/data/tables/categories.hpp"
#include "burin/data/tables/column.hpp"
#include "burin/data/tables/date_text.hpp"
#include "burin/data/tables/describe.hpp"
#include "burin/data/tables/group.hpp"
#include "burin/data/tables/join.hpp"
#include "burin/data/tables/read_table.hpp"
#include "burin/data/tables/sort.hpp"
#include "burin/data/tables/spread.hpp"
#include "burin/data/tables/table.hpp"
#include "burin/data/tables/table_text.hpp"
#include "burin/data/tables/to_dataset.hpp"
#include "burin/data/tables/write_table.hpp"

#include "burin/core/restore_macros.hpp"
