#include "burin/explain/grad_cam.hpp"
#include "burin/explain/integrated_gradients.hpp"
#include "burin/explain/occlusion.hpp"
#include "burin/explain/saliency.hpp"
#include "burin/explain/smooth_grad.hpp"
#include "burin/graph/explainer.hpp"
#include "burin/graph/forms.hpp"
#include "burin/graph/layout.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/reshape.hpp"
#include "reference/explain.hpp"
#include "support/check_close.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

using namespace burin;
namespace expected = reference::explain;

namespace {

using DenseNet = Sequential<Input<6>, Dense<8>, Tanh, BatchNorm<>, Dropout<0.5>, Dense<3>>;
using ImageNet =
    Sequential<Input<7, 7, 2>, Conv2D<3, 3>, ReLU, Conv2D<4, 2>, ReLU, MaxPool2D<2>, Flatten, Dense<3>>;

template <class Net, std::size_t Count>
Parameters<Net, double> parameters_from(const double (&stored)[Count]) {
    static_assert(Count == stored_count<Net>);
    Parameters<Net, double> parameters;
    from_row_major<Net>(stored, parameters.data());
    return parameters;
}

/// One attribution, with an explainer of this kind.
template <class Explainer, class Method, class Parameters, std::size_t Count, class... More>
std::vector<double> attribution_of(const Method& method, const Parameters& parameters,
                                   const double (&x)[Count], explain::Target target, std::size_t size = Count,
                                   More... more) {
    Explainer explainer;
    std::vector<double> attribution(size);
    method(explainer, parameters, std::span<const double>(x), target, std::span<double>(attribution),
           more...);
    return attribution;
}

} // namespace

TEST_CASE("explain: attributions of a dense network are Captum's") {
    const auto parameters = parameters_from<DenseNet>(expected::dense_stored);
    const auto check = [&](const auto& method, const auto& captum, double tolerance, auto... more) {
        const auto one = attribution_of<Explainer<DenseNet, 1, OfInputs, double>>(
            method, parameters, expected::dense_x, {.element = 1}, 6, more...);
        check_close(one, captum, tolerance);
        // Rows of a batch are no other.
        check_close(attribution_of<Explainer<DenseNet, 4, OfInputs, double>>(
                        method, parameters, expected::dense_x, {.element = 1}, 6, more...),
                    one, 1e-12);
    };
    // Captum weighs its steps, and tells what occlusion does, in float.
    check(explain::Saliency{.absolute = false}, expected::dense_gradient, 1e-12);
    check(explain::Saliency{}, expected::dense_saliency, 1e-12);
    check(explain::GradientTimesInput{}, expected::dense_times_input, 1e-12);
    const std::span<const double> baseline(expected::dense_baseline);
    check(explain::IntegratedGradients{.steps = 9}, expected::dense_gauss, 1e-7, baseline);
    check(explain::IntegratedGradients{.steps = 9, .rule = explain::Quadrature::midpoint},
          expected::dense_midpoint, 1e-7, baseline);
    const explain::Occlusion occlusion{.window = Shape(2), .fill = 0.25};
    check(occlusion, expected::dense_occlusion, 1e-7);
    check_close(attribution_of<Explainer<DenseNet, 3, OfNothing, double>>(occlusion, parameters,
                                                                          expected::dense_x, {.element = 1}),
                expected::dense_occlusion, 1e-7);
}

TEST_CASE("explain: attributions of a network of convolutions are Captum's") {
    const auto parameters = parameters_from<ImageNet>(expected::image_stored);
    using OnInputs = Explainer<ImageNet, 2, OfInputs, double>;
    const auto check = [&]<class Explainer>(Explainer*, const auto& method, const auto& captum,
                                            std::size_t element, double tolerance = 1e-12) {
        check_close(attribution_of<Explainer>(method, parameters, expected::image_x, {.element = element},
                                              std::size(captum)),
                    captum, tolerance);
    };
    OnInputs* const on_inputs = nullptr;
    check(on_inputs, explain::Saliency{.absolute = false}, expected::image_gradient, 2);
    check(on_inputs, explain::IntegratedGradients{.steps = 16}, expected::image_gauss, 2, 1e-7);
    Explainer<ImageNet, 4, OfNothing, double>* const forward = nullptr;
    check(forward, explain::Occlusion{.window = Shape(3, 3, 2), .stride = Shape(2, 2, 2)},
          expected::image_occlusion, 2, 1e-7);
    check(forward, explain::Occlusion{.window = Shape(3, 4, 1), .stride = Shape(3, 2, 1)},
          expected::image_uneven_occlusion, 2, 1e-7);
    Explainer<ImageNet, 1, OfNode<"1">, double>* const behind = nullptr;
    check(behind, explain::GradCam{}, expected::image_cam, 2);
    check(behind, explain::GradientTimesNode{}, expected::image_features, 2);
    Explainer<ImageNet, 1, OfNode<"0">, double>* const before = nullptr;
    check(before, explain::GradCam{.relu = false}, expected::image_cam_against, 0);

    std::vector<double> heat(49);
    explain::resize(std::span<const double>(expected::image_cam), Shape(5, 5), std::span<double>(heat),
                    Shape(7, 7));
    check_close(heat, expected::image_heat, 1e-12);
}

TEST_CASE("IntegratedGradients: attributions add up to the difference of the outputs within 1 %") {
    const auto check = []<class Net, std::size_t Count>(const Parameters<Net, double>& parameters,
                                                        const double(&x)[Count], std::size_t steps) {
        Explainer<Net, 8, OfInputs, double> explainer;
        std::vector<double> attribution(Count);
        for (const std::size_t element : {0U, 1U, 2U})
            for (const auto rule : {explain::Quadrature::midpoint, explain::Quadrature::gauss_legendre}) {
                const auto sums = explain::IntegratedGradients{.steps = steps, .rule = rule}(
                    explainer, parameters, x, {.element = element}, attribution);
                const double difference = std::abs(sums.value - sums.baseline_value);
                INFO("element " << element << ": " << sums.value << " − " << sums.baseline_value
                                << " is attributed as " << sums.attributed);
                CHECK(difference > 0.05);
                CHECK(sums.error() < 0.01 * difference);
            }
    };
    check(parameters_from<DenseNet>(expected::dense_stored), expected::dense_x, 20);
    // Slopes that jump want more steps.
    check(parameters_from<ImageNet>(expected::image_stored), expected::image_x, 1000);
}

TEST_CASE("Quadrature: weights add up to 1, and Gauss-Legendre is exact for polynomials of degree 2n - 1") {
    for (const std::size_t count : {1U, 2U, 3U, 7U, 50U, 301U})
        for (const auto rule : {explain::Quadrature::midpoint, explain::Quadrature::gauss_legendre}) {
            double sum = 0, last = 0, power = 0;
            const auto degree = static_cast<double>(2 * count - 1);
            for (std::size_t i = 0; i < count; ++i) {
                const explain::QuadratureNode node = explain::quadrature_node(rule, count, i);
                CHECK(node.position > last);
                CHECK(node.position < 1);
                last = node.position;
                sum += node.weight;
                power += node.weight * std::pow(node.position, degree);
            }
            CHECK(std::abs(sum - 1) < 1e-12);
            if (rule == explain::Quadrature::gauss_legendre)
                CHECK(std::abs(power - 1 / (degree + 1)) < 1e-12);
        }
}

TEST_CASE("SmoothGrad: the mean of gradients around the sample, the same for the same seed") {
    const auto parameters = parameters_from<DenseNet>(expected::dense_stored);
    const auto smooth = [&]<std::size_t Batch>(std::integral_constant<std::size_t, Batch>,
                                               const explain::SmoothGrad& method) {
        return attribution_of<Explainer<DenseNet, Batch, OfInputs, double>>(
            method, parameters, expected::dense_x, {.element = 1});
    };
    const std::integral_constant<std::size_t, 1> one{};
    const std::integral_constant<std::size_t, 3> three{};
    check_close(smooth(one, {.samples = 5, .deviation = 0}), expected::dense_gradient, 1e-12);
    const explain::SmoothGrad wide{.samples = 7, .deviation = 0.3, .seed = 2};
    const auto found = smooth(one, wide);
    check_close(smooth(three, wide), found, 1e-12);
    CHECK(smooth(one, {.samples = 7, .deviation = 0.3, .seed = 3}) != found);

    // By hand, with the same noise.
    std::vector<double> mean(6), squares(6);
    for (std::uint32_t draw = 0; draw < 7; ++draw) {
        std::array<double, 6> x;
        kernels::for_each_normal<double>(RandomStream{2, Purpose::explaining, draw}, 0, 6,
                                         [&](std::size_t begin, std::size_t count, const double* noise) {
                                             for (std::size_t i = 0; i < count; ++i)
                                                 x[begin + i] = expected::dense_x[begin + i] + 0.3 * noise[i];
                                         });
        Explainer<DenseNet, 1, OfInputs, double> explainer;
        std::array<double, 6> gradient;
        explain::Saliency{.absolute = false}(explainer, parameters, x, {.element = 1}, gradient);
        for (std::size_t i = 0; i < 6; ++i) {
            mean[i] += gradient[i] / 7;
            squares[i] += gradient[i] * gradient[i] / 7;
        }
    }
    check_close(found, mean, 1e-12);
    check_close(smooth(three, {.samples = 7, .deviation = 0.3, .seed = 2, .squares = true}), squares, 1e-12);
}

TEST_CASE("Occlusion: windows of one element, and one that covers all") {
    const auto parameters = parameters_from<DenseNet>(expected::dense_stored);
    Explainer<DenseNet, 2, OfNothing, double> explainer;
    std::vector<double> attribution(6);
    const double value = explain::Occlusion{.window = Shape(9)}(explainer, parameters, expected::dense_x,
                                                                {.element = 1}, attribution);
    explainer.put(0, std::vector<double>(6));
    explainer.run(parameters, 1);
    const double covered = explainer.output()[1];
    for (const double each : attribution)
        CHECK(each == doctest::Approx(value - covered).epsilon(1e-12));
    explain::Occlusion{}(explainer, parameters, expected::dense_x, {.element = 1}, attribution);
    std::vector<double> x(std::begin(expected::dense_x), std::end(expected::dense_x));
    x[4] = 0;
    explainer.put(0, x);
    explainer.run(parameters, 1);
    CHECK(attribution[4] == doctest::Approx(value - explainer.output()[1]).epsilon(1e-12));
}
