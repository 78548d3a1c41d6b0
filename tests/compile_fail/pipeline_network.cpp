// expect: expected a pipeline that gives what the network takes, `[4]`, got one that gives `[3]`
#include "burin/embedded.hpp"

using namespace burin;

data::PreparedPredictor<data::Pipeline<Input<3>>, Sequential<Input<4>, Dense<2>>> predictor;
