#include "burin/io/wav.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace burin;
using namespace std::string_view_literals;

TEST_CASE("save_wav: the bytes of a file of four samples") {
    const TemporaryDirectory directory;
    const std::vector<float> samples{0, 1, -2, std::numeric_limits<float>::quiet_NaN()};
    io::save_wav(directory / "a.wav", samples, 48'000);
    CHECK(bytes_of(directory / "a.wav") == "RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\xbb\0\0"
                                           "\0\x77\x01\0\x02\0\x10\0data\x08\0\0\0"
                                           "\0\0\xff\x7f\x01\x80\0\0"sv);
}

TEST_CASE("save_wav: what can't be written is told") {
    const TemporaryDirectory directory;
    const std::string path = directory / "none/a.wav";
    CHECK(error_of([&] { io::save_wav(path, {}, 48'000); }).find(path) == 0);
}
