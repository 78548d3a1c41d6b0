#include "burin/io/export_header.hpp"
#include "burin/core/crc32.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

using namespace burin;

namespace {

// Wide enough that its weights lie in other places on other processors.
using Net = Sequential<Input<3>, Dense<37>, ReLU, Dense<2>>;

std::vector<double> numbers_of(const std::string& header) {
    std::vector<double> numbers;
    const char* at = header.c_str() + header.find("[] = {") + 6;
    for (char* end = nullptr;; at = end + 2) { // "F,"
        const double number = std::strtod(at, &end);
        if (end == at)
            return numbers;
        numbers.push_back(number);
    }
}

} // namespace

TEST_CASE("crc32: the check value of the polynomial") {
    // "12345678" as two numbers; zlib says 0x9AE0DAAF.
    constexpr std::array<float, 2> numbers{std::bit_cast<float>(0x34333231u),
                                           std::bit_cast<float>(0x38373635u)};
    static_assert(crc32(std::span(numbers)) == 0x9AE0DAAFu);
    CHECK(crc32(std::span(numbers)) == 0x9AE0DAAFu);
}

TEST_CASE("header_text: every value exactly, where the processor's kernels want it") {
    const Model<Net> model({.seed = 3});
    for (const std::size_t lanes : std::array<std::size_t, 4>{1, 4, 8, 16}) {
        const std::string text =
            io::header_text(model, {.name_space = "net", .network = "Net", .vector_lanes = lanes});
        const std::vector<double> numbers = numbers_of(text);
        REQUIRE(numbers.size() == parameter_count<Net>);
        for (const ParameterTensor& tensor : parameter_tensors<Net>) {
            const auto view = model[tensor.name().view()];
            for (std::size_t i = 0; i < view.size(); ++i)
                CHECK(numbers[tensor.offset + engine::stored_index(tensor.spec, i, lanes)] ==
                      static_cast<double>(view[i]));
        }
        if (lanes == kernels::width<float>)
            for (std::size_t i = 0; i < numbers.size(); ++i)
                CHECK(numbers[i] == static_cast<double>(model.parameters().data()[i]));
        CHECK(text.find("width<float> == " + std::to_string(lanes) + ",") != std::string::npos);
    }
}

TEST_CASE_TEMPLATE("header_text: in half the bits, the same places and the nearest numbers", Stored, float16,
                   bfloat16) {
    const Model<Net> model({.seed = 3});
    constexpr bool is_half = std::is_same_v<Stored, float16>;
    for (const std::size_t lanes : std::array<std::size_t, 2>{1, 8}) {
        const std::string text =
            io::header_text(model, {.name_space = "net",
                                    .network = "Net",
                                    .vector_lanes = lanes,
                                    .storage = is_half ? io::Storage::float16 : io::Storage::bfloat16});
        std::vector<Stored> stored;
        const char* at = text.c_str() + text.find("parameters[] = {") + 16;
        while ((at = std::strchr(at, '{')) != nullptr)
            stored.push_back({static_cast<std::uint16_t>(std::strtoul(++at, nullptr, 16))});
        REQUIRE(stored.size() == parameter_count<Net>);
        for (const ParameterTensor& tensor : parameter_tensors<Net>) {
            const auto view = model[tensor.name().view()];
            for (std::size_t i = 0; i < view.size(); ++i)
                CHECK(stored[tensor.offset + engine::stored_index(tensor.spec, i, lanes)].bits ==
                      Stored::nearest(view[i]).bits);
        }
        CHECK(text.find("width<float> == ") != std::string::npos);
        char sum[16];
        std::snprintf(sum, sizeof sum, "0x%x", crc32(std::span<const Stored>(stored)));
        CHECK(text.find("checksum = " + std::string(sum) + ";") != std::string::npos);
    }
}

TEST_CASE("header_text: row-major for any processor") {
    const Model<Net> model({.seed = 3});
    const std::string text =
        io::header_text(model, {.name_space = "net", .network = "Net", .vector_lanes = io::any_lanes});
    CHECK(text.find("float row_major[] = {") != std::string::npos);
    CHECK(text.find("width<") == std::string::npos);
    const std::vector<double> numbers = numbers_of(text);
    REQUIRE(numbers.size() == parameter_count<Net>);
    const std::vector<float> row_major(numbers.begin(), numbers.end());
    Parameters<Net> laid_out;
    from_row_major<Net>(row_major.data(), laid_out.data());
    CHECK(laid_out.values == model.parameters().values);
}

TEST_CASE("export_header: refuses what has no literal, and leaves what was there") {
    const TemporaryDirectory directory;
    const std::string path = directory / "weights.hpp";
    write_bytes(path, "before");
    Model<Net> model;
    model["0.weight"][38] = std::numeric_limits<float>::quiet_NaN();
    CHECK(error_of([&] { io::export_header(path, model, {.name_space = "net", .network = "Net"}); }) ==
          "export_header: 0.weight[38]: expected a finite number, got nan");
    CHECK(bytes_of(path) == "before");
    for (const std::size_t lanes : {std::size_t{3}, std::size_t{17}, std::size_t{32}, ~std::size_t{0}})
        CHECK(error_of([&] {
                  io::header_text(model, {.name_space = "net", .network = "Net", .vector_lanes = lanes});
              }) == "export_header: vector_lanes: expected any_lanes, 1, 2, 4, 8 or 16, got " +
                        std::to_string(lanes));
    model["0.weight"][38] = 1e6f;
    CHECK(error_of([&] {
              io::export_header(path, model,
                                {.name_space = "net", .network = "Net", .storage = io::Storage::float16});
          }) == "export_header: 0.weight[38]: expected a number that float16 can store, got 1000000.000000");
    CHECK(bytes_of(path) == "before");
}
