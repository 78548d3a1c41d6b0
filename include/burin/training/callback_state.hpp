#pragma once

#include "burin/core/language.hpp"

#include <map>
#include <string>
#include <vector>

namespace burin::callbacks {

/// What a callback remembers, by names of its own: what a checkpoint has of it. Counts are whole numbers of
/// at most 2^53.
using State = std::map<std::string, std::vector<double>>;

} // namespace burin::callbacks
