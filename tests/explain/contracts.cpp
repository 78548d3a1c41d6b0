// What explanations do with samples, rows and room that do not fit: an assertion fails, and without it
// nothing is read or written but what belongs to the call.
#include "support/recorded_assertions.hpp"

#include "burin/explain/grad_cam.hpp"
#include "burin/explain/integrated_gradients.hpp"
#include "burin/explain/occlusion.hpp"
#include "burin/explain/saliency.hpp"
#include "burin/explain/smooth_grad.hpp"
#include "burin/graph/explainer.hpp"
#include "burin/layers/dense.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

using namespace burin;
using recorded::assertion_of;

namespace {

using Net = Sequential<Input<4>, Dense<2>>;

/// Runs a method with so many numbers of a sample and so much room; tells the assertion that failed.
template <class Method>
std::string_view tried(const Method& method, std::size_t numbers, std::size_t room) {
    const auto parameters = std::make_unique<Parameters<Net>>();
    std::ranges::fill(parameters->all(), 1.0F);
    const auto explainer = std::make_unique<Explainer<Net>>();
    const auto sample = random_numbers<float>(numbers, 1);
    std::vector<float> attribution(room, 7.0F);
    const auto sentence = assertion_of([&] {
        method(*explainer, *parameters, std::span<const float>(sample), explain::Target{},
               std::span<float>(attribution));
    });
    const bool fits = numbers == 4 && room == 4;
    CHECK(std::ranges::all_of(attribution, [&](float each) { return (each == 7.0F) != fits; }));
    return sentence;
}

} // namespace

TEST_CASE_TEMPLATE("explain: a sample or room of another size is left alone", Method, explain::Saliency,
                   explain::GradientTimesInput, explain::IntegratedGradients, explain::SmoothGrad,
                   explain::Occlusion) {
    CHECK(tried(Method{}, 4, 4) == "");
    CHECK(tried(Method{}, 3, 4) == "explain: expected one whole sample");
    CHECK(tried(Method{}, 5, 4) == "explain: expected one whole sample");
    CHECK(tried(Method{}, 4, 3) == "explain: expected room for all attributions, and no more");
    CHECK(tried(Method{}, 4, 5) == "explain: expected room for all attributions, and no more");
    CHECK(tried(Method{}, 0, 0) != "");
}

TEST_CASE("explain: no steps, no samples, a baseline of another size, a target that there is not") {
    const auto parameters = std::make_unique<Parameters<Net>>();
    std::ranges::fill(parameters->all(), 1.0F);
    const auto explainer = std::make_unique<Explainer<Net>>();
    const std::vector<float> sample{1, 2, 3, 4}, baseline{1, 2, 3};
    std::vector<float> attribution(4);
    CHECK(assertion_of([&] {
              explain::IntegratedGradients{.steps = 0}(*explainer, *parameters, sample, {}, attribution);
          }) == "IntegratedGradients: expected at least one step");
    CHECK(assertion_of([&] {
              explain::IntegratedGradients{}(*explainer, *parameters, sample, {}, attribution, baseline);
          }) == "IntegratedGradients: expected a baseline as large as the sample");
    CHECK(assertion_of([&] {
              explain::SmoothGrad{.samples = 0}(*explainer, *parameters, sample, {}, attribution);
          }) == "SmoothGrad: expected at least one sample");
    CHECK(attribution == std::vector<float>(4));
    for (const explain::Target target : {explain::Target{.element = 2}, explain::Target{.output = 1}}) {
        attribution.assign(4, 7);
        CHECK(explain::Saliency{}(*explainer, *parameters, sample, target, attribution) == 0);
        CHECK(attribution == std::vector<float>(4));
    }
}

TEST_CASE("Explainer: rows beyond its batch, and samples that are none") {
    const auto parameters = std::make_unique<Parameters<Net>>();
    std::ranges::fill(parameters->all(), 1.0F);
    const auto explainer = std::make_unique<Explainer<Net, 2>>();
    const std::vector<float> sample{1, 2, 3, 4};
    CHECK(assertion_of([&] { explainer->put(2, sample); }) == "Explainer: expected one whole sample");
    CHECK(assertion_of([&] { explainer->put(0, std::span(sample).first(3)); }) ==
          "Explainer: expected one whole sample");
    CHECK(assertion_of([&] {
              explainer->put(0, sample);
              explainer->put(1, sample);
          }) == "");
    std::size_t seen = 0;
    const auto seed = [&](auto, const float*, float* gradient, std::size_t rows) noexcept {
        seen = rows;
        std::fill_n(gradient, 2 * rows, 1.0F);
    };
    CHECK(assertion_of([&] { explainer->run(*parameters, 3, seed); }) ==
          "Explainer: expected at least one row and at most its batch");
    CHECK(seen == 2);
    CHECK(explainer->output()[2] == 11);
    CHECK(explainer->gradient()[7] == 2);
    seen = 0;
    CHECK(assertion_of([&] { explainer->run(*parameters, 0, seed); }) ==
          "Explainer: expected at least one row and at most its batch");
    CHECK(seen == 0);
}

TEST_CASE("resize: images of other sizes than their shapes are left alone") {
    const std::vector<float> from{1, 2, 3, 4};
    std::vector<float> to(9, 7);
    const auto sentence = [&](const Shape& from_shape, const Shape& to_shape) {
        return assertion_of([&] {
            explain::resize(std::span<const float>(from), from_shape, std::span<float>(to), to_shape);
        });
    };
    CHECK(sentence(Shape(2, 3), Shape(3, 3)) == "resize: expected images of the shapes");
    CHECK(sentence(Shape(2, 2), Shape(3, 4)) == "resize: expected images of the shapes");
    CHECK(sentence(Shape(4), Shape(9)) != "");
    CHECK(to == std::vector<float>(9, 7));
    CHECK(sentence(Shape(2, 2), Shape(3, 3)) == "");
    CHECK(to == std::vector<float>{1, 1.5F, 2, 2, 2.5F, 3, 3, 3.5F, 4});
}
