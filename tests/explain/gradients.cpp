#include "../../examples/custom_layer/maxout.hpp"
#include "burin/embedded.hpp"
#include "burin/explain/saliency.hpp"
#include "burin/graph/explainer.hpp"
#include "support/central_differences.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

using namespace burin;

namespace {

/// A network with random parameters and positive statistics, and Σ w · y of all its outputs.
template <class Net, class Of = OfInputs, std::size_t Batch = 3>
struct Subject {
    using ExplainerType = Explainer<Net, Batch, Of, double>;
    static constexpr std::size_t size = ExplainerType::sample_size;
    static constexpr std::size_t rows = Batch - 1;

    std::unique_ptr<Parameters<Net, double>> parameters = std::make_unique<Parameters<Net, double>>();
    std::unique_ptr<ExplainerType> explainer = std::make_unique<ExplainerType>();
    std::vector<double> x = random_numbers(rows * size, 2);

    Subject() {
        const auto values = random_numbers(parameter_count<Net>, 1, -0.7, 0.7);
        std::copy(values.begin(), values.end(), parameters->data());
        if constexpr (statistics_count<Net> > 0)
            std::ranges::copy(random_numbers(statistics_count<Net>, 3, 0.5, 1.5), parameters->statistics());
    }

    double run() {
        // Nothing is read that was not written.
        std::memset(static_cast<void*>(explainer.get()), 0xff, sizeof(ExplainerType));
        for (std::size_t row = 0; row < rows; ++row)
            explainer->put(row, std::span(x).subspan(row * size, size));
        double sum = 0;
        explainer->run(*parameters, rows,
                       [&](auto output, const double* y, double* gradient, std::size_t count) noexcept {
                           for (std::size_t i = 0; i < count * output_shape<Net, output.value>.size(); ++i) {
                               gradient[i] = static_cast<double>(i % 5) - 1.5;
                               sum += gradient[i] * y[i];
                           }
                       });
        return sum;
    }

    /// Those of all inputs, sample by sample.
    std::vector<double> input_gradients() {
        run();
        std::vector<double> all(rows * size);
        explainer->for_each_input([&](auto input, std::size_t first) {
            constexpr std::size_t count = input_shape<Net, input.value>.size();
            const double* const gradient = explainer->template gradient<input.value>();
            for (std::size_t row = 0; gradient != nullptr && row < rows; ++row)
                std::copy_n(gradient + row * count, count, all.data() + row * size + first);
        });
        return all;
    }
};

using Perceptron =
    Sequential<Input<8>, Dense<9>, ReLU, Dropout<0.5>, BatchNorm<>, Frozen<Sequential<Dense<7>, BatchNorm<>>>,
               GELU, GaussianNoise<0.5>, Dense<4>, Softmax>;
using Image = Sequential<Input<7, 6, 2>, Conv2D<4, 3>, BatchNorm<>, ReLU, SpatialDropout<0.5>, MaxPool2D<2>,
                         Tanh, Flatten, Dense<3>>;
using Sequence = Sequential<Input<5, 3>, LSTM<4, ReturnSequences>, LayerNorm<>, Flatten, Dense<2>>;
using Attending = Sequential<Input<4, 6>, Residual<MultiHeadAttention<2>>, Residual<FeedForward<5>>,
                             TimeDistributed<Dense<3>>, GlobalAveragePool1D>;
using Pieces = Sequential<Input<5>, Dense<12>, Maxout<3>, Dense<2>>;
using Branching =
    Graph<Inputs<Node<"a", Input<4>>, Node<"b", Input<6>>>, Node<"code", Reparameterize, From<"b">>,
          Node<"left", Sequential<Dense<3>, Tanh>, From<"a">>, Node<"sum", Add, From<"left", "code">>,
          Node<"mean", Dense<2>, From<"sum">>, Outputs<"mean", "sum">>;

} // namespace

TEST_CASE_TEMPLATE("Explainer: input gradients match central differences of inference", Net, Perceptron,
                   Image, Sequence, Attending, Pieces, Branching) {
    Subject<Net> subject;
    const auto analytic = subject.input_gradients();
    CHECK(std::ranges::any_of(analytic, [](double gradient) { return std::abs(gradient) > 1e-3; }));
    check_gradient([&] { return subject.run(); }, subject.x, analytic);
}

TEST_CASE("Explainer: the outputs are those of a Predictor") {
    Subject<Perceptron> subject;
    subject.run();
    Predictor<Perceptron, 3, double> predictor;
    const auto outputs = predictor(*subject.parameters, subject.x);
    for (std::size_t i = 0; i < outputs.size(); ++i)
        CHECK(subject.explainer->output()[i] == doctest::Approx(outputs[i]).epsilon(1e-14));
}

TEST_CASE("Explainer: what a node gives, and its gradient") {
    // Softmax is not to be fused with what is asked for, nor the ReLU.
    using Net = Sequential<Input<5>, Dense<6>, ReLU, Dense<4>, Softmax>;
    using Tail = Sequential<Input<6>, ReLU, Dense<4>, Softmax>;
    Subject<Net, OfNode<"0">> subject;
    Subject<Tail> tail;
    CHECK(copy_parameters(*subject.parameters, *tail.parameters) == 0);
    for (const auto* const name : {"weight", "bias"}) {
        const auto from = (*subject.parameters)[std::string("2.") + name];
        const auto to = (*tail.parameters)[std::string("1.") + name];
        for (std::size_t i = 0; i < to.size(); ++i)
            to[i] = from[i];
    }
    subject.run();
    static_assert(Subject<Net, OfNode<"0">>::ExplainerType::node_shape() == Shape(6));
    tail.x.assign(subject.explainer->node(), subject.explainer->node() + 12);
    const auto expected = tail.input_gradients();
    for (std::size_t i = 0; i < 12; ++i)
        CHECK(subject.explainer->gradient()[i] == doctest::Approx(expected[i]).epsilon(1e-12));
}

TEST_CASE("Explainer: a name of several layers means the last of them") {
    Subject<Branching, OfNode<"left">> group;
    Subject<Branching, OfNode<"left.1">> last;
    group.run();
    last.run();
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(group.explainer->gradient()[i] == last.explainer->gradient()[i]);
        CHECK(std::abs(group.explainer->node()[i]) < 1); // of the Tanh
    }
}

TEST_CASE("Explainer: where no gradient gets, there is none") {
    using Net =
        Graph<Inputs<Node<"a", Input<3>>, Node<"b", Input<3>>>, Node<"still", StopGradient, From<"b">>,
              Node<"sum", Add, From<"a", "still">>, Node<"y", Dense<2>, From<"sum">>, Outputs<"y">>;
    Subject<Net> subject;
    subject.run();
    CHECK(subject.explainer->gradient<0>() != nullptr);
    CHECK(subject.explainer->gradient<1>() == nullptr);
}

TEST_CASE("Explainer: words have no gradient, what stands for them has") {
    using Net = Sequential<Input<3>, Embedding<5, 2>, Flatten, Dense<2>>;
    Subject<Net, OfNode<"0">> subject;
    for (std::size_t i = 0; i < subject.x.size(); ++i)
        subject.x[i] = static_cast<double>(i % 5);
    Subject<Net> of_words;
    of_words.x = subject.x;
    CHECK(of_words.input_gradients() == std::vector<double>(6));
    std::vector<double> attribution(6);
    explain::GradientTimesNode{}(*subject.explainer, *subject.parameters, std::span(subject.x).first(3),
                                 {.element = 1}, attribution);
    for (std::size_t i = 0; i < 6; ++i)
        CHECK(attribution[i] == doctest::Approx((*subject.parameters)["0.weight"][i] *
                                                (*subject.parameters)["2.weight"][2 * i + 1])
                                    .epsilon(1e-12));
}

TEST_CASE("Explainer: what is no number comes out") {
    Subject<Sequential<Input<3>, Dense<2>>> subject;
    subject.x[0] = std::nan("");
    subject.run();
    CHECK(std::isnan(subject.explainer->output()[0]));
    (*subject.parameters)["0.weight"][2] = std::nan("");
    CHECK(std::isnan(subject.input_gradients()[1]));
}

TEST_CASE("Explainer: no gradient of a parameter is computed, nor has it memory") {
    using Explaining = engine::Plan<Perceptron, recipes::explaining<Perceptron, OfInputs>>;
    const auto count = [](const auto& program, passes::StepKind kind) {
        std::size_t steps = 0;
        for (std::size_t s = 0; s < program.step_count; ++s)
            steps += program.steps[s].kind == kind;
        return steps;
    };
    CHECK(count(Explaining::program, passes::StepKind::backward_parameters) == 0);
    // Of each BatchNorm; Dropout and noise are not there.
    CHECK(count(Explaining::program, passes::StepKind::backward) == 2);
    using Net = Sequential<Input<16>, Dense<32>, ReLU, Dense<4>>;
    // The output, the hidden layer, whose gradient takes its place, and the input, whose gradient does, too.
    static_assert(explaining_bytes<Net> == 4 * (parameter_count<Net> + 4 + 32 + 16));
    static_assert(explaining_bytes<Net> < training_bytes<Net, 1, optimizers::SGD>);
    static_assert(explaining_bytes<Net, 1, OfNode<"2">> < explaining_bytes<Net>);
    static_assert(sizeof(Explainer<Net>) >= explaining_bytes<Net> - 4 * parameter_count<Net>);
    static_assert(sizeof(Explainer<Net>) < explaining_bytes<Net> - 4 * parameter_count<Net> + 64);
}
