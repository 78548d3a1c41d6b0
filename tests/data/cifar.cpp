#include "burin/data/cifar.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace data = burin::data;
using burin::Label;
using burin::Shape;

namespace {

/// A record whose pixel p has p % 251 as red, twice that as green and 7 as blue (modulo 256).
std::string record(const std::string& labels) {
    std::string bytes = labels;
    for (const int factor : {1, 2, 0})
        for (int pixel = 0; pixel < 1024; ++pixel)
            bytes.push_back(static_cast<char>(factor == 0 ? 7 : factor * (pixel % 251)));
    return bytes;
}

void check_image(const data::Dataset<>& set, std::size_t index) {
    for (const std::size_t pixel : {0u, 1u, 33u, 250u, 1023u}) {
        const float* const at = set.input(index).data() + 3 * pixel;
        CHECK(at[0] == static_cast<float>(pixel % 251) / 255);
        CHECK(at[1] == static_cast<float>(2 * (pixel % 251) % 256) / 255);
        CHECK(at[2] == 7.0F / 255);
    }
}

} // namespace

TEST_CASE("cifar: both sets, channels last, from their directories, plain or gzip") {
    const TemporaryDirectory directory;
    for (int i = 1; i <= 5; ++i)
        write_bytes(directory / ("data_batch_" + std::to_string(i) + ".bin"),
                    record({static_cast<char>(i)}) + record({'\t'}));
    write_gzip(directory / "test_batch.bin", record({'\0'}));
    const auto ten = data::load_cifar10(directory.path());
    CHECK(ten.train.input_shape() == Shape(32, 32, 3));
    CHECK(ten.train.labels() == std::vector<Label>{1, 9, 2, 9, 3, 9, 4, 9, 5, 9});
    CHECK(ten.test.labels() == std::vector<Label>{0});
    check_image(ten.train, 3);
    check_image(ten.test, 0);

    write_bytes(directory / "train.bin", record("\x13\x63") + record({'\0', '\1'}));
    write_bytes(directory / "test.bin", record("\1\2"));
    const auto fine = data::load_cifar100(directory.path());
    CHECK(fine.train.labels() == std::vector<Label>{99, 1});
    check_image(fine.train, 1);
    const auto coarse = data::load_cifar100(directory.path(), data::Cifar::hundred_coarse);
    CHECK(coarse.train.labels() == std::vector<Label>{19, 0});
    CHECK(coarse.test.labels() == std::vector<Label>{1});

    // Mapped, the same.
    const data::MappedRecords mapped({directory / "data_batch_2.bin", directory / "data_batch_3.bin"},
                                     data::cifar_format(data::Cifar::ten),
                                     data::CifarRecord{data::Cifar::ten});
    std::vector<float> image(3072);
    std::vector<Label> label(1);
    CHECK(mapped.size() == 4);
    mapped.read(2, image, label);
    CHECK(label[0] == 3);
    CHECK(image == std::vector<float>(ten.train.input(4).begin(), ten.train.input(4).end()));
}

TEST_CASE("cifar: files cut short and labels that there are not") {
    const auto error = [](const std::string& bytes, data::Cifar kind) {
        return error_of([&] { data::parse_cifar(bytes, "a.bin", kind); });
    };
    using data::Cifar;
    const std::string one = record({'\1'});
    CHECK(error(one, Cifar::ten) == "(nothing was thrown)");
    CHECK(error("", Cifar::ten) == "a.bin: offset 0: expected a record of 3073 bytes, got 0");
    CHECK(error(one + one.substr(0, 100), Cifar::ten) ==
          "a.bin: offset 3073: expected a record of 3073 bytes, got 100");
    // Of the other set.
    CHECK(error(one, Cifar::hundred) == "a.bin: offset 0: expected a record of 3074 bytes, got 3073");
    CHECK(error(one + record({'\n'}), Cifar::ten) == "a.bin: offset 3073: expected a label below 10, got 10");
    CHECK(error(record("\1\x64"), Cifar::hundred) == "a.bin: offset 0: expected a label below 100, got 100");
    CHECK(error(record("\x14\1"), Cifar::hundred_coarse) ==
          "a.bin: offset 0: expected a label below 20, got 20");
    const TemporaryDirectory directory;
    write_gzip(directory / "bomb", std::string(1 << 20, '\0'));
    CHECK(error_of([&] { data::read_cifar(directory / "bomb", Cifar::ten, {.max_bytes = 10'000}); }) ==
          (directory / "bomb") + ": expected at most 10000 bytes after unpacking, got more");
    CHECK(error_of([&] { data::load_cifar100(directory.path(), Cifar::ten); }) ==
          directory.path() + ": expected Cifar::hundred or Cifar::hundred_coarse, got Cifar::ten");
}
