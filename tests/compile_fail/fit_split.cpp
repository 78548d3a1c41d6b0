// expect: Fit has no member `validation_split`: write `.validation = HeldOut{0.2}`
#include "burin/training/fit_options.hpp"

using namespace burin;

const auto options = Fit{.validation_split = 0.2};
