#include "support/networks.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace burin;

namespace {

using Body = Sequential<Dense<9>, Tanh, Dense<7>, ReLU>;
using Whole = Sequential<Input<5>, Body, Dense<3>>;
using Transfer = Sequential<Input<5>, Frozen<Body>, Dense<3>>;
/// Frozen in the middle: the gradient goes through it to the first layer.
using Middle = Sequential<Input<5>, Dense<9>, Tanh, Frozen<Dense<7>>, ReLU, Dense<3>>;

template <class Net>
constexpr std::size_t steps_of(passes::StepKind kind) {
    const auto& program = engine::Plan<Net, recipes::training>::program;
    std::size_t count = 0;
    for (std::size_t s = 0; s < program.step_count; ++s)
        count += program.steps[s].kind == kind;
    return count;
}

constexpr std::size_t rows = 8;

template <class Net>
using TrainerFor = Trainer<Net, losses::MeanSquaredError, optimizers::SGD, rows>;

/// Trains for a few steps with whatever is in the parameters.
template <class Net>
void train(engine::ParameterPointers<Net, float> parameters) {
    const auto inputs = random_numbers<float>(rows * 5, 1), targets = random_numbers<float>(rows * 3, 2);
    const auto trainer = std::make_unique<TrainerFor<Net>>(parameters, losses::MeanSquaredError{},
                                                           optimizers::SGD{.learning_rate = 0.1});
    for (int step = 0; step < 5; ++step)
        trainer->step(inputs, targets);
}

template <class Before, class After>
bool tensor_changed(const Parameters<Before>& before, const Parameters<After>& after, std::string_view name) {
    const auto old = before[name], now = after[name];
    REQUIRE(!old.empty());
    REQUIRE(old.size() == now.size());
    for (std::size_t i = 0; i < old.size(); ++i)
        if (old[i] != now[i])
            return true;
    return false;
}

} // namespace

TEST_CASE("Frozen: names and counts are as without it, but nothing of it is trained") {
    static_assert(parameter_count<Transfer> == parameter_count<Whole>);
    static_assert(trained_count<Transfer> == 7 * 3 + 3);
    static_assert(trained_count<Whole> == parameter_count<Whole>);
    static_assert(parameter_tensors<Transfer>.size() == parameter_tensors<Whole>.size());
    for (std::size_t i = 0; i < parameter_tensors<Whole>.size(); ++i)
        CHECK(parameter_tensors<Transfer>[i].name().view() == parameter_tensors<Whole>[i].name().view());
    // What is trained comes first.
    static_assert(engine::find_tensor<Transfer>("1.weight")->offset == 0);
    static_assert(engine::find_tensor<Transfer>("0.0.weight")->kind == TensorKind::frozen);
}

TEST_CASE("Frozen: the compiler leaves its gradients out, and their memory") {
    using passes::StepKind;
    static_assert(steps_of<Whole>(StepKind::backward_parameters) == 3);
    static_assert(steps_of<Whole>(StepKind::backward_input) == 2);
    static_assert(steps_of<Transfer>(StepKind::backward_parameters) == 1);
    static_assert(steps_of<Transfer>(StepKind::backward_input) == 0);
    static_assert(steps_of<Middle>(StepKind::backward_parameters) == 2);
    static_assert(steps_of<Middle>(StepKind::backward_input) == 2);
    static_assert(Workspace<Transfer, 32, recipes::training>::count <
                  Workspace<Whole, 32, recipes::training>::count);
    static_assert(training_bytes<Transfer, 32> < training_bytes<Whole, 32>);
    static_assert(Gradients<Transfer>::count == trained_count<Transfer>);
}

TEST_CASE("Frozen: training changes the rest and leaves it as it is") {
    const auto check = []<class Net>(std::type_identity<Net>,
                                     std::initializer_list<std::string_view> frozen) {
        const auto before = std::make_unique<Parameters<Net>>();
        initialize<Net>(*before, initializers::Default{}, 3);
        const auto after = std::make_unique<Parameters<Net>>(*before);
        train<Net>(*after);
        for (const ParameterTensor& tensor : parameter_tensors<Net>) {
            const auto text = tensor.name();
            const std::string_view name = text.view();
            const bool is_frozen = std::find(frozen.begin(), frozen.end(), name) != frozen.end();
            INFO(std::string(name));
            CHECK(tensor_changed(*before, *after, name) != is_frozen);
        }
    };
    check(std::type_identity<Transfer>{}, {"0.0.weight", "0.0.bias", "0.2.weight", "0.2.bias"});
    check(std::type_identity<Middle>{}, {"2.weight", "2.bias"});
}

TEST_CASE("Frozen: the gradients that are left are those of the whole network") {
    const auto whole = std::make_unique<Parameters<Whole>>();
    initialize<Whole>(*whole, initializers::Default{}, 3);
    const auto transfer = std::make_unique<Parameters<Transfer>>();
    CHECK(copy_parameters(*whole, *transfer) == 6);
    const auto inputs = random_numbers<float>(rows * 5, 1), targets = random_numbers<float>(rows * 3, 2);
    const auto gradients = [&]<class Net>(Parameters<Net>& parameters) {
        const auto trainer = std::make_unique<TrainerFor<Net>>(parameters);
        typename TrainerFor<Net>::SamplesType samples;
        samples.inputs = {inputs.data()};
        samples.targets = {targets.data()};
        samples.rows = rows;
        trainer->gradients(samples);
        const auto all = trainer->last_gradients();
        return std::vector<float>(all.begin(), all.end());
    };
    const auto of_whole = gradients(*whole), of_transfer = gradients(*transfer);
    const std::size_t last = engine::find_tensor<Whole>("1.weight")->offset;
    CHECK(std::equal(of_transfer.begin(), of_transfer.end(), of_whole.begin() + static_cast<long>(last)));
    const Parameters<Transfer> kept = *transfer;
    train<Transfer>(*transfer);
    CHECK(!tensor_changed(kept, *transfer, "0.2.weight"));
    CHECK(tensor_changed(kept, *transfer, "1.weight"));
}

TEST_CASE(
    "TrainedParameters: the frozen ones are read where they are, and every bit is as with all in one place") {
    const auto check = []<class Net>(std::type_identity<Net>) {
        const auto whole = std::make_unique<Parameters<Net>>();
        initialize<Net>(*whole, initializers::Default{}, 3);
        const std::vector<float> constants(whole->data(), whole->data() + stored_count<Net>);
        TrainedParameters<Net> trained(std::span<const float, stored_count<Net>>{constants});
        train<Net>(*whole);
        train<Net>(trained);
        const auto changed = trained.all();
        REQUIRE(changed.size() == trained_count<Net> + updated_statistics_count<Net>);
        CHECK(!std::equal(changed.begin(), changed.end(), constants.begin()));
        CHECK(std::equal(changed.begin(), changed.begin() + trained_count<Net>, whole->data()));
        CHECK(std::equal(changed.begin() + trained_count<Net>, changed.end(), whole->statistics()));

        const auto inputs = random_numbers<float>(rows * 5, 4);
        Predictor<Net, rows> predictor, other;
        const auto outputs = predictor(*whole, inputs), same = other(trained, inputs);
        CHECK(std::equal(outputs.begin(), outputs.end(), same.begin(), same.end()));
    };
    check(std::type_identity<Transfer>{});
    check(std::type_identity<Middle>{});
    using Normalised = Sequential<Input<5>, Frozen<Sequential<Dense<9>, BatchNorm<>, ReLU>>, Dense<7>,
                                  BatchNorm<>, ReLU, Dense<3>>;
    static_assert(updated_statistics_count<Normalised> == 2 * 7);
    static_assert(TrainedParameters<Normalised>::count == 9 * 7 + 7 + 2 * 7 + 7 * 3 + 3 + 2 * 7);
    check(std::type_identity<Normalised>{});
}

TEST_CASE("copy_parameters: the tensors that two networks have in common, by name and shape") {
    using Autoencoder = Graph<Inputs<Node<"x", Input<5>>>, Node<"code", Dense<2>, From<"x">>,
                              Node<"decoder", Body, From<"code">>, Outputs<"decoder">>;
    using To = Graph<Inputs<Node<"code", Input<2>>>, Node<"decoder", Body, From<"code">>,
                     Node<"other", Dense<2>, From<"decoder">>, Outputs<"other">>;
    using Wider =
        Graph<Inputs<Node<"code", Input<3>>>, Node<"decoder", Body, From<"code">>, Outputs<"decoder">>;
    Parameters<Autoencoder> from;
    initialize<Autoencoder>(from, initializers::Default{}, 3);
    Parameters<To> to;
    CHECK(copy_parameters(from, to) == 4);
    for (const std::string_view name :
         {"decoder.0.weight", "decoder.0.bias", "decoder.2.weight", "decoder.2.bias"})
        CHECK(!tensor_changed(from, to, name));
    Parameters<Wider> wider;
    CHECK(copy_parameters(from, wider) == 3); // Not the weight of another shape.
}
