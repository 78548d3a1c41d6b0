// What `Fit{.threads = n}`, `evaluate`, `predict` and cross-validation share with the threads of the pool.
#include "burin/data/dataset.hpp"
#include "burin/io/save.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/parallel/pool.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/parallel_predictor.hpp"
#include "burin/validation/cross_validate.hpp"
#include "burin/validation/k_fold.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<8, 8>, Flatten, Dense<128>, ReLU, Dropout<0.25>, Dense<10>>;

data::Dataset<> samples(std::size_t count = 330) {
    std::vector<float> inputs(count * 64);
    std::vector<Label> labels(count);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        inputs[i] = static_cast<float>(std::sin(static_cast<double>(i * i % 1000)));
    for (std::size_t i = 0; i < count; ++i)
        labels[i] = static_cast<Label>(i % 10);
    return data::Dataset<>(Shape(8, 8), std::move(inputs), std::move(labels));
}

std::vector<float> all_of(const Model<Net>& model) {
    return {model.parameters().data(), model.parameters().data() + stored_count<Net>};
}

const data::Dataset<> train = samples();

auto options(int threads, std::size_t epochs) {
    return Fit{.batch_size = batch<64>,
               .epochs = epochs,
               .validation = HeldOut{0.2},
               .seed = 3,
               .verbose = false,
               .threads = threads};
}

} // namespace

TEST_CASE("fit: says that there is one thread, where more were asked for and the program has no others") {
    for (const std::size_t threads : {0u, 1u, 2u}) {
        CAPTURE(threads);
        std::FILE* const shown = std::tmpfile();
        Model<Sequential<Input<2>, Dense<2>>> model;
        const data::Dataset<> data(Shape(2), std::vector<float>(8), std::vector<Label>(4));
        fit(model, data, Fit{.progress = {.stream = shown}, .threads = threads});
        std::rewind(shown);
        char text[16] = {};
        CHECK(std::fgets(text, sizeof text, shown) != nullptr);
        CHECK((std::string_view(text) == "fit: one thread") == (!parallel::has_pool && threads != 1));
        std::fclose(shown);
    }
}

TEST_CASE("fit: the same bits at any number of threads, also where a session goes on with another number") {
    Model<Net> alone({.seed = 1});
    const History history = fit(alone, train, options(1, 3));
    for (const int threads : {0, 2, 3, 7}) {
        CAPTURE(threads);
        Model<Net> model({.seed = 1});
        CHECK(fit(model, train, options(threads, 3))["val_loss"] == history["val_loss"]);
        CHECK(all_of(model) == all_of(alone));
    }

    const std::string path =
        (std::filesystem::temp_directory_path() / "burin_shared_work.safetensors").string();
    Model<Net> first({.seed = 1}), second;
    Session begun(first, options(2, 3));
    begun.run(train, 1);
    io::save(path, begun);
    Session continued(second, options(3, 3));
    io::load(path, continued);
    std::filesystem::remove(path);
    continued.run(train);
    CHECK(all_of(second) == all_of(alone));
}

TEST_CASE("fit: refuses less than no threads, and more than 1024") {
    Model<Net> model;
    for (const int threads : {-1, std::numeric_limits<int>::min(), 1025, std::numeric_limits<int>::max()})
        CHECK(error_of([&] { fit(model, train, options(threads, 1)); }) ==
              "fit: .threads: expected 0, for all of the pool, to 1024 threads, got " +
                  std::to_string(threads));
    CHECK(error_of([] { ParallelPredictor<Net> predictor(1025); }) ==
          "parallel: expected 1 to 1024 threads, got 1025");
}

TEST_CASE("evaluate and predict: the same bits at any number of threads") {
    const Model<Net> model({.seed = 1});
    std::vector<float> alone;
    std::vector<double> values;
    for (const std::size_t threads : {1u, 2u, 3u, 7u}) {
        CAPTURE(threads);
        const parallel::Threads asked(threads);
        const std::vector<float> outputs = predict(model, train);
        const Evaluation evaluation = evaluate(model, train);
        ParallelPredictor<Net, 32> predictor;
        const auto inputs = burin::detail::inputs_of<Net, float>(train);
        std::vector<float> others(outputs.size());
        CHECK(predictor(model.parameters(), inputs, others).size() == outputs.size());
        if (threads == 1) {
            alone = outputs;
            values = {evaluation["loss"], evaluation["accuracy"]};
        }
        CHECK(outputs == alone);
        CHECK(others == alone);
        CHECK(std::vector<double>{evaluation["loss"], evaluation["accuracy"]} == values);
    }
}

TEST_CASE("cross_validate: folds in parallel share their threads with what they run") {
    std::vector<double> alone;
    for (const int threads : {1, 2, 4}) {
        CAPTURE(threads);
        const parallel::Threads asked(3);
        const auto scores =
            validation::cross_validate<Net>(train, validation::KFold{.folds = 3}, options(threads, 2));
        if (threads == 1)
            alone = scores["loss"];
        CHECK(scores["loss"] == alone);
    }
}
