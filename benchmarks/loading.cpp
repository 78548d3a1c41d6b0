// Whether loading and augmenting hold training up: images a second of the pipeline alone, of the training
// step alone (the bound), and of training from the pipeline, with the networks of examples/mnist and
// examples/lenet, in one run. In turns, each epoch by itself; what is told are medians.
//
//     build/benchmarks/loading [DIRECTORY OF MNIST] [EPOCHS]
//
// Images are mapped files of bytes; each is read, converted and moved by up to two pixels, or turned and cut
// by images::Compose, when a batch is made. Without a directory they are random.

#include "burin/burin.hpp"
#include "burin/data/images/affine.hpp"
#include "burin/data/images/compose.hpp"
#include "burin/data/images/erasing.hpp"
#include "burin/sources.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace burin;

using Mlp = Sequential<Input<28, 28>, Flatten, Dense<128>, ReLU, Dense<10>>;
using LeNet = Sequential<Input<28, 28, 1>, Conv2D<6, 5, Same>, ReLU, MaxPool2D<2>, Conv2D<16, 5>, ReLU,
                         MaxPool2D<2>, Flatten, Dense<120>, ReLU, Dense<84>, ReLU, Dense<10>>;

constexpr std::size_t side = 28, pixels = side * side, rows = 128, most = 20'000;

/// Moves an image by up to two pixels each way, as augmentations of MNIST do; what comes in is black.
constexpr auto move = [](std::span<float> image, const RandomStream& stream) {
    const std::ptrdiff_t down = static_cast<std::ptrdiff_t>(stream.below(5, 0)) - 2;
    const std::ptrdiff_t right = static_cast<std::ptrdiff_t>(stream.below(5, 1)) - 2;
    const std::vector<float> before(image.begin(), image.end());
    std::fill(image.begin(), image.end(), 0.0F);
    const std::ptrdiff_t extent = side;
    const std::ptrdiff_t first = std::max<std::ptrdiff_t>(right, 0), last = std::min(extent, extent + right);
    for (std::ptrdiff_t y = std::max<std::ptrdiff_t>(down, 0); y < std::min(extent, extent + down); ++y)
        std::copy(before.begin() + (y - down) * extent + first - right,
                  before.begin() + (y - down) * extent + last - right, image.begin() + y * extent + first);
};

void write(const std::string& path, std::vector<unsigned> extents, const std::vector<unsigned char>& values) {
    std::string bytes{'\0', '\0', '\x08', static_cast<char>(extents.size())};
    for (const unsigned extent : extents)
        for (const unsigned shift : {24u, 16u, 8u, 0u})
            bytes.push_back(static_cast<char>(extent >> shift & 0xFF));
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size());
    std::ofstream(path, std::ios::binary) << bytes;
}

/// Writes the images, unpacked, where they can be mapped.
void prepare(const std::string& mnist, const std::string& images, const std::string& labels) {
    if (!mnist.empty()) {
        auto x = data::idx::read<unsigned char>(mnist + "/train-images-idx3-ubyte.gz");
        auto y = data::idx::read<unsigned char>(mnist + "/train-labels-idx1-ubyte.gz");
        const auto count = static_cast<unsigned>(std::min(x.extents[0], most));
        x.values.resize(count * pixels);
        y.values.resize(count);
        write(images, {count, side, side}, x.values);
        return write(labels, {count}, y.values);
    }
    const RandomStream stream{1, Purpose::user, 0};
    std::vector<unsigned char> values(most * pixels), classes(most);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<unsigned char>(stream.word(i / 16) >> (i % 16));
    for (std::size_t i = 0; i < classes.size(); ++i)
        classes[i] = static_cast<unsigned char>(i % 10);
    write(images, {most, side, side}, values);
    write(labels, {most}, classes);
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

template <class Action>
double seconds_of(Action action) {
    const auto begin = std::chrono::steady_clock::now();
    action();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Makes all batches of an epoch, and does nothing with them.
template <class Loader>
void drain(const Loader& loader, std::size_t epoch) {
    auto batches = loader.batches({.epoch = epoch, .batch_size = rows});
    while (batches.next() != nullptr) {
    }
}

template <class Net>
class Training {
  public:
    template <class Data>
    double epoch(const Data& data) {
        return seconds_of([&] { static_cast<void>(session_.run(data)); });
    }

  private:
    Model<Net> model_{{.seed = 1}};
    Session<Net, float, decltype(Fit{.batch_size = batch<rows>, .verbose = false})> session_{
        model_, Fit{.batch_size = batch<rows>, .verbose = false}};
};

template <class Net, class Loader>
void compare(const char* name, const data::Dataset<>& memory, const Loader& loader, std::size_t turns) {
    Training<Net> of_memory, of_loader;
    std::vector<double> pipeline, bound, trained;
    for (std::size_t turn = 0; turn <= turns; ++turn) {
        const double alone = seconds_of([&] { drain(loader, turn); });
        const double step = of_memory.epoch(memory), both = of_loader.epoch(loader);
        if (turn == 0)
            continue; // What is cold.
        pipeline.push_back(alone);
        bound.push_back(step);
        trained.push_back(both);
    }
    const auto count = static_cast<double>(memory.size());
    std::printf("%-28s %2zu workers  pipeline %8.0f  step %8.0f  trained from it %8.0f  ratio %.3f\n", name,
                loader.options().workers, count / median(pipeline), count / median(bound),
                count / median(trained), median(bound) / median(trained));
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    const std::string mnist = argc > 1 ? argv[1] : "";
    const std::size_t turns = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5;
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / "burin-benchmark-loading";
    std::filesystem::create_directories(folder);
    const std::string images = (folder / "images").string(), labels = (folder / "labels").string();
    prepare(mnist, images, labels);
    const data::MappedArrays<> source(images, labels, {.divisor = 255});
    const auto x = data::idx::read<float>(images);
    std::vector<float> greys = x.values;
    for (float& grey : greys)
        grey /= 255;
    const data::Dataset<> memory(Shape(side, side), std::move(greys), data::idx::read<Label>(labels).values);

    const data::images::Compose turn_and_cut{data::images::RandomRotation{10}, data::images::RandomErasing{}};
    std::printf("images a second, %zu images in batches of %zu, medians of %zu epochs\n", memory.size(), rows,
                turns);
    for (const std::size_t workers : {0u, 1u, 2u}) {
        const data::LoaderOptions options{.workers = workers};
        compare<Mlp>("MLP, moved", memory, data::Loader(source, options, move), turns);
        compare<LeNet>("LeNet-5, moved", memory, data::Loader(source, options, move), turns);
        const data::Loader turned(source, options, turn_and_cut.of(Shape(side, side)));
        compare<LeNet>("LeNet-5, turned and cut", memory, turned, turns);
        compare<Mlp>("MLP, turned and cut", memory, turned, turns);
    }
    std::filesystem::remove_all(folder);
}
