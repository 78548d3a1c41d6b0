// expect: a pipeline begins with `Input<...>`, `Columns<...>` or a stage that takes text, got `Dense<3>`
#include "burin/embedded.hpp"

using namespace burin;

data::Pipeline<Dense<3>> preparation;
