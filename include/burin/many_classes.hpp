#pragma once

// Strategies for many classes, several labels at once, and probabilities that are as sure as they are right.
// `burin/burin.hpp` does not include it.

#include "burin/core/language.hpp"
#include "burin/core/set_macros_aside.hpp"

#include "burin/many_classes/code_book.hpp"
#include "burin/many_classes/members.hpp"
#include "burin/many_classes/multi_label.hpp"
#include "burin/many_classes/one_vs_one.hpp"
#include "burin/many_classes/one_vs_rest.hpp"
#include "burin/many_classes/output_code.hpp"
#include "burin/many_classes/pairwise.hpp"
#include "burin/many_classes/temperature.hpp"

#include "burin/core/restore_macros.hpp"
