#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/csv.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/idx.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/tabular.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

namespace detail {

/// Samples with labels of ten classes; what is wrong with them is reported as the file's error.
template <class Make>
auto ten_classes(const std::string& path, Make make) {
    try {
        auto data = make();
        data.check_labels(10);
        return data;
    } catch (const Error& error) {
        throw Error(path + ": " + error.what());
    }
}

/// The file of MNIST called `stem`, with or without `.gz`, with `-` or `.` before its type.
inline std::string find_mnist(const std::string& directory, const std::string& stem,
                              const std::string& type) {
    for (const char* separator : {"-", "."})
        for (const char* ending : {"", ".gz"}) {
            const std::string path = directory + "/" + stem + separator + type + ending;
            // What can't be looked at is there; why it can't be read is told where that is tried.
            struct stat seen;
            if (::stat(path.c_str(), &seen) == 0 || (errno != ENOENT && errno != ENOTDIR))
                return path;
        }
    throw Error(directory + ": expected the file " + stem + "-" + type + " or " + stem + "-" + type +
                ".gz, got neither");
}

/// `60000 × 28 × 28`
inline std::string extents_text(const std::vector<std::size_t>& extents) {
    std::string text;
    for (std::size_t extent : extents)
        text += (text.empty() ? "" : " × ") + std::to_string(extent);
    return text;
}

template <class Scalar>
Dataset<Label, Scalar> load_mnist_part(const std::string& directory, const std::string& part,
                                       const ReadOptions& options) {
    const std::string images_path = find_mnist(directory, part + "-images", "idx3-ubyte");
    const std::string labels_path = find_mnist(directory, part + "-labels", "idx1-ubyte");
    const auto images = idx::read<std::uint8_t>(images_path, options);
    const auto labels = idx::read<Label>(labels_path, options);
    if (images.extents.size() != 3 || images.extents[1] != 28 || images.extents[2] != 28)
        throw Error(images_path + ": offset 4: expected images of 28 × 28, got " +
                    extents_text(images.extents));
    if (labels.extents.size() != 1 || labels.extents[0] != images.extents[0])
        throw Error(labels_path + ": offset 4: expected a label for each of " +
                    std::to_string(images.extents[0]) + " images, got " +
                    std::to_string(labels.values.size()));
    std::vector<Scalar> greys(images.values.begin(), images.values.end());
    for (Scalar& grey : greys)
        grey /= Scalar(255);
    return ten_classes(
        labels_path, [&] { return Dataset<Label, Scalar>(Shape(28, 28), std::move(greys), labels.values); });
}

} // namespace detail

/// The UCI optical digits as scikit-learn ships them: a row for each 8 × 8 image, 64 grey values from 0 to 16
/// and the digit. The values are divided by 16. Throws Error, naming line and column, if the file is not of
/// that form; `options` can allow grey values that are not finite.
template <class Scalar = float>
Dataset<Label, Scalar> load_digits(const std::string& path, const ReadOptions& options = {}) {
    return core::within_memory(path, [&] {
        const auto table = csv::read<Scalar>(
            path, {.allow_not_finite = options.allow_not_finite, .max_bytes = options.max_bytes});
        constexpr std::size_t greys = 64;
        if (table.columns != greys + 1)
            throw Error(path + ": line 1: expected 65 fields (64 grey values and the digit), got " +
                        std::to_string(table.columns));
        for (std::size_t row = 0; row < table.rows(); ++row)
            for (std::size_t column = 0; column < greys; ++column)
                if (const Scalar grey = table(row, column); std::isfinite(grey) && !(grey >= 0 && grey <= 16))
                    throw Error(table.place(row, column) + "expected a grey value from 0 to 16, got " +
                                number_text(grey));
        return detail::ten_classes(path,
                                   [&] { return from_table<Label, Scalar>(table, greys, Shape(8, 8), 16); });
    });
}

/// MNIST from the four files of its official names (plain or gzip) in a directory, grey values divided by
/// 255. LeCun, Cortes, Burges. Throws Error if a file is missing or wrong, or has more than
/// `options.max_bytes`.
template <class Scalar = float>
TrainAndTest<Label, Scalar> load_mnist(const std::string& directory, const ReadOptions& options = {}) {
    return core::within_memory(directory, [&]() -> TrainAndTest<Label, Scalar> {
        return {detail::load_mnist_part<Scalar>(directory, "train", options),
                detail::load_mnist_part<Scalar>(directory, "t10k", options)};
    });
}

} // namespace burin::data
