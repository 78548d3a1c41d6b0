#pragma once

#include "burin/graph/layout.hpp"
#include "burin/graph/network.hpp"
#include "support/central_differences.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

/// A `LayerRun` to which all inputs are given at once.
template <class Net, class Scalar = double>
struct GraphRun : LayerRun<Net, Scalar> {
    using Inputs = std::array<std::vector<Scalar>, burin::engine::Network<Net>::input_count>;

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

template <class Scalar, std::size_t Size>
std::vector<Scalar> numbers(const double (&values)[Size]) {
    // With AVX-512 g++ 12 copies {1, 1, 0, 0, 1, 1} as six ones where it knows that these are the values.
    const double* first = values;
    asm("" : "+r"(first));
    return {first, first + Size};
}

/// Checks a network that begins with Probes behind its first inputs against reference values of two samples.
/// Parameters and gradients are those behind the Probes, row-major. The Probes' factors are 1, so that their
/// gradients must be Σ_samples x · dx.
template <class Net, class Scalar, std::size_t Outputs, std::size_t Count, std::size_t InputCount>
void check_behind_probes(const typename GraphRun<Net, Scalar>::Inputs& x, const double (&dy)[Outputs],
                         const double (&parameters)[Count], const double (&y)[Outputs],
                         const double (&gradients)[Count], const double (&input_gradients)[InputCount],
                         double tolerance) {
    constexpr std::size_t probes = InputCount / 2;
    static_assert(burin::parameter_count<Net> == probes + Count);
    GraphRun<Net, Scalar> run;
    std::vector<Scalar> elements(probes, Scalar(1));
    elements.insert(elements.end(), std::begin(parameters), std::end(parameters));
    burin::from_row_major<Net>(elements.data(), run.parameters->data());
    check_close(run.infer(x), y, tolerance);
    check_close(run.train(x, numbers<Scalar>(dy)), y, tolerance);
    burin::to_row_major<Net>(run.gradients->data(), elements.data());
    const std::span<const Scalar> found = elements;
    check_close(found.last(Count), gradients, tolerance);
    std::vector<Scalar> expected;
    std::size_t first = 0;
    for (std::size_t input = 0; expected.size() < probes; ++input) {
        const std::size_t size = x[input].size() / 2;
        for (std::size_t i = 0; i < size; ++i)
            expected.push_back(x[input][i] * static_cast<Scalar>(input_gradients[first + i]) +
                               x[input][size + i] * static_cast<Scalar>(input_gradients[first + size + i]));
        first += 2 * size;
    }
    check_close(found.first(probes), expected, tolerance);
}

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
    check_gradient_of_weighted_sum(
        dy, [&] { return run.infer(x); }, run.parameters->all(), run.gradients->all());
}
