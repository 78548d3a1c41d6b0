// Everything that is done with a model, for a network of 12 MB whose trainer takes 47, on a stack of 512 kB.
#include "burin/burin.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <pthread.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace burin;

namespace {

constexpr std::size_t width = 1700;
using Net = Sequential<Input<width>, Dense<width>, BatchNorm<>, ReLU, Dense<10>>;
using Loss = losses::SparseCategoricalCrossentropy;

static_assert(sizeof(Parameters<Net>) > 11'000'000);
static_assert(training_bytes<Net, 4> > 45'000'000);

/// Runs a function in a thread with a stack of so many bytes.
template <class Function>
void run_on_stack(std::size_t bytes, Function function) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    REQUIRE(pthread_attr_setstacksize(&attributes, bytes) == 0);
    pthread_t thread;
    const auto run = [](void* given) -> void* {
        (*static_cast<Function*>(given))();
        return nullptr;
    };
    REQUIRE(pthread_create(&thread, &attributes, run, &function) == 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
}

} // namespace

TEST_CASE("a network larger than the stack: made, trained, saved, folded, narrowed, quantized, asked") {
    const TemporaryDirectory directory;
    std::string failure = "not run";
    std::vector<float> plain, halved;
    std::vector<std::vector<float>> derived;
    double loss = 0, quantized_accuracy = -1;
    run_on_stack(512 * 1024, [&] {
        failure = error_of([&] {
            std::vector<float> inputs(8 * width);
            for (std::size_t i = 0; i < inputs.size(); ++i)
                inputs[i] = static_cast<float>(i % 7) / 7;
            const data::Dataset<> data(Shape(width), inputs, {0, 1, 2, 3, 4, 5, 6, 7});
            Model<Net> model({.seed = 1});
            Session session(model, Fit{.batch_size = batch<4>, .verbose = false});
            loss = session.run(data)["loss"][0];
            io::save(directory / "session.safetensors", session);
            io::load(directory / "session.safetensors", session);
            const auto trainer = make_trainer<4>(model, Loss{}, optimizers::SGD{});
            trainer->step(std::span(inputs).first(4 * width), std::vector<Label>{0, 1, 2, 3});
            io::save(directory / "model.safetensors", model);
            Model<Net> loaded({.seed = 2});
            io::load(directory / "model.safetensors", loaded);
            plain = predict(loaded, data);
            (void)evaluate(loaded, data);

            const Model<Folded<Net>> folded = fold(loaded);
            derived.push_back(predict(folded, data));
            const auto half = to_half<float16>(folded);
            halved.resize(plain.size());
            std::make_unique<Predictor<Folded<Net>, 4, float16>>()->operator()(*half, inputs, halved);
            const auto network = quantize(folded, calibrate(folded, data));
            derived.push_back(predict(*network, std::span<const float>(inputs)));
            quantized_accuracy = evaluate(*network, data)["accuracy"];
            io::export_header(directory / "network.hpp", *network, {.name_space = "n", .network = "Net"});
        });
    });
    CHECK(failure == "(nothing was thrown)");
    CHECK(std::isfinite(loss));
    CHECK(quantized_accuracy >= 0);
    derived.push_back(halved);
    const float largest = std::abs(*std::ranges::max_element(plain, {}, [](float y) { return std::abs(y); }));
    REQUIRE(plain.size() == 80);
    for (const auto& outputs : derived) {
        REQUIRE(outputs.size() == plain.size());
        for (std::size_t i = 0; i < plain.size(); ++i)
            CHECK(std::abs(outputs[i] - plain[i]) <= 0.05F * largest);
    }
}

TEST_CASE("Model: takes parameters over, but not none") {
    using Small = Sequential<Input<2>, Dense<1>>;
    auto parameters = std::make_unique<Parameters<Small>>();
    parameters->values[0] = 3;
    const auto* const place = parameters.get();
    const Model<Small> model(std::move(parameters));
    CHECK(&model.parameters() == place);
    CHECK(model["0.weight"][0] == 3);
    CHECK(error_of([] { Model<Small>(std::unique_ptr<Parameters<Small>>()); }) ==
          "Model: expected parameters, got a null pointer");
}
