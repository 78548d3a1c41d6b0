#include "reference/graph_ops.hpp"

#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/dot.hpp"
#include "burin/layers/lambda.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/rescaling.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/layers/reverse.hpp"
#include "burin/layers/slice.hpp"
#include "burin/layers/stop_gradient.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/network_gradient.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <span>
#include <vector>

using namespace burin;

namespace r = reference::graph_ops;

namespace {

/// What a merge makes of the input, three times it, and minus it.
struct Triple {
    template <class Vector>
    static Vector value(Vector x) noexcept {
        return x + x + x;
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector) noexcept {
        return dy + dy + dy;
    }
};
template <class Merge>
using Three = Parallel<Merge, Identity, Lambda<Triple>, Rescaling<-1.0>>;

template <class Merge>
std::vector<double> three(const std::vector<double>& x) {
    return LayerRun<Sequential<Input<3>, Three<Merge>>>{}.infer(x);
}

/// A merge of three inputs, each learnt: `a`, `b` and `c` of the reference, if the input is ones.
template <class Merge, FixedString... Names>
using Merged = Graph<Inputs<Node<"x", Input<3, 7>>>, Node<"a", Probe, From<"x">>, Node<"b", Probe, From<"x">>,
                     Node<"c", Probe, From<"x">>, Node<"y", Merge, From<Names...>>, Outputs<"y">>;

/// Output and gradients against PyTorch's, and against central differences.
template <class Net>
void check_reference(const auto& output, const auto&... gradients) {
    LayerRun<Net> run;
    double* to = run.parameters->data();
    for (const auto* input : {&r::a, &r::b, &r::c})
        to = std::copy(std::begin(*input), std::end(*input), to);
    const std::vector<double> ones(21, 1.0);
    std::vector<double> places(std::size(output));
    std::iota(places.begin(), places.end(), 1.0);
    check_close(run.train(ones, places), output, 1e-14);
    check_close(run.infer(ones), output, 1e-14);
    const double* from = run.gradients->data();
    ((check_close(std::span(from, 21), gradients, 1e-14), from += 21), ...);
    check_gradients<Net>(1, 1);
}

struct Cube {
    template <class Vector>
    static Vector value(Vector x) noexcept {
        return x * x * x;
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector x) noexcept {
        return dy * x * x * Vector(typename Vector::value_type(3));
    }
};

} // namespace

TEST_CASE("Multiply, Average, Maximum, Minimum: element by element, of any number of inputs") {
    const std::vector<double> x{1, -2, 3};
    CHECK(three<Multiply>(x) == std::vector<double>{-3, 24, -81});
    CHECK(three<Average>(x) == std::vector<double>{1, -2, 3});
    CHECK(three<Maximum>(x) == std::vector<double>{3, 2, 9});
    CHECK(three<Minimum>(x) == std::vector<double>{-1, -6, -3});
}

TEST_CASE("Merges: outputs and gradients agree with PyTorch and with central differences") {
    check_reference<Merged<Multiply, "a", "b", "c">>(r::multiply_output, r::multiply_a_gradient,
                                                     r::multiply_b_gradient, r::multiply_c_gradient);
    check_reference<Merged<Average, "a", "b", "c">>(r::average_output, r::average_a_gradient,
                                                    r::average_b_gradient, r::average_c_gradient);
    check_reference<Merged<Maximum, "a", "b", "c">>(r::maximum_output, r::maximum_a_gradient,
                                                    r::maximum_b_gradient, r::maximum_c_gradient);
    check_reference<Merged<Minimum, "a", "b", "c">>(r::minimum_output, r::minimum_a_gradient,
                                                    r::minimum_b_gradient, r::minimum_c_gradient);
    check_reference<Merged<Subtract, "a", "b">>(r::subtract_output, r::subtract_a_gradient,
                                                r::subtract_b_gradient);
    check_reference<Merged<Dot, "a", "b">>(r::dot_output, r::dot_a_gradient, r::dot_b_gradient);
}

TEST_CASE("Merges: an activation is fused behind them") {
    using Net = Sequential<Input<3>, Parallel<Multiply, Dense<5>, Sequential<Dense<5>, Tanh>>, Sigmoid>;
    static_assert(engine::Plan<Net, recipes::inference>::program.step_count == 3);
    check_gradients<Net>(3, 1);
}

TEST_CASE("Subtract: the first input minus the second, of two") {
    using Two = Parallel<Subtract, Identity, Lambda<Triple>>;
    CHECK(LayerRun<Sequential<Input<3>, Two>>{}.infer(std::vector<double>{1, -2, 3}) ==
          std::vector<double>{-2, 4, -6});
    CHECK(
        input_gradient<double, Input<3>, Two>(std::vector<double>{1, -2, 3}, std::vector<double>{1, 2, 3}) ==
        std::vector<double>{-2, -4, -6});
}

TEST_CASE("Maximum and Minimum: of inputs that are as large, the first gets the gradient") {
    using Net = Graph<Inputs<Node<"x", Input<2>>>, Node<"a", Probe, From<"x">>, Node<"b", Probe, From<"x">>,
                      Node<"y", Maximum, From<"b", "a">>, Outputs<"y">>;
    LayerRun<Net> run;
    run.parameters->values.fill(1);
    const std::vector<double> x{5, -7}, dy{1, 1};
    run.train(x, dy);
    CHECK(std::vector<double>(run.gradients->values.begin(), run.gradients->values.end()) ==
          std::vector<double>{0, 0, 5, -7});
}

TEST_CASE("Merges say what they want") {
    CHECK(problem_of<Sequential<Input<3>, Parallel<Multiply, Identity, Dense<2>>>>() ==
          "layer `0` `Multiply`: expected every input to have the shape of the first, `[3]`, got `[2]`");
    CHECK(problem_of<Sequential<Input<3>, Three<Subtract>>>() == "layer `0` `Subtract`: expected two inputs");
    CHECK(problem_of<Sequential<Input<3>, Parallel<Dot, Identity>>>() ==
          "layer `0` `Dot`: expected two inputs");
    CHECK(problem_of<Sequential<Input<3>, Parallel<Dot, Identity, Dense<2>>>>() ==
          "layer `0` `Dot`: expected the last axis to be that of the first input, `[3]`, got `[2]`");
}

TEST_CASE("Dot: rows of the first input with rows of the second") {
    using Vectors = Sequential<Input<3>, Parallel<Dot, Identity, Lambda<Triple>>>;
    static_assert(output_shape<Vectors> == Shape(1));
    CHECK(LayerRun<Vectors>{}.infer(std::vector<double>{1, 2, 3, 0, 0, 2}) == std::vector<double>{42, 12});

    using Rows = Sequential<Input<6>, Parallel<Dot, Reshape<2, 3>, Reshape<2, 3>>>;
    static_assert(output_shape<Rows> == Shape(2, 2));
    static_assert(flops<Rows> == 24);
    CHECK(LayerRun<Rows>{}.infer(std::vector<double>{1, 2, 3, 4, 5, 6}) ==
          std::vector<double>{14, 32, 32, 77});

    using MatrixVector = Sequential<Input<10>, Probe, Parallel<Dot, Reshape<2, 5>, Slice<1, 5>>>;
    static_assert(output_shape<MatrixVector> == Shape(2));
    check_gradients<MatrixVector>(3, 1);
    check_gradients<Sequential<Input<1>, Probe, Parallel<Dot, Identity, Identity>>>(2, 3);
}

TEST_CASE("Lambda: a function of the user's, fused like any other") {
    using Net = Sequential<Input<3>, Dense<9>, Lambda<Cube>, Dense<2>, Lambda<Cube>>;
    static_assert(engine::Plan<Net, recipes::inference>::program.step_count == 2);
    CHECK(LayerRun<Sequential<Input<3>, Lambda<Cube>>>{}.infer(std::vector<double>{1, -2, 3}) ==
          std::vector<double>{1, -8, 27});
    check_gradients<Net>(3, 1);
}

TEST_CASE("Rescaling: scale · x + offset; its gradient needs nothing that was stored") {
    CHECK(LayerRun<Sequential<Input<3>, Rescaling<0.5, -1.0>>>{}.infer(std::vector<double>{2, 4, -6}) ==
          std::vector<double>{0, 1, -4});
    using Net = Sequential<Input<3>, Dense<7>, Rescaling<0.5, -1.0>, Dense<2>>;
    static_assert(engine::Plan<Net, recipes::training>::program.step_count == 6);
    check_gradients<Net>(3, 1);
    check_gradients<Sequential<Input<3>, Dense<7>, Lambda<Cube>, Rescaling<2.0>>>(3, 2);
    static_assert(Rescaling<0.5>::name() == Text<64>("Rescaling<0.5>"));
}

TEST_CASE("Reverse: the steps from the last to the first") {
    using Net = Sequential<Input<3, 2>, Reverse>;
    CHECK(LayerRun<Net>{}.infer(std::vector<double>{1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60}) ==
          std::vector<double>{5, 6, 3, 4, 1, 2, 50, 60, 30, 40, 10, 20});
    check_gradients<Sequential<Input<5, 3>, Probe, Reverse>>(2, 1);
}

TEST_CASE("StopGradient: costs nothing and lets no gradient through") {
    using Blocked = Sequential<Input<3>, Dense<4>, Tanh, StopGradient, Dense<2>>;
    static_assert(engine::Plan<Blocked, recipes::inference>::program.step_count == 2);
    static_assert(engine::Plan<Blocked, recipes::training>::program.step_count ==
                  4); // Two forward, loss, one gradient.

    // y = p · x + stop(q · x): only p has a gradient.
    using Net =
        Graph<Inputs<Node<"x", Input<2>>>, Node<"a", Probe, From<"x">>, Node<"b", Probe, From<"x">>,
              Node<"stopped", StopGradient, From<"b">>, Node<"y", Add, From<"a", "stopped">>, Outputs<"y">>;
    LayerRun<Net> run;
    run.parameters->values.fill(1);
    const std::vector<double> x{5, -7}, dy{1, 1};
    CHECK(run.train(x, dy) == std::vector<double>{10, -14});
    CHECK(std::vector<double>(run.gradients->values.begin(), run.gradients->values.end()) ==
          std::vector<double>{5, -7, 0, 0});
}
