#pragma once

// Everything, for programs with an operating system: what `burin/embedded.hpp` has, and models on the heap,
// `fit`, data, files and reports. Needs zlib and nlohmann-json.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"
// The rest stands between these two.

#include "burin/core/error.hpp"
#include "burin/data/csv.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/digits.hpp"
#include "burin/data/idx.hpp"
#include "burin/data/preprocessing.hpp"
#include "burin/data/tabular.hpp"
#include "burin/embedded.hpp"
#include "burin/io/export_header.hpp"
#include "burin/io/export_quantized.hpp"
#include "burin/io/load_part.hpp"
#include "burin/io/safetensors.hpp"
#include "burin/io/save.hpp"
#include "burin/io/storage.hpp"
#include "burin/report/graph_dot.hpp"
#include "burin/report/image.hpp"
#include "burin/report/memory_plan.hpp"
#include "burin/report/summary.hpp"
#include "burin/report/svg.hpp"
#include "burin/report/svg_plot.hpp"
#include "burin/report/table.hpp"
#include "burin/training/calibrate.hpp"
#include "burin/training/cut_mix.hpp"
#include "burin/training/derived.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/history.hpp"
#include "burin/training/make_trainer.hpp"
#include "burin/training/mix_up.hpp"
#include "burin/training/model.hpp"
#include "burin/training/progress.hpp"
#include "burin/training/update_statistics.hpp"

#include "burin/core/restore_macros.hpp"
