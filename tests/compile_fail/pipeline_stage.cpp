// expect: stage `0` `ReLU`: expected a stage, such as `StandardScaler`, got another type
#include "burin/embedded.hpp"

using namespace burin;

data::Pipeline<Input<4>, ReLU> preparation;
