// expect: thaw: expected an optimizer that has this rule, such as `ParameterGroups` with a `FreezeOn` of the same names, got `optimizers::Adam`
#include "burin/embedded.hpp"

using namespace burin;

void train_all(optimizers::Adam& optimizer) {
    optimizers::thaw<"3.*">(optimizer);
}
