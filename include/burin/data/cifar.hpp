#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/record_file.hpp"
#include "burin/data/stored_array.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// CIFAR-10 and CIFAR-100 in their binary version: colour images of 32 × 32 in 10 or 100 classes. Krizhevsky,
/// "Learning Multiple Layers of Features from Tiny Images", 2009; https://www.cs.toronto.edu/~kriz/cifar.html
namespace burin::data {

/// Which of the two, and of CIFAR-100 which of its labels: those of the 100 classes or of the 20 groups.
enum class Cifar { ten, hundred, hundred_coarse };

namespace detail {

inline constexpr std::size_t cifar_pixels = 32 * 32, cifar_values = 3 * cifar_pixels;

constexpr std::size_t cifar_label_bytes(Cifar kind) noexcept {
    return kind == Cifar::ten ? 1 : 2;
}

} // namespace detail

/// One record of such a file as a sample: an image [32, 32, 3] of values from 0 to 1, channels last (files
/// have them first), and its label. For MappedRecords:
///
/// ```cpp
/// const data::MappedRecords images({"data_batch_1.bin", "data_batch_2.bin"},
///                                  data::cifar_format(data::Cifar::ten),
///                                  data::CifarRecord{data::Cifar::ten});
/// ```
struct CifarRecord {
    Cifar kind = Cifar::ten;

    /// Throws Error for a label that there is not.
    template <class Scalar>
    void operator()(std::span<const char> record, std::span<Scalar> image, std::span<Label> label) const {
        // CIFAR-100 has the coarse label before the fine one.
        const std::size_t at = kind == Cifar::hundred ? 1 : 0;
        const Label classes = kind == Cifar::ten ? 10 : kind == Cifar::hundred ? 100 : 20;
        label[0] = static_cast<unsigned char>(record[at]);
        if (label[0] >= classes)
            throw Error("expected a label below " + std::to_string(classes) + ", got " +
                        std::to_string(label[0]));
        const char* const planes = record.data() + detail::cifar_label_bytes(kind);
        for (std::size_t pixel = 0; pixel < detail::cifar_pixels; ++pixel)
            for (std::size_t channel = 0; channel < 3; ++channel)
                image[3 * pixel + channel] = static_cast<Scalar>(static_cast<unsigned char>(
                                                 planes[channel * detail::cifar_pixels + pixel])) /
                                             Scalar(255);
    }
};

constexpr RecordFormat cifar_format(Cifar kind) {
    return {.record_bytes = detail::cifar_label_bytes(kind) + detail::cifar_values,
            .input_shape = Shape(32, 32, 3)};
}

namespace detail {

/// Appends the samples of one file.
template <class Scalar>
void read_cifar(ByteStream& bytes, Cifar kind, std::vector<Scalar>& images, std::vector<Label>& labels) {
    std::array<char, 2 + cifar_values> room;
    const std::span<char> record = std::span(room).first(cifar_format(kind).record_bytes);
    const CifarRecord decode{kind};
    for (std::size_t offset = 0;; offset += record.size()) {
        const std::size_t got = bytes.read(record);
        if (got == 0 && offset > 0)
            return;
        if (got < record.size())
            throw Error(at_offset(bytes.name(), offset) + "expected a record of " +
                        std::to_string(record.size()) + " bytes, got " + std::to_string(got));
        images.resize(images.size() + cifar_values);
        labels.push_back(0);
        try {
            decode(record, std::span(images).last(cifar_values), std::span(labels).last(1));
        } catch (const Error& error) {
            throw Error(at_offset(bytes.name(), offset) + error.what());
        }
    }
}

template <class Scalar>
Dataset<Label, Scalar> read_cifar_files(const std::vector<std::string>& paths, Cifar kind,
                                        const ReadOptions& options) {
    std::vector<Scalar> images;
    std::vector<Label> labels;
    for (const std::string& path : paths) {
        ByteStream bytes(path, options.max_bytes);
        // The files of a set have as many records each.
        const std::size_t records = bytes.bytes_left().value_or(0) / cifar_format(kind).record_bytes;
        if (images.empty())
            images.reserve(records * paths.size() * cifar_values);
        read_cifar(bytes, kind, images, labels);
    }
    return {Shape(32, 32, 3), std::move(images), std::move(labels)};
}

} // namespace detail

/// The samples of one file, plain or gzip. Throws Error, naming the offset, unless it is whole records with
/// labels that there are.
template <class Scalar = float>
Dataset<Label, Scalar> read_cifar(const std::string& path, Cifar kind, const ReadOptions& options = {}) {
    return core::within_memory(path, [&] { return detail::read_cifar_files<Scalar>({path}, kind, options); });
}

/// The same of bytes in memory.
template <class Scalar = float>
Dataset<Label, Scalar> parse_cifar(std::string_view bytes, std::string_view name, Cifar kind) {
    return core::within_memory(name, [&] {
        ByteStream stream(bytes, name);
        std::vector<Scalar> images;
        std::vector<Label> labels;
        images.reserve(bytes.size() / cifar_format(kind).record_bytes * detail::cifar_values);
        detail::read_cifar(stream, kind, images, labels);
        return Dataset<Label, Scalar>(Shape(32, 32, 3), std::move(images), std::move(labels));
    });
}

/// CIFAR-10 from the directory of its binary version, `cifar-10-batches-bin`: 50,000 images to train on and
/// 10,000 to test with. Memory: 720 MB as float; CifarRecord reads them as they are needed.
template <class Scalar = float>
TrainAndTest<Label, Scalar> load_cifar10(const std::string& directory, const ReadOptions& options = {}) {
    return core::within_memory(directory, [&]() -> TrainAndTest<Label, Scalar> {
        std::vector<std::string> paths;
        for (const char number : {'1', '2', '3', '4', '5'})
            paths.push_back(directory + "/data_batch_" + number + ".bin");
        return {detail::read_cifar_files<Scalar>(paths, Cifar::ten, options),
                read_cifar<Scalar>(directory + "/test_batch.bin", Cifar::ten, options)};
    });
}

/// CIFAR-100 from `cifar-100-binary`, with the labels of its 100 classes, or with Cifar::hundred_coarse of
/// their 20 groups.
template <class Scalar = float>
TrainAndTest<Label, Scalar> load_cifar100(const std::string& directory, Cifar labels = Cifar::hundred,
                                          const ReadOptions& options = {}) {
    if (labels == Cifar::ten)
        throw Error(directory + ": expected Cifar::hundred or Cifar::hundred_coarse, got Cifar::ten");
    return {read_cifar<Scalar>(directory + "/train.bin", labels, options),
            read_cifar<Scalar>(directory + "/test.bin", labels, options)};
}

} // namespace burin::data
