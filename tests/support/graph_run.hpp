#pragma once

#include "burin/graph/network.hpp"
#include "support/central_differences.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

/// A `LayerRun` to which all inputs are given at once.
template <class Net, class Scalar = double>
struct GraphRun : LayerRun<Net, Scalar> {
    using Inputs = std::array<std::vector<Scalar>, burin::Network<Net>::input_count>;

    std::vector<Scalar> infer(const Inputs& x) {
        set(x);
        return LayerRun<Net, Scalar>::infer(x[0]);
    }
    std::vector<Scalar> train(const Inputs& x, std::span<const Scalar> dy) {
        set(x);
        return LayerRun<Net, Scalar>::train(x[0], dy);
    }

  private:
    void set(const Inputs& x) {
        for (std::size_t i = 0; i < x.size(); ++i)
            this->inputs[i] = x[i].data();
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
