#include "burin/burin.hpp"
#include "support/check_close.hpp"
#include "support/random_numbers.hpp"
#include "support/random_wrapping.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using namespace burin;

// What changes nothing around or behind a network's last layer must not change what its loss, its metrics and
// its probabilities are.

namespace {

constexpr std::size_t rows = 7;

using losses::BinaryCrossentropy, losses::CategoricalCrossentropy, losses::SparseCategoricalCrossentropy;

template <class... End>
using Ending = Sequential<Input<4>, Dense<6>, Tanh, Dense<3>, End...>;
/// A sequence of two steps of two.
template <class... End>
using Steps = Sequential<Input<4>, Dense<6>, Tanh, Reshape<2, 3>, TimeDistributed<Dense<3>>, End...>;
template <class Last, class... End>
using Named = Graph<Inputs<Node<"x", Input<4>>>, Node<"a", Sequential<Dense<6>, Tanh, Dense<3>>, From<"x">>,
                    Node<"p", Last, From<"a">>, Node<"q", Sequential<End...>, From<"p">>, Outputs<"q">>;

template <class Net>
struct Trained {
    Model<Net, double> model{{.seed = 3}};

    Trained() {
        // Of networks that name their layers otherwise, in the same order.
        const auto values = random_numbers<double>(stored_count<Net>, 5);
        std::copy(values.begin(), values.end(), model.parameters().data());
    }
};

template <class Loss, class Net>
auto dataset() {
    using Target = losses::TargetOf<Loss, double>;
    std::vector<Target> targets(rows * losses::target_size<Loss>(output_shape<Net>));
    for (std::size_t i = 0; i < targets.size(); ++i)
        targets[i] =
            static_cast<Target>(std::is_same_v<Target, Label> ? i % output_shape<Net>.last() : i % 2);
    return data::Dataset<Target, double>(Shape(4), random_numbers<double>(rows * 4, 9), targets);
}

template <class Net, class Loss>
std::vector<double> gradients(Trained<Net>& subject) {
    const auto data = dataset<Loss, Net>();
    burin::detail::BatchBuffer<Net, Loss, double> buffer(rows);
    for (std::size_t row = 0; row < rows; ++row)
        buffer.put(row, data, row);
    const auto trainer =
        std::make_unique<Trainer<Net, Loss, optimizers::SGD, rows, double>>(subject.model.parameters());
    const auto sum = trainer->gradients(buffer.samples(rows));
    std::vector<double> result(trainer->last_gradients().begin(), trainer->last_gradients().end());
    result.push_back(sum.total);
    return result;
}

template <class Net, class Loss>
std::vector<double> evaluation(const Trained<Net>& subject) {
    const Evaluation found = evaluate(subject.model, dataset<Loss, Net>(), Loss{});
    return {found["loss"], found["accuracy"]};
}

template <class Net>
std::vector<double> probabilities(const Trained<Net>& subject) {
    return predict_proba(subject.model, random_numbers<double>(rows * 4, 9));
}

/// All that the loss changes is as for the logits alone, in training and in inference.
template <class Loss, class Plain, class Wrapped>
void check_inference(double tolerance = 1e-12) {
    CAPTURE(__PRETTY_FUNCTION__);
    const Trained<Plain> plain;
    const Trained<Wrapped> wrapped;
    check_close(evaluation<Wrapped, Loss>(wrapped), evaluation<Plain, Loss>(plain), 1e-12);
    const auto inputs = random_numbers<double>(rows * 4, 9);
    const auto expected = predict_proba(plain.model, inputs, Loss{});
    check_close(predict_proba(wrapped.model, inputs, Loss{}), expected, tolerance);
    check_close(probabilities(wrapped), expected, tolerance);
}
template <class Loss, class Plain, class Wrapped>
void check(double tolerance = 1e-12) {
    check_inference<Loss, Plain, Wrapped>(tolerance);
    Trained<Plain> plain;
    Trained<Wrapped> wrapped;
    check_close(gradients<Wrapped, Loss>(wrapped), gradients<Plain, Loss>(plain), 1e-12);
}

} // namespace

TEST_CASE("Wrapped links: softmax and its loss") {
    using Loss = SparseCategoricalCrossentropy;
    check<Loss, Ending<>, Ending<Softmax>>();
    check<Loss, Ending<>, Ending<LogSoftmax>>();
    check<Loss, Ending<>, Ending<Softmax, Identity>>();
    check<Loss, Ending<>, Ending<LogSoftmax, Flatten, Identity>>();
    check<Loss, Ending<>, Ending<Frozen<Softmax>, Frozen<Identity>>>();
    check<Loss, Ending<>, Ending<Regularized<Sequential<Softmax, Flatten>, L2<1e-3>>>>();
    check<Loss, Ending<Reshape<1, 3>>, Ending<Softmax, Reshape<1, 3>>>();
    check<Loss, Ending<Reshape<1, 3>>, Ending<Reshape<1, 3>, TimeDistributed<Softmax>>>();
    check<Loss, Steps<>, Steps<TimeDistributed<Sequential<Softmax, Identity>>>>();
    check<CategoricalCrossentropy, Steps<>, Steps<Softmax, Reshape<1, 2, 3>>>();
    check<losses::KLDivergence, Ending<>, Ending<Fast<Sequential<LogSoftmax, Identity>>>>();
    check<Loss, Ending<>, Named<Softmax, Identity>>();
}

TEST_CASE("Wrapped links: sigmoid and its loss") {
    using Loss = BinaryCrossentropy;
    using Plain = Ending<>;
    check<Loss, Plain, Ending<Sigmoid>>();
    check<Loss, Plain, Ending<Sigmoid, Flatten>>();
    check<Loss, Plain, Ending<Reshape<1, 3>, TimeDistributed<Sigmoid>, Flatten>>();
    check<Loss, Plain, Ending<Fast<Frozen<Sigmoid>>>>(1e-5);
}

TEST_CASE("Wrapped links: what changes something in training alone is looked through in inference") {
    check_inference<SparseCategoricalCrossentropy, Ending<>, Ending<Softmax, Dropout<0.5>>>();
    check_inference<SparseCategoricalCrossentropy, Ending<>,
                    Ending<LogSoftmax, GaussianNoise<0.5>, Identity>>();
    check_inference<BinaryCrossentropy, Ending<>, Ending<Sigmoid, StopGradient, Dropout<0.5>, Flatten>>();
    static_assert(!fitting::loss_fits<Ending<Softmax, Dropout<0.5>>, SparseCategoricalCrossentropy>);
}

TEST_CASE("Wrapped links: which losses fit behind which activation") {
    constexpr auto row = []<class... End>() {
        return std::array{fitting::loss_fits<Ending<End...>, SparseCategoricalCrossentropy>,
                          fitting::loss_fits<Ending<End...>, CategoricalCrossentropy>,
                          fitting::loss_fits<Ending<End...>, losses::KLDivergence>,
                          fitting::loss_fits<Ending<End...>, BinaryCrossentropy>,
                          fitting::loss_fits<Ending<End...>, losses::Hinge>,
                          fitting::loss_fits<Ending<End...>, losses::MultiClassHinge>,
                          fitting::loss_fits<Ending<End...>, losses::MeanSquaredError>,
                          fitting::loss_fits<Ending<End...>, losses::MeanAbsoluteError>,
                          fitting::loss_fits<Ending<End...>, losses::Huber>,
                          fitting::loss_fits<Ending<End...>, losses::ActivityL2>};
    };
    constexpr bool yes = true, no = false;
    static_assert(row.operator()<>() == std::array{yes, yes, yes, yes, yes, yes, yes, yes, yes, yes});
    static_assert(row.operator()<ReLU>() == row.operator()<>());
    static_assert(row.operator()<Softmax>() == std::array{yes, yes, yes, no, no, yes, yes, yes, yes, yes});
    static_assert(row.operator()<LogSoftmax>() == row.operator()<Softmax>());
    static_assert(row.operator()<Sigmoid>() == std::array{no, no, no, yes, no, yes, yes, yes, yes, yes});
    static_assert(row.operator()<Fast<Sigmoid>>() == row.operator()<Sigmoid>());
    static_assert(row.operator()<HardSigmoid>() == std::array{no, no, no, no, no, yes, yes, yes, yes, yes});
    // What the library can't undo: it is not applied twice in silence.
    static_assert(row.operator()<Sigmoid, Dropout<0.5>>() == row.operator()<HardSigmoid>());
    static_assert(row.operator()<Sigmoid, StopGradient>() == row.operator()<HardSigmoid>());
    static_assert(row.operator()<Reshape<3, 1>, Sigmoid, GlobalAveragePool1D>() ==
                  std::array{no, no, no, no, no, no, yes, yes, yes, yes});
    static_assert(!fitting::loss_fits<Ending<Parallel<Concat, Sigmoid, Identity>>, BinaryCrossentropy>);
    static_assert(!fitting::loss_fits<Steps<Softmax, Flatten>, SparseCategoricalCrossentropy>);
    static_assert(fitting::loss_fits<Steps<Sigmoid, Flatten>, BinaryCrossentropy>);
    CHECK(!fitting::loss_fits<Ending<Softmax, Reverse>, SparseCategoricalCrossentropy>);
}

TEST_CASE("Wrapped links: a metric sees logits or probabilities, and knows which") {
    using Plain = Sequential<Input<4>, Dense<1>>;
    using WithSigmoid = Sequential<Input<4>, Dense<1>, Sigmoid, Identity>;
    Model<Plain> plain;
    Model<WithSigmoid> with_sigmoid;
    for (const auto& weight : {plain["0.weight"], with_sigmoid["0.weight"]})
        for (std::size_t i = 0; i < 4; ++i)
            weight[i] = i == 0;
    const auto inputs = random_numbers<float>(rows * 4, 9);
    std::vector<float> targets(rows);
    for (std::size_t i = 0; i < rows; ++i)
        targets[i] = inputs[4 * i] > 0;
    CHECK(std::find(targets.begin(), targets.end(), 0.0F) != targets.end());
    const data::Dataset<float> data(Shape(4), inputs, targets);
    CHECK(evaluate(plain, data, BinaryCrossentropy{})["accuracy"] == 1);
    CHECK(evaluate(with_sigmoid, data, BinaryCrossentropy{})["accuracy"] == 1);
    // Here the outputs are probabilities, since this loss contains no link.
    const auto accuracy = [&](const auto& model, auto threshold) {
        return evaluate(model, data, losses::MeanSquaredError{},
                        std::tuple{metrics::Accuracy{.threshold = threshold}})["accuracy"];
    };
    CHECK(accuracy(with_sigmoid, metrics::Threshold()) == 1);
    CHECK(accuracy(with_sigmoid, 0.5) == 1);
    CHECK(accuracy(with_sigmoid, 0.0) < 1);
    CHECK(accuracy(plain, metrics::Threshold()) == 1);
}

TEST_CASE("Wrapped links: in random wrappings") {
    const auto check_all = []<std::size_t... Seeds>(std::index_sequence<Seeds...>) {
        (check_inference<SparseCategoricalCrossentropy, Ending<>, Ending<wrapping::Random<Seeds, Softmax>>>(),
         ...);
        (check_inference<BinaryCrossentropy, Ending<>, Ending<wrapping::Random<Seeds + 20, Sigmoid>>>(), ...);
    };
    check_all(std::make_index_sequence<6>{});
}
