// Compiled once for each kind of processor, with -DCLASSIFIER= the name of what it gives.
#include "classifier.hpp"

#include <burin/embedded.hpp>

#include "flash/network.hpp"

#include <algorithm>
#include <span>

namespace {

burin::Parameters<Digits> parameters;
burin::Predictor<Digits> predictor;

void load(const float* row_major) noexcept {
    burin::from_row_major<Digits>(row_major, parameters.data());
}

void run(const float* image, float* scores) noexcept {
    std::ranges::copy(predictor(parameters, std::span(image, 64)), scores);
}

} // namespace

extern "C" constinit const Classifier CLASSIFIER{burin::kernels::architecture, load, run};
