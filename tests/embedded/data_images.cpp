// What prepares a camera's image on a device.
#include "burin/data/images/affine_map.hpp"
#include "burin/data/images/blur.hpp"
#include "burin/data/images/colour.hpp"
#include "burin/data/images/crop.hpp"
#include "burin/data/images/flip.hpp"
#include "burin/data/images/grey.hpp"
#include "burin/data/images/normalize.hpp"
#include "burin/data/images/projection.hpp"
#include "burin/data/images/resize.hpp"
#include "burin/data/images/tones.hpp"
#include "burin/data/pipeline.hpp"

using namespace burin;
namespace images = data::images;

using Preparation =
    data::Pipeline<Input<48, 64, 3>, images::Grey, images::CenterCrop<48, 48>, images::Resize<28, 28>,
                   images::Flip<images::Direction::vertical>, images::Normalize>;

void prepare(const Preparation& preparation, const float* camera, float* prepared) {
    preparation.apply(std::span<const float, Preparation::input_size>(camera, Preparation::input_size),
                      std::span<float, Preparation::output_size>(prepared, Preparation::output_size));
}

void correct(float* camera, float* result) {
    const images::View<float> image{camera, 48, 64, 3};
    images::autocontrast(image);
    images::adjust_brightness(image, 1.2F);
    images::adjust_saturation(image, 1.2F);
    images::warp<float>(image, {result, 48, 64, 3},
                        images::projection_of({.degrees = 3}, 48, 64).inverted());
}
