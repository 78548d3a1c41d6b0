// What docs/threads.md says that threads may share, shared by threads; under the thread sanitizer (see
// check.py). With the argument `race` two threads train one model, which the sanitizer must find.
#include <burin/burin.hpp>
#include <burin/data/loader.hpp>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<4, 3>, LSTM<5, ReturnSequences>, Flatten, Dense<8>, ReLU, Dense<3>>;
using Line = Sequential<Input<4, 3>, LSTM<5, ReturnSequences>>;

void require(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "threads: %s\n", what);
        std::abort();
    }
}

data::Dataset<> samples() {
    constexpr std::size_t count = 70;
    std::vector<float> inputs(count * 12);
    std::vector<Label> labels(count);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        inputs[i] = static_cast<float>(std::sin(static_cast<double>(i * i % 1000)));
    for (std::size_t i = 0; i < count; ++i)
        labels[i] = static_cast<Label>(i % 3);
    return data::Dataset<>(Shape(4, 3), std::move(inputs), std::move(labels));
}

/// The sum of what an epoch's batches have, each weighed by its place; `most` batches are looked at.
template <class Loader>
double sum_of_batches(const Loader& loader, std::size_t most) {
    double sum = 0;
    auto batches = loader.batches({.seed = 1, .batch_size = 4});
    for (std::size_t i = 0; i < most; ++i)
        if (const auto* batch = batches.next())
            for (const float value : batch->inputs())
                sum += static_cast<double>(value) * static_cast<double>(i + 1);
    return sum;
}

template <class Work>
void in_threads(Work work) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 4; ++i)
        threads.emplace_back([&work, i] { work(i); });
    for (std::thread& each : threads)
        each.join();
}

void share(const std::string& directory) {
    const data::Dataset<> data = samples();
    const Model<Net> model({.seed = 1});
    const Model<Line> line({.seed = 1});
    const auto network = quantize(model, calibrate(model, data));
    const std::vector<float> outputs = predict(model, data);
    const double loss = evaluate(model, data)["loss"], accuracy = evaluate(*network, data)["accuracy"];
    Model<Net> trained({.seed = 2});
    const auto options = Fit{.batch_size = batch<16>, .epochs = 2, .seed = 3, .verbose = false};
    fit(trained, data, options);
    Predictor<Line> of_whole;
    const auto whole = of_whole(line.parameters(), data.input(0));
    const auto augment = [](std::span<float> input, const RandomStream& stream) {
        input[0] += static_cast<float>(stream.uniform(0));
    };
    const data::Loader loader(data, {.workers = 3, .ahead = 2}, augment);
    const double batches = sum_of_batches(data::Loader(data, {.workers = 0}, augment), 100);

    in_threads([&](std::size_t thread) {
        // A model and a data set that nobody changes, each thread with its own arena.
        require(predict(model, data) == outputs, "predict gives other numbers");
        require(evaluate(model, data)["loss"] == loss, "evaluate gives another loss");
        require(evaluate(*network, data)["accuracy"] == accuracy,
                "evaluate in 8 bits gives another accuracy");
        Predictor<Net> predictor;
        for (std::size_t i = 0; i < data.size(); ++i)
            require(predictor(model.parameters(), data.input(i))[0] == outputs[3 * i],
                    "Predictor gives other numbers");
        Streamer<Line> streamer;
        for (std::size_t t = 0; t < 4; ++t)
            require(streamer(line.parameters(), data.input(0).subspan(3 * t, 3))[0] == whole[5 * t],
                    "Streamer gives other numbers");
        require(crc32(*quantize(model, calibrate(model, data))) == crc32(*network),
                "calibrate and quantize give another network");
        require(sum_of_batches(loader, 100) == batches, "a Loader gives other batches");
        sum_of_batches(loader, thread); // Stopped in the middle.
        require(data.shuffled(thread).split(0.5, 1).first.size() == 35, "split gives another size");
        // A model of one's own, trained and saved beside the others.
        Model<Net> own({.seed = 2});
        fit(own, data, options);
        require(own.parameters().values == trained.parameters().values, "fit gives other parameters");
        const std::string path = directory + "/own" + std::to_string(thread) + ".safetensors";
        io::save(path, own);
        Model<Net> loaded({.seed = 4});
        io::load(path, loaded);
        require(loaded.parameters().values == trained.parameters().values, "load gives other parameters");
    });
}

void race() {
    const data::Dataset<> data = samples();
    Model<Net> model({.seed = 1});
    in_threads([&](std::size_t) { fit(model, data, Fit{.verbose = false}); });
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "race")
        race();
    else if (argc == 2)
        share(argv[1]);
    else
        return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
