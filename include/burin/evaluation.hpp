#pragma once

// Judging what models answer: all metrics of whole data sets, and their reports. `burin/burin.hpp` does not
// include it.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"

#include "burin/evaluation/classification.hpp"
#include "burin/evaluation/predictions.hpp"
#include "burin/evaluation/regression.hpp"
#include "burin/metrics/hosted/boxes.hpp"
#include "burin/metrics/hosted/class_scores.hpp"
#include "burin/metrics/hosted/confusion.hpp"
#include "burin/metrics/hosted/curves.hpp"
#include "burin/metrics/hosted/numbers.hpp"
#include "burin/metrics/hosted/probabilities.hpp"
#include "burin/metrics/hosted/regression.hpp"
#include "burin/metrics/hosted/text.hpp"
#include "burin/report/classification_report.hpp"
#include "burin/report/classification_report_svg.hpp"
#include "burin/report/confusion_matrix_svg.hpp"
#include "burin/report/curves_svg.hpp"
#include "burin/report/regression_svg.hpp"

#include "burin/core/restore_macros.hpp"
