// expect: data::Loader: expected transforms with the shape of a sample, as in `augment.of(Shape(32, 32, 3))`, got them without
#include "burin/data/dataset.hpp"
#include "burin/data/loader.hpp"
#include "burin/images.hpp"

using namespace burin;

void load(const data::Dataset<>& train, const data::images::Compose<data::images::RandomFlip>& augment) {
    const data::Loader loader(train, {.workers = 2}, augment);
}
