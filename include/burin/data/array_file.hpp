#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/idx.hpp"
#include "burin/data/mapped_file.hpp"
#include "burin/data/npy.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/stored_array.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

/// How arrays in files become samples.
struct ArrayFileOptions {
    double divisor = 1; ///< Of the inputs: 255 for grey values of bytes.
    /// Takes NaN and infinity among inputs and targets as they are. Without it they are refused where they
    /// are read.
    bool allow_not_finite = false;
};

namespace detail {

/// Reads a header of IDX or NPY, told by the first bytes, and leaves `bytes` where the values begin. Throws
/// Error unless the array can be read row by row.
inline StoredArray read_rows_header(ByteStream& bytes) {
    char first = 0;
    const bool is_npy = bytes.read({&first, 1}) == 1 && first == '\x93';
    bytes.rewind();
    StoredArray array = is_npy ? npy::detail::read_header(bytes) : idx::detail::read_header(bytes);
    if (array.extents.empty() || array.extents.size() > Shape::max_rank + 1)
        throw Error(bytes.name() + ": expected an array of 1 to " + std::to_string(Shape::max_rank + 1) +
                    " dimensions, got " + std::to_string(array.extents.size()));
    if (array.first_index_fastest && array.extents.size() > 1)
        throw Error(bytes.name() + ": expected an array of C's order, row after row, got Fortran's; write "
                                   "numpy.ascontiguousarray(…)");
    for (std::size_t d = 1; d < array.extents.size(); ++d)
        if (array.extents[d] == 0)
            throw Error(bytes.name() + ": expected extents of at least 1, got 0");
    return array;
}

/// The extents of one row.
inline Shape row_shape(const StoredArray& array) {
    Shape shape;
    for (std::size_t d = 1; d < array.extents.size(); ++d)
        shape.push_back(array.extents[d]);
    if (shape.rank == 0)
        shape.push_back(1);
    return shape;
}

/// Two arrays, a row of each a sample, and how they are converted.
template <class Target, class Scalar>
struct ArrayPair {
    StoredArray inputs, targets;
    std::string inputs_name, targets_name;
    ArrayFileOptions options;

    void check() const {
        if (inputs.extents[0] != targets.extents[0])
            throw Error(targets_name + ": expected a row for each of the " +
                        std::to_string(inputs.extents[0]) + " of " + inputs_name + ", got " +
                        std::to_string(targets.extents[0]));
        if (options.divisor == 0 || !std::isfinite(options.divisor))
            throw Error(inputs_name + ": expected a divisor that is finite and not 0, got " +
                        number_text(options.divisor));
    }
    /// Converts row `number` of each, of which the bytes are given.
    void convert(std::size_t number, const char* input_bytes, const char* target_bytes,
                 std::span<Scalar> input, std::span<Target> target) const {
        const auto offset = [&](const StoredArray& array, std::size_t size) {
            return array.offset + number * size * array.element_size();
        };
        convert_values(inputs, inputs_name, offset(inputs, input.size()), input_bytes, input.size(),
                       options.allow_not_finite, input.data());
        if (options.divisor != 1)
            for (Scalar& value : input)
                value /= static_cast<Scalar>(options.divisor);
        convert_values(targets, targets_name, offset(targets, target.size()), target_bytes, target.size(),
                       options.allow_not_finite, target.data());
    }
};

} // namespace detail

/// Samples in two files of NPY or IDX, inputs and targets, which are mapped: they may be larger than memory,
/// and are read and converted when they are asked for. A source for Loader and Streamed:
///
/// ```cpp
/// const data::MappedArrays<> images("x_train.npy", "y_train.npy", {.divisor = 255});
/// fit(model, data::Loader(images, {.workers = 2}), Fit{.epochs = 5});
/// ```
///
/// A sample is a row, that is what one first index has. Throws Error as the readers of the formats do, for
/// arrays of other lengths than each other, for Fortran's order, and where a value is read that Scalar or
/// Target does not hold.
template <class Target = Label, class Scalar = float>
class MappedArrays {
  public:
    using TargetType = Target;
    using ScalarType = Scalar;

    MappedArrays(const std::string& inputs, const std::string& targets, ArrayFileOptions options = {})
        : inputs_(inputs), targets_(targets) {
        const auto header = [](const MappedFile& file) {
            ByteStream bytes({file.bytes().data(), file.bytes().size()}, file.name());
            detail::StoredArray array = detail::read_rows_header(bytes);
            detail::check_size(bytes, array, {.max_bytes = std::numeric_limits<std::size_t>::max()});
            return array;
        };
        pair_ = {header(inputs_), header(targets_), inputs_.name(), targets_.name(), options};
        pair_.check();
        input_shape_ = detail::row_shape(pair_.inputs);
        target_size_ = detail::row_shape(pair_.targets).size();
    }

    std::size_t size() const noexcept { return pair_.inputs.extents[0]; }
    bool empty() const noexcept { return size() == 0; }
    Shape input_shape() const noexcept { return input_shape_; }
    std::size_t target_size() const noexcept { return target_size_; }

    /// Fills the spans with sample `number`, which is below size().
    void read(std::size_t number, std::span<Scalar> input, std::span<Target> target) const {
        const auto row = [&](const MappedFile& file, const detail::StoredArray& array, std::size_t size) {
            return file.bytes().data() + array.offset + number * size * array.element_size();
        };
        pair_.convert(number, row(inputs_, pair_.inputs, input.size()),
                      row(targets_, pair_.targets, target.size()), input, target);
    }

  private:
    MappedFile inputs_, targets_;
    detail::ArrayPair<Target, Scalar> pair_;
    Shape input_shape_;
    std::size_t target_size_ = 1;
};

/// The same of files that may be gzip, and so can only be read in turn: for Streamed.
template <class Target = Label, class Scalar = float>
class ArrayRows {
  public:
    using TargetType = Target;
    using ScalarType = Scalar;

    ArrayRows(std::string inputs, std::string targets, ArrayFileOptions options = {})
        : inputs_(std::move(inputs)), targets_(std::move(targets)), options_(options) {
        const Cursor cursor = open();
        size_ = cursor.pair.inputs.extents[0];
        input_shape_ = detail::row_shape(cursor.pair.inputs);
        target_size_ = detail::row_shape(cursor.pair.targets).size();
    }

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    Shape input_shape() const noexcept { return input_shape_; }
    std::size_t target_size() const noexcept { return target_size_; }

    /// Where the files are read.
    struct Cursor {
        std::unique_ptr<ByteStream> inputs, targets;
        detail::ArrayPair<Target, Scalar> pair;
        std::size_t number = 0;
        std::vector<char> input_bytes{}, target_bytes{};

        /// Fills the spans with the next sample; false behind the last.
        bool next(std::span<Scalar> input, std::span<Target> target) {
            if (number == pair.inputs.extents[0]) {
                check_end(*inputs, pair.inputs);
                check_end(*targets, pair.targets);
                return false;
            }
            take(*inputs, pair.inputs, input_bytes, input.size());
            take(*targets, pair.targets, target_bytes, target.size());
            pair.convert(number++, input_bytes.data(), target_bytes.data(), input, target);
            return true;
        }

      private:
        void take(ByteStream& bytes, const detail::StoredArray& array, std::vector<char>& row,
                  std::size_t count) const {
            row.resize(count * array.element_size());
            const std::size_t got = bytes.read(row);
            if (got < row.size())
                throw Error(detail::at_offset(bytes.name(), array.offset) + "expected " +
                            std::to_string(array.bytes()) + " bytes of values, got " +
                            std::to_string(number * row.size() + got));
        }
        static void check_end(ByteStream& bytes, const detail::StoredArray& array) {
            char more = 0;
            if (bytes.read({&more, 1}) != 0)
                throw Error(detail::at_offset(bytes.name(), array.offset) + "expected " +
                            std::to_string(array.bytes()) + " bytes of values, got more");
        }
    };
    Cursor open() const {
        return core::within_memory(inputs_, [&] {
            constexpr std::size_t any = std::numeric_limits<std::size_t>::max();
            auto inputs = std::make_unique<ByteStream>(inputs_, any);
            auto targets = std::make_unique<ByteStream>(targets_, any);
            detail::StoredArray input = detail::read_rows_header(*inputs);
            detail::StoredArray target = detail::read_rows_header(*targets);
            detail::check_size(*inputs, input, {.max_bytes = any});
            detail::check_size(*targets, target, {.max_bytes = any});
            const std::string inputs_name = inputs->name(), targets_name = targets->name();
            Cursor cursor{std::move(inputs),
                          std::move(targets),
                          {std::move(input), std::move(target), inputs_name, targets_name, options_}};
            cursor.pair.check();
            return cursor;
        });
    }

  private:
    std::string inputs_, targets_;
    ArrayFileOptions options_;
    std::size_t size_ = 0, target_size_ = 1;
    Shape input_shape_;
};

} // namespace burin::data
