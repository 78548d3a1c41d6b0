#pragma once

#include "numbers.hpp"
#include "peer.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

/// The operands of each work, the same for every peer, and the extents that some are compiled for.
namespace peers {

/// `forward`, `weight_gradient` and `input_gradient ROWS INPUTS OUTPUTS`: max(0, x · w + b), xᵀ · dy with
/// Σ dy, and dy · wᵀ.
template <class Scalar>
struct Dense {
    std::size_t rows, inputs, outputs;
    Memory<Scalar> x = numbers<Scalar>(1, rows* inputs), w = numbers<Scalar>(2, inputs* outputs);
    Memory<Scalar> bias = numbers<Scalar>(3, outputs), dy = numbers<Scalar>(4, rows* outputs);
    Memory<Scalar> y = Memory<Scalar>(rows * outputs), dx = Memory<Scalar>(rows * inputs);
    Memory<Scalar> dw = Memory<Scalar>(inputs * outputs), db = Memory<Scalar>(outputs);

    explicit Dense(const Request& request)
        : rows(request.sizes.at(0)), inputs(request.sizes.at(1)), outputs(request.sizes.at(2)) {}

    std::vector<double> results(const std::string& work) const {
        return work == "forward" ? join(y) : work == "weight_gradient" ? join(dw, db) : join(dx);
    }
};

/// `softmax_crossentropy ROWS CLASSES`: the mean loss and its gradient with respect to the logits.
struct Softmax {
    std::size_t rows, classes;
    Memory<float> logits = numbers<float>(5, rows* classes, -4, 4);
    std::vector<std::uint32_t> targets = labels(rows, classes);
    Memory<float> gradient = Memory<float>(rows * classes);
    float loss = 0;

    explicit Softmax(const Request& request) : rows(request.sizes.at(0)), classes(request.sizes.at(1)) {}
    std::vector<double> results() const { return join(std::array{loss}, gradient); }
};

/// `sgd`, `momentum`, `rmsprop`, `adam` and `adamw COUNT`: one update of so many parameters from gradients
/// that stay. PyTorch's defaults, but a learning rate of 0.001 for all.
struct Sweep {
    std::size_t count;
    Memory<float> parameters = numbers<float>(1, count), gradients = numbers<float>(2, count);
    Memory<float> state = Memory<float>(2 * count);
    std::uint64_t step = 0;

    static constexpr double learning_rate = 1e-3;

    explicit Sweep(const Request& request) : count(request.sizes.at(0)) {}
};

/// A sweep; its results are the parameters after three updates.
template <class Update>
Variant sweep_variant(std::string settings, std::shared_ptr<Sweep> sweep, Update update) {
    const auto run = [sweep, update] { update(*sweep, ++sweep->step); };
    return {std::move(settings), repeat(run), [=] {
                for (int i = 0; i < 3; ++i)
                    run();
                return join(sweep->parameters);
            }};
}

/// Weights and biases of layers of these widths, one after the other as Burin has them.
inline Memory<float> network_parameters(const std::vector<std::size_t>& widths) {
    Memory<float> all;
    for (std::size_t layer = 0; layer + 1 < widths.size(); ++layer) {
        const double limit = std::sqrt(6.0 / static_cast<double>(widths[layer] + widths[layer + 1]));
        const auto seed = static_cast<std::uint32_t>(20 + 2 * layer);
        for (const float each : numbers<float>(seed, widths[layer] * widths[layer + 1], -limit, limit))
            all.push_back(each);
        for (const float each : numbers<float>(seed + 1, widths[layer + 1], -0.1, 0.1))
            all.push_back(each);
    }
    return all;
}

/// `training_step BATCH`: 784-128-10 with ReLU, softmax cross-entropy and Adam. Each step sees the next
/// samples of a set that no cache holds.
struct Training {
    static constexpr std::size_t pixels = 784, hidden = 128, classes = 10, samples = 8192;
    std::size_t batch;
    Memory<float> images = numbers<float>(6, samples* pixels, 0, 1);
    std::vector<std::uint32_t> targets = labels(samples, classes);
    Memory<float> parameters = network_parameters({pixels, hidden, classes});
    std::size_t first = 0;

    explicit Training(const Request& request) : batch(request.sizes.at(0)) {}
};

/// `step(images, labels)` returns the mean loss; the results are those of four steps. (Parameters are not
/// compared: Adam's first steps make a rounding error in a small gradient as large as the gradient.)
template <class Step>
Variant training_variant(std::string settings, std::shared_ptr<Training> training, Step step) {
    const auto run = [training, step] {
        const std::size_t first =
            std::exchange(training->first, (training->first + training->batch) % training->samples);
        return step(training->images.data() + first * training->pixels, training->targets.data() + first);
    };
    return {std::move(settings), repeat(run), [run] {
                std::vector<double> losses;
                for (int i = 0; i < 4; ++i)
                    losses.push_back(static_cast<double>(run()));
                return losses;
            }};
}

/// `inference_relu` and `inference_tanh WIDTH …`: one sample, of 64 in turn; no activation after the last
/// layer.
struct Inference {
    static constexpr std::size_t samples = 64;
    std::vector<std::size_t> widths;
    Memory<float> inputs = numbers<float>(7, samples* widths.front());
    Memory<float> parameters = network_parameters(widths);
    std::size_t sample = 0;

    explicit Inference(const Request& request) : widths(request.sizes) {}
};

/// `infer(input)` returns a pointer to the outputs; the results are the outputs of every sample.
template <class Infer>
Variant inference_variant(std::string settings, std::shared_ptr<Inference> problem, Infer infer) {
    const auto run = [problem, infer] {
        const float* const outputs =
            infer(problem->inputs.data() + problem->sample * problem->widths.front());
        problem->sample = (problem->sample + 1) % problem->samples;
        asm volatile("" : : "r"(outputs) : "memory");
        return outputs;
    };
    return {std::move(settings), repeat(run), [run, problem] {
                std::vector<double> all;
                for (std::size_t i = 0; i < problem->samples; ++i) {
                    const float* const outputs = run();
                    all.insert(all.end(), outputs, outputs + problem->widths.back());
                }
                return all;
            }};
}

template <std::size_t... Values>
struct Sizes {};

/// Calls `function` with those of the `choices` (Sizes) that are the sizes asked for.
template <class Function, std::size_t... Values, class... Others>
Variants with_sizes(const std::vector<std::size_t>& asked, Function function, Sizes<Values...> choice,
                    Others... others) {
    if (asked == std::vector<std::size_t>{Values...})
        return function(choice);
    if constexpr (sizeof...(Others) > 0)
        return with_sizes(asked, function, others...);
    else
        return {};
}

/// Inputs and outputs of all Dense works.
template <class Function>
Variants with_dense_sizes(std::size_t inputs, std::size_t outputs, Function function) {
    return with_sizes({inputs, outputs}, function, Sizes<784, 128>{}, Sizes<256, 256>{}, Sizes<512, 512>{},
                      Sizes<1024, 1024>{}, Sizes<4096, 1024>{}, Sizes<128, 10>{}, Sizes<64, 64>{},
                      Sizes<33, 7>{}, Sizes<10, 10>{});
}

/// Widths of all networks of the inference works.
template <class Function>
Variants with_network_widths(const std::vector<std::size_t>& widths, Function function) {
    return with_sizes(widths, function, Sizes<784, 128, 10>{}, Sizes<32, 32, 32, 1>{}, Sizes<8, 8, 1>{});
}

} // namespace peers
