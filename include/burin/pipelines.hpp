#pragma once

// Pipelines of transforms on the desk: fitted, applied to whole data sets, saved with their models, exported. The
// umbrellas of tables, images, text, sequences, sound and reduction include it; `burin/burin.hpp` does not. A device
// needs `burin/embedded.hpp` and the headers of its stages.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"

#include "burin/data/fit_pipeline.hpp"
#include "burin/data/pipeline.hpp"
#include "burin/data/prepared_predictor.hpp"
#include "burin/data/scale_targets.hpp"
#include "burin/io/pipeline.hpp"

#include "burin/core/restore_macros.hpp"
