// What is not among the layers of core.cpp: losses that count, align and compare.
#include "burin/embedded.hpp"
#include "burin/losses/ctc.hpp"
#include "burin/losses/info_nce.hpp"

using namespace burin;

namespace {

template <Shape Output, class Loss>
float gradient(const Loss& loss, float* outputs, const losses::TargetOf<Loss, float>* targets) {
    return reduce(loss, losses::value_and_gradient<Output>(loss, outputs, targets, nullptr, outputs, 4));
}

} // namespace

float all_losses(float* outputs, const float* targets, const Label* labels) {
    return gradient<Shape(12)>(losses::BinaryFocalCrossentropy{}, outputs, targets) +
           gradient<Shape(4, 3)>(losses::SparseCategoricalFocalCrossentropy{}, outputs, labels) +
           gradient<Shape(4, 3)>(losses::SparseCategoricalDice{}, outputs, labels) +
           gradient<Shape(12)>(losses::BinaryTversky{}, outputs, targets) +
           gradient<Shape(4, 3)>(losses::Quantile<3>{}, outputs, targets) +
           gradient<Shape(12)>(losses::LogCosh{}, outputs, targets) +
           gradient<Shape(12)>(losses::Poisson{}, outputs, targets) +
           gradient<Shape(12)>(losses::GaussianNLL{}, outputs, targets) +
           gradient<Shape(12)>(losses::CosineSimilarity{}, outputs, targets) +
           gradient<Shape(12)>(losses::Contrastive{}, outputs, targets) +
           gradient<Shape(12)>(losses::Triplet{}, outputs, targets) +
           gradient<Shape(12)>(losses::InfoNCE<4>{}, outputs, targets) +
           gradient<Shape(4, 3)>(losses::CTC<2>{}, outputs, labels);
}
