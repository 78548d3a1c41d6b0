#pragma once

#include "burin/graph/execute.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/workspace.hpp"
#include "support/central_differences.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

/// As `LayerRun`, for a network of several inputs.
template <class Net, class Scalar = double, std::size_t Batch = 16>
class GraphRun {
    using N = burin::Network<Net>;
    using Forward = burin::Plan<Net, burin::Mode::inference>;
    using Training = burin::Plan<Net, burin::Mode::training>;

  public:
    using Inputs = std::array<std::vector<Scalar>, N::input_count>;

    std::unique_ptr<burin::Parameters<Net, Scalar>> parameters =
        std::make_unique<burin::Parameters<Net, Scalar>>();
    std::unique_ptr<burin::Gradients<Net, Scalar>> gradients =
        std::make_unique<burin::Gradients<Net, Scalar>>();

    std::vector<Scalar> infer(const Inputs& x) const {
        const auto arena = std::make_unique<burin::Arena<Forward, Batch, Scalar>>();
        auto frame = this->frame(x);
        frame.arena = arena->data();
        burin::execute<Forward, Batch, Scalar>(frame);
        const Scalar* const y = burin::output_of<Forward, Batch, Scalar>(frame);
        return {y, y + frame.rows * N::output_shapes[0].size()};
    }

    /// The output in training; leaves the parameters' gradients.
    std::vector<Scalar> train(const Inputs& x, std::span<const Scalar> dy) const {
        const auto arena = std::make_unique<burin::Arena<Training, Batch, Scalar>>();
        auto frame = this->frame(x);
        frame.arena = arena->data();
        frame.gradients = gradients->data();
        frame.statistics = parameters->statistics();
        std::vector<Scalar> output;
        burin::execute<Training, Batch, Scalar>(
            frame, [&](auto, const Scalar* y, Scalar* gradient, std::size_t rows) {
                output.assign(y, y + rows * N::output_shapes[0].size());
                std::copy(dy.begin(), dy.end(), gradient);
            });
        return output;
    }

  private:
    burin::Frame<Net, Scalar> frame(const Inputs& x) const {
        burin::Frame<Net, Scalar> frame;
        for (std::size_t i = 0; i < x.size(); ++i)
            frame.inputs[i] = x[i].data();
        frame.parameters = parameters->data();
        frame.rows = x[0].size() / N::input_shapes[0].size();
        frame.seed = 11;
        frame.step = 1;
        return frame;
    }
};

/// Checks the gradients of Σ dy · y in all parameters (those of `Probe`s behind the inputs among them), and
/// that inference computes what training does.
template <class Net>
void check_graph_gradient(const typename GraphRun<Net>::Inputs& x) {
    GraphRun<Net> run;
    const auto start = random_numbers(burin::parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const auto dy = random_numbers(run.infer(x).size(), 2);
    const auto trained = run.train(x, dy), inferred = run.infer(x);
    for (std::size_t i = 0; i < trained.size(); ++i)
        CHECK(trained[i] == doctest::Approx(inferred[i]).epsilon(1e-12));
    check_gradient(
        [&] {
            const auto y = run.infer(x);
            double sum = 0;
            for (std::size_t i = 0; i < y.size(); ++i)
                sum += dy[i] * y[i];
            return sum;
        },
        run.parameters->all(), run.gradients->all());
}
