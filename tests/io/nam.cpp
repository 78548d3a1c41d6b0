#include "burin/io/nam.hpp"

#include "burin/graph/streamer.hpp"
#include "reference/nam.hpp"
#include "support/allocations.hpp"
#include "support/check_close.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace burin;
namespace r = reference::nam;

namespace {

const std::string data_folder = BURIN_REFERENCE_DATA;

using Tiny = Sequential<
    Input<16, 1>,
    WaveNet<WaveNetStack<3, Kernels<3>, Dilations<1, 4>, Tanh, Gated<Sigmoid>, Head<2, 1, NoBias>>,
            WaveNetStack<4, Kernels<2, 3>, Dilations<1, 5>, LeakyReLU<0.01>, Bottleneck<2>, Head<1, 4>>>>;
using TinyLSTM =
    Sequential<Input<16, 1>, LSTM<3, ReturnSequences>, LSTM<3, ReturnSequences>, TimeDistributed<Dense<1>>>;
template <std::size_t Channels>
using Slim =
    Sequential<Input<16, 1>,
               WaveNet<WaveNetStack<Channels, Kernels<2>, Dilations<1, 3>, ReLU, Head<1, 1, NoBias>>>>;

template <class Net>
std::vector<float> play(const Parameters<Net>& parameters, const std::vector<float>& sound) {
    Streamer<Net, 16> streamer;
    std::vector<float> played(sound.size());
    streamer(parameters, sound, played);
    return played;
}

template <class Net>
void check_file(const std::string& name, const auto& expected, io::NamOptions options = {}) {
    INFO(name);
    Parameters<Net> parameters;
    const io::NamFile file = io::load_nam<Net>(data_folder + "/tiny_" + name + ".nam", parameters, options);
    CHECK(io::is_nam<Net>(file));
    check_close(play(parameters, {std::begin(r::x), std::end(r::x)}), expected, 1e-6);
}

/// A file with one text in the place of another.
std::string changed(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::string problem(const std::string& bytes) {
    const TemporaryDirectory directory;
    const std::string path = directory / "x.nam";
    write_bytes(path, bytes);
    const std::string message = error_of([&] { io::read_nam(path); });
    INFO(message);
    REQUIRE(message.starts_with(path + ": "));
    return message.substr(path.size() + 2);
}

} // namespace

TEST_CASE("load_nam: small captures play as another implementation plays them") {
    check_file<Tiny>("wavenet", r::wavenet);
    check_file<TinyLSTM>("lstm", r::lstm);
    check_file<Slim<4>>("slimmable", r::slimmable);
    check_file<Slim<2>>("slimmable", r::slim);
    check_file<Tiny>("container", r::wavenet);
    check_file<TinyLSTM>("container", r::lstm, {.size = 0});
}

TEST_CASE("read_nam: what a capture says of itself") {
    const io::NamFile file = io::read_nam(data_folder + "/tiny_wavenet.nam");
    CHECK(file.title == "Tiny");
    CHECK(file.author == "Burin");
    CHECK(file.gear == "None at all");
    CHECK(file.sample_rate == 44100);
    CHECK(file.loudness == -20.5);
    CHECK(file.gain == 0.25);
    CHECK(file.input_level == 18.3);
    CHECK(!file.output_level);
    // One step, layers of both stacks, and the head.
    CHECK(file.warm_up() == 1 + 2 + 8 + 1 + 10 + 3);
    const io::NamFile lstm = io::read_nam(data_folder + "/tiny_lstm.nam");
    CHECK(lstm.sample_rate == 48000);
    CHECK(lstm.warm_up() == 24000);
    CHECK(lstm.title.empty());
}

TEST_CASE("load_nam: a network of another kind or size is told where it differs, and stays as it was") {
    const io::NamFile file = io::read_nam(data_folder + "/tiny_wavenet.nam");
    Parameters<Slim<4>> parameters;
    parameters.data()[0] = 7;
    CHECK(error_of([&] { io::load_nam(file, parameters); }) ==
          file.name + ": config.layers: expected 1, found 2");
    CHECK(parameters.data()[0] == 7);
    const auto difference = [&]<class Net>() {
        const auto other = std::make_unique<Parameters<Net>>();
        return error_of([&] { io::load_nam(file, *other); }).substr(file.name.size() + 2);
    };
    CHECK(difference.operator()<TinyLSTM>() == "architecture: expected 'LSTM', found 'WaveNet'");
    using Other = Sequential<
        Input<16, 1>,
        WaveNet<WaveNetStack<3, Kernels<3>, Dilations<1, 2>, Tanh, Gated<Sigmoid>, Head<2, 1, NoBias>>,
                WaveNetStack<4, Kernels<2, 3>, Dilations<1, 5>, LeakyReLU<0.01>, Bottleneck<2>, Head<1, 4>>>>;
    CHECK(difference.operator()<Other>() == "config.layers[0].dilations: expected [1, 2], found [1, 4]");
}

TEST_CASE("read_nam: damaged and hostile files are one message with place, found and expected") {
    const std::string wavenet = bytes_of(data_folder + "/tiny_wavenet.nam");
    const std::string lstm = bytes_of(data_folder + "/tiny_lstm.nam");
    const auto of_wavenet = [&](std::string_view from, std::string_view to) {
        return problem(changed(wavenet, from, to));
    };
    CHECK(problem("").starts_with("expected JSON, found text that is none"));
    CHECK(problem("[1, 2]") == "expected a JSON object, found array");
    CHECK(problem("{}") == "version: expected it to be there, found nothing");
    CHECK(problem(wavenet.substr(0, 1000)).starts_with("expected JSON"));
    CHECK(of_wavenet("\"0.7.0\"", "\"1.0.0\"") == "version: expected 0.5 to 0.7, found '1.0.0'");
    CHECK(of_wavenet("\"0.7.0\"", "\"0.8.0\"") == "version: expected 0.5 to 0.7, found '0.8.0'");
    CHECK(of_wavenet("\"WaveNet\"", "\"ConvNet\"") ==
          "architecture: expected 'WaveNet', 'LSTM' or 'SlimmableContainer', found 'ConvNet'");
    CHECK(of_wavenet("\"channels\": 3", "\"channels\": 9223372036854775808") ==
          "config.layers[0].channels: expected a whole number from 1 to 4096, found 9223372036854775808");
    CHECK(of_wavenet("\"channels\": 3", "\"channels\": -3") ==
          "config.layers[0].channels: expected a whole number from 1 to 4096, found -3");
    CHECK(of_wavenet("\"channels\": 3", "\"channels\": 4") ==
          "config.layers[1].input_size: expected 4, found 3");
    CHECK(of_wavenet("\"dilations\": [1, 4]", "\"dilations\": []") ==
          "config.layers[0].dilations: expected a list that is not empty, found a list");
    CHECK(of_wavenet("\"kernel_sizes\": [2, 3]", "\"kernel_sizes\": [2]") ==
          "config.layers[1].kernel_sizes: expected as many as dilations, 2, found 1");
    CHECK(of_wavenet("\"kernel_size\": 3, ", "") ==
          "config.layers[0].kernel_size: expected it to be there, found nothing");
    CHECK(of_wavenet("\"Tanh\"", "\"PReLU\"") == "config.layers[0].activation: expected Tanh, ReLU, "
                                                 "LeakyReLU, Sigmoid, SiLU or Hardswish, found 'PReLU'");
    CHECK(
        of_wavenet("\"conv_pre_film\": {\"active\": false}", "\"conv_pre_film\": {\"active\": true}") ==
        "config.layers[1].conv_pre_film.active: expected false, which is all that is supported, found true");
    CHECK(of_wavenet("\"head\": null", "\"condition_dsp\": {\"a\": 1}") ==
          "config.condition_dsp: expected none, which is all that is supported, found an object");
    // A weight more; one that is none; one that no float holds; lists within lists.
    CHECK(of_wavenet("\"weights\": [", "\"weights\": [0.5, ").starts_with("weights: expected "));
    CHECK(of_wavenet("\"weights\": [", "\"weights\": [NaN, ").starts_with("expected JSON"));
    CHECK(of_wavenet("\"weights\": [", "\"weights\": [1e39, ")
              .starts_with("weights[0]: expected a number that a float holds, found 1"));
    CHECK(of_wavenet("\"weights\": [", "\"weights\": [\"a\", ") == "weights[0]: expected a number");
    CHECK(of_wavenet("\"weights\": [", "\"weights\": [[1], ") ==
          "weights[0]: expected a number, found a list or an object");
    CHECK(of_wavenet("\"version\"", "\"version\": \"0.7.0\", \"version\"") ==
          "expected each name once, found 'version' twice");
    CHECK(problem(changed(lstm, "\"num_layers\": 2", "\"num_layers\": 65")) ==
          "config.num_layers: expected a whole number from 1 to 64, found 65");
    CHECK(problem(changed(lstm, "\"hidden_size\": 3", "\"hidden_size\": 4096"))
              .starts_with("weights: expected 201396225 numbers, found "));
}

TEST_CASE("read_nam: nesting and lists without end take little memory") {
    const std::string deep = "{\"version\": " + std::string(1'000'000, '[');
    const std::size_t for_deep = allocations::peak_of(
        [&] { CHECK(problem(deep) == "expected at most 32 levels of lists and objects, found more"); });
    CHECK(for_deep < 4 * deep.size());
    std::string wide = "{\"version\": [";
    for (int i = 0; i < 500'000; ++i)
        wide += "0,";
    wide += "0]}";
    const std::size_t for_wide = allocations::peak_of(
        [&] { CHECK(problem(wide) == "expected at most 100000 values beside the weights, found more"); });
    CHECK(for_wide < 8 * wide.size());
}

// Captures that others made, with what Neural Amp Modeler's own program makes of them: NAME.nam and NAME.f32
// in the folder that BURIN_NAM_MODELS names. Without it there is nothing to compare with.
TEST_CASE("load_nam: captures play as Neural Amp Modeler plays them, within 1e-4 of the peak") {
    const char* const folder = std::getenv("BURIN_NAM_MODELS");
    if (folder == nullptr || !std::filesystem::exists(std::string(folder) + "/lstm.nam")) {
        MESSAGE("skipped: BURIN_NAM_MODELS names no folder with captures");
        return;
    }
    using D = Dilations<1, 2, 4, 8, 16, 32, 64, 128, 256, 512>;
    using Standard =
        Sequential<Input<64, 1>, WaveNet<WaveNetStack<16, Kernels<3>, D, Tanh, Head<8, 1, NoBias>>,
                                         WaveNetStack<8, Kernels<3>, D, Tanh, Head<1>>>>;
    using A2 = Sequential<
        Input<64, 1>,
        WaveNet<WaveNetStack<
            8, Kernels<6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 15, 15, 6, 6, 6, 6, 6, 6, 6>,
            Dilations<1, 3, 7, 17, 41, 101, 239, 1, 3, 7, 17, 41, 101, 239, 1, 13, 1, 3, 7, 17, 41, 101, 239>,
            LeakyReLU<0.01>, Head<1, 16>>>>;
    const auto check = [&]<class Net>(const char* name) {
        INFO(name);
        const std::string path = std::string(folder) + "/" + name;
        const auto parameters = std::make_unique<Parameters<Net>>();
        const std::size_t silent = io::load_nam<Net>(path + ".nam", *parameters).warm_up();
        const auto streamer = std::make_unique<Streamer<Net, 64>>();
        std::vector<float> silence((silent + 63) / 64 * 64), sound(4096), played(silence.size());
        (*streamer)(*parameters, silence, played);
        for (std::size_t i = 0; i < sound.size(); ++i) {
            const double t = static_cast<double>(i) / 48000 * 6.283185307179586;
            sound[i] = static_cast<float>(0.4 * std::sin(110 * t) + 0.1 * std::sin(1730 * t));
        }
        played.resize(sound.size());
        (*streamer)(*parameters, sound, played);
        const std::string bytes = bytes_of(path + ".f32");
        REQUIRE(bytes.size() == 4 * sound.size());
        std::vector<float> expected(sound.size());
        std::memcpy(expected.data(), bytes.data(), bytes.size());
        float peak = 0, largest = 0;
        for (std::size_t i = 0; i < sound.size(); ++i) {
            peak = std::max(peak, std::abs(expected[i]));
            largest = std::max(largest, std::abs(played[i] - expected[i]));
        }
        CHECK(largest <= 1e-4F * peak);
    };
    check.operator()<Standard>("wavenet_a1_standard");
    check.operator()<A2>("A2");
    check.operator()<Sequential<Input<64, 1>, LSTM<3, ReturnSequences>, TimeDistributed<Dense<1>>>>("lstm");
}
