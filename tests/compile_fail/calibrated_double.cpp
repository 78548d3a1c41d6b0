// expect: calibrate takes a model of float, as quantize does: copy_parameters copies those of a Model<Net, double> to a Model<Net>
#include "burin/burin.hpp"

using namespace burin;

using Net = Sequential<Input<10>, Dense<3>>;

ActivationRanges<Net> look(const Model<Net, double>& model, const data::Dataset<>& data) {
    return calibrate(model, data);
}
