#pragma once

#include "reference/tensor_layers.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <span>
#include <vector>

/// A layer of two inputs, each learnt: the first and the second of the reference, if the input is ones.
template <class First, class Second, class LayerType>
using OfTwo =
    burin::Graph<burin::Inputs<burin::Node<"x", First>, burin::Node<"z", Second>>,
                 burin::Node<"a", Probe, burin::From<"x">>, burin::Node<"b", Probe, burin::From<"z">>,
                 burin::Node<"y", LayerType, burin::From<"a", "b">>, burin::Outputs<"y">>;

inline std::vector<double> counted(std::size_t count) {
    std::vector<double> result(count);
    std::iota(result.begin(), result.end(), 1.0);
    return result;
}

/// Output and gradients of a layer of two inputs against PyTorch's.
template <class First, class Second, class LayerType>
void check_two(const auto& first, const auto& second, const auto& y, const auto& d0, const auto& d1) {
    LayerRun<OfTwo<First, Second, LayerType>> run;
    std::copy(std::begin(second), std::end(second),
              std::copy(std::begin(first), std::end(first), run.parameters->data()));
    const std::vector<double> ones(std::size(first), 1.0), others(std::size(second), 1.0);
    run.inputs[1] = others.data();
    check_close(run.infer(ones), y, 1e-14);
    check_close(run.train(ones, counted(std::size(y))), y, 1e-14);
    check_close(run.gradients->all().first(std::size(d0)), d0, 1e-13);
    check_close(run.gradients->all().last(std::size(d1)), d1, 1e-13);
}

/// The same of a layer of one input, x of the reference.
template <class LayerType>
void check_one(const auto& y, const auto& dx) {
    using In = burin::Input<3, 4, 5>;
    const auto& of = reference::tensor_layers::x;
    const std::vector<double> x(std::begin(of), std::end(of));
    check_close(LayerRun<burin::Sequential<In, LayerType>>{}.infer(x), y, 1e-14);
    check_close(input_gradient<double, In, LayerType>(x, counted(std::size(y))), dx, 1e-14);
}

template <class Net>
std::vector<double> infer(const std::vector<double>& x) {
    return LayerRun<Net>{}.infer(x);
}
