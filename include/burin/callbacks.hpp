#pragma once

// What runs beside training, given as `Fit{.callbacks = …}`. Hosted, and not among burin.hpp. What TensorBoard shows is
// burin/callbacks/tensorboard.hpp, which needs protozero.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"
// The rest stands between these two.

#include "burin/callbacks/checkpoint.hpp"
#include "burin/callbacks/csv_log.hpp"
#include "burin/callbacks/early_stopping.hpp"
#include "burin/callbacks/events.hpp"
#include "burin/callbacks/file_name.hpp"
#include "burin/callbacks/json_lines_log.hpp"
#include "burin/callbacks/reduce_learning_rate.hpp"
#include "burin/callbacks/remote_progress.hpp"
#include "burin/callbacks/stop_on_nan.hpp"
#include "burin/callbacks/time_limit.hpp"
#include "burin/callbacks/use_average.hpp"

#include "burin/core/restore_macros.hpp"
