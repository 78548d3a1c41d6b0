// Explains its answer as a microcontroller would: everything in .bss.

#include "burin/core/set_macros_aside.hpp"

#include "burin/embedded.hpp"
#include "burin/explain/grad_cam.hpp"
#include "burin/explain/integrated_gradients.hpp"
#include "burin/explain/occlusion.hpp"
#include "burin/explain/saliency.hpp"
#include "burin/explain/smooth_grad.hpp"
#include "burin/graph/explainer.hpp"

#include "burin/core/restore_macros.hpp"

#include <span>

using Net = burin::Sequential<burin::Input<6, 6, 1>, burin::Conv2D<4, 3>, burin::BatchNorm<>, burin::ReLU,
                              burin::Dropout<0.25>, burin::Flatten, burin::Dense<3>>;

burin::Parameters<Net> tensors;
burin::Explainer<Net> explainer;
burin::Explainer<Net, 1, burin::OfNode<"2">> explainer_of_places;
burin::Explainer<Net, 1, burin::OfNothing> forward_only;

using Heat = std::span<float, 36>;

void saliency(std::span<const float> image, Heat heat) {
    burin::explain::Saliency{}(explainer, tensors, image, {.element = 1}, heat);
}
bool integrate(std::span<const float> image, Heat heat) {
    return burin::explain::IntegratedGradients{.steps = 16}(explainer, tensors, image, {.element = 1}, heat).error() < 0.01;
}
void smooth(std::span<const float> image, Heat heat) {
    burin::explain::SmoothGrad{}(explainer, tensors, image, {.element = 1}, heat);
}
void occlude(std::span<const float> image, Heat heat) {
    burin::explain::Occlusion{.window = burin::Shape(3, 3)}(forward_only, tensors, image, {.element = 1}, heat);
}
void focus(std::span<const float> image, std::span<float, 16> map, Heat heat) {
    burin::explain::GradCam{}(explainer_of_places, tensors, image, {.element = 1}, map);
    burin::explain::resize<float>(map, burin::Shape(4, 4), heat, burin::Shape(6, 6));
}
