#pragma once

#include "burin/graph/execute.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/workspace.hpp"
#include "support/on_heap.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

/// Runs a network of one output forward, and backward from a given gradient of the output. What the first
/// input gets is given to each run; further inputs are members.
///
/// The gradient of the network's own input is found too: a `Probe` (multiplication of each input by a
/// parameter) stands before it, whose parameter gradient is that of the input times the input.
template <class Net, class Scalar = double, std::size_t Batch = 16>
class LayerRun {
    using N = burin::engine::Network<Net>;
    using Forward = burin::engine::Plan<Net, burin::recipes::inference>;
    using Training = burin::engine::Plan<Net, burin::recipes::training>;

  public:
    OnHeap<burin::Parameters<Net, Scalar>> parameters;
    OnHeap<burin::Gradients<Net, Scalar>> gradients;
    std::array<const Scalar*, N::input_count> inputs{};
    Scalar* state = nullptr;

    std::vector<Scalar> infer(std::span<const Scalar> x) const {
        const OnHeap<burin::engine::Arena<Forward, Batch, Scalar>> arena;
        auto frame = this->frame(x);
        frame.arena = arena->data();
        burin::engine::execute<Forward, Batch, Scalar>(frame);
        const Scalar* const y = burin::engine::output_of<Forward, Batch, Scalar>(frame);
        return {y, y + frame.rows * N::output_shapes[0].size()};
    }

    /// The output in training; leaves the parameters' gradients.
    std::vector<Scalar> train(std::span<const Scalar> x, std::span<const Scalar> dy) const {
        const OnHeap<burin::engine::Arena<Training, Batch, Scalar>> arena;
        auto frame = this->frame(x);
        frame.arena = arena->data();
        frame.gradients = gradients->data();
        frame.statistics = parameters->statistics();
        std::vector<Scalar> output;
        burin::engine::execute<Training, Batch, Scalar>(
            frame, [&](auto, const Scalar* y, Scalar* gradient, std::size_t rows) {
                output.assign(y, y + rows * N::output_shapes[0].size());
                std::copy(dy.begin(), dy.end(), gradient);
            });
        return output;
    }

  private:
    burin::engine::Frame<Net, Scalar> frame(std::span<const Scalar> x) const {
        burin::engine::Frame<Net, Scalar> frame;
        frame.inputs = inputs;
        frame.inputs[0] = x.data();
        frame.state = state;
        frame.parameters = parameters->data();
        frame.rows = x.size() / N::input_shapes[0].size();
        frame.seed = 11;
        frame.step = 1;
        return frame;
    }
};

/// y = p · x with a parameter for each element of a sample. Its gradient tells that of what follows: dp =
/// Σ_rows x · dx.
struct Probe : burin::Op {
    static constexpr burin::Text<64> name() { return "Probe"; }
    static constexpr burin::OpTraits traits{.parameter_gradient = {.input = true}};
    static constexpr burin::InferredShape infer_shape(std::span<const burin::Shape> inputs) {
        return {.shape = inputs[0]};
    }
    static constexpr burin::ParameterList parameters(std::span<const burin::Shape> inputs) {
        return burin::ParameterList(
            burin::ParameterSpec{"factor", burin::ParameterRole::scale, inputs[0], {1, 1}});
    }
    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr std::size_t size = Context::Shapes::output.size();
        for (std::size_t i = 0; i < size * run.rows; ++i)
            run.output[i] = run.parameters[i % size] * run.inputs[0][i];
    }
    template <class Context>
    static void backward_parameters(const Context& run) noexcept {
        constexpr std::size_t size = Context::Shapes::output.size();
        std::fill_n(run.gradients, size, typename Context::Scalar(0));
        for (std::size_t i = 0; i < size * run.rows; ++i)
            run.gradients[i % size] += run.output_gradient[i] * run.inputs[0][i];
    }
    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        constexpr std::size_t size = Context::Shapes::output.size();
        for (std::size_t i = 0; i < size * run.rows; ++i)
            run.input_gradient[i] = run.output_gradient[i] * run.parameters[i % size];
    }
};

/// dx of layers, for one row: what a Probe before them learns, with x as its parameters and an input of ones.
template <class Scalar, class InputLayer, class... Layers>
std::vector<Scalar> input_gradient(std::span<const Scalar> x, std::span<const Scalar> dy) {
    LayerRun<burin::Sequential<InputLayer, Probe, Layers...>, Scalar> run;
    std::copy(x.begin(), x.end(), run.parameters->data());
    const std::vector<Scalar> ones(x.size(), Scalar(1));
    run.train(ones, dy);
    return {run.gradients->data(), run.gradients->data() + x.size()};
}
