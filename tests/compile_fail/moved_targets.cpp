// expect: images::Compose: expected one target a sample where pixels move, got 4, which stay; for a label a pixel write `.with_mask()`
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"
#include "burin/images.hpp"

using namespace burin;

using Boxes = Sequential<Input<8, 8>, Flatten, Dense<4>>;

History train(Model<Boxes>& model, const data::Dataset<float>& samples) {
    return fit(model, samples,
               Fit{.loss = losses::MeanSquaredError{},
                   .augment = data::images::Compose{data::images::RandomFlip{}}});
}
