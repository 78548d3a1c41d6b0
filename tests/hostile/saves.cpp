// What is saved and loaded while memory runs out, and what hostile headers cost.

#include "burin/io/save.hpp"

#include "burin/burin.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"
#include "support/refused_memory.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace burin;

namespace {

std::span<const std::byte> bytes(const std::string& text) {
    return std::as_bytes(std::span(text));
}

/// A safetensors file with this header and so many bytes of data.
std::string file(const std::string& header, std::size_t data_bytes) {
    std::string text;
    for (int i = 0; i < 8; ++i)
        text += static_cast<char>(header.size() >> (8 * i) & 255);
    return text + header + std::string(data_bytes, 'd');
}

using Net = Sequential<Input<2>, Dense<3>, ReLU, Dense<1>>;
using Options = decltype(Fit{.loss = losses::MeanSquaredError{}, .optimizer = optimizers::Momentum{}});

} // namespace

TEST_CASE("save, load: memory that runs out anywhere is an Error, and nothing is half done") {
    const TemporaryDirectory directory;
    const std::string path = directory / "file", header = directory / "header.hpp";
    write_bytes(path, "old");
    write_bytes(header, "old");
    const auto stays_old = [&] {
        CHECK(bytes_of(path) == "old");
        CHECK(bytes_of(header) == "old");
        CHECK(directory.names().size() == 2);
    };
    Model<Net> model({.seed = 1});
    Session<Net, float, Options> session(model, {});
    // The last of each succeeds.
    CHECK(refusals([&] { io::export_header(header, model, {.name_space = "net", .network = "Net"}); },
                   stays_old) > 10);
    write_bytes(header, "old");
    CHECK(refusals([&] { io::save(path, model); }, stays_old) > 10);
    write_bytes(path, "old");
    CHECK(refusals([&] { io::save(path, model, {.storage = io::Storage::float16}); }, stays_old) > 10);
    const std::string of_model = bytes_of(path);
    write_bytes(path, "old");
    CHECK(refusals([&] { io::save(path, session); }, stays_old) > 10);
    const std::string of_session = bytes_of(path);

    Model<Net> other({.seed = 2});
    Session<Net, float, Options> other_session(other, {});
    const auto parameters = other.parameters().values;
    const auto stays = [&] {
        CHECK(other.parameters().values == parameters);
        CHECK(other_session.epoch() == 0);
    };
    CHECK(refusals([&] { io::load(path, other_session); }, stays) > 10);
    CHECK(other.parameters().values == model.parameters().values);
    other.parameters().values = parameters;
    write_bytes(path, of_model);
    CHECK(refusals([&] { io::load(path, other); }, stays) > 10);
    CHECK(of_session.size() > of_model.size());
}

TEST_CASE("safetensors: a header takes memory in proportion to its text, whatever it says") {
    const std::size_t size = 10'000'000;
    const auto repeated = [&](std::string_view begin, std::string_view piece, std::string_view end) {
        std::string text(begin);
        while (text.size() + piece.size() + end.size() < size)
            text += piece;
        return file(text.append(end), 0);
    };
    const std::string shape = R"({"t":{"dtype":"U8","data_offsets":[0,0],"shape":[0)";
    const std::string offsets = R"({"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0)";
    for (const std::string& text :
         {repeated("{", R"("":1,)", R"("":1})"), repeated("{", R"("a":{},)", R"("b":{}})"),
          repeated(shape, ",0", "]}}"), repeated(offsets, ",0", "]}}"), repeated("{\"", "\\u0000", "\":1}"),
          repeated(R"({"t":{"dtype":")", "\\n", "\"}}"), repeated(R"({"t":{"a":0)", R"(,"b":[[0]])", "}}"),
          repeated("[", "[", ""), repeated("{", "[", ""), repeated("{\"", "x", "")}) {
        CAPTURE(text.substr(8, 60));
        std::string error;
        // The most takes the complaint of the parser of JSON, which quotes a word of any length several
        // times.
        CHECK(allocations::peak_of(
                  [&] { error = error_of([&] { io::safetensors::parse(bytes(text), "f"); }); }) <= 9 * size);
        CHECK(error.starts_with("f: "));
        CHECK(error.size() < 4096);
    }
}

TEST_CASE("fit, evaluate, predict, calibrate: memory that runs out anywhere is an Error") {
    const data::Dataset<float> samples(Shape{2}, {1, 2, 3, 4, 5, 6}, {1, 2, 3});
    const auto options = Fit{
        .loss = losses::MeanSquaredError{}, .batch_size = batch<2>, .validation = &samples, .verbose = false};
    CHECK(refusals([&] {
              Model<Net> model({.seed = 1});
              fit(model, samples, options);
          }) > 5);
    const Model<Net> model({.seed = 1});
    CHECK(refusals([&] { evaluate(model, samples); }) > 3);
    CHECK(refusals([&] { predict(model, samples); }) > 2);
    const std::vector<double> numbers{1, 2};
    CHECK(refusals([&] { predict(model, numbers); }) > 2);
    CHECK(refusals([&] { quantize(model, calibrate(model, samples)); }) > 2);
}
