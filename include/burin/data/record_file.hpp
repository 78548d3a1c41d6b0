#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/data/mapped_file.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

/// Binary files of records of one length.
struct RecordFormat {
    std::size_t record_bytes = 0;
    std::size_t header_bytes = 0; ///< Before the first record of each file.
    Shape input_shape{};
    std::size_t target_size = 1;
};

/// Samples in one or several files of records of one length, which are mapped: they may be larger than
/// memory, and each is decoded when it is asked for. A source for Loader and Streamed:
///
/// ```cpp
/// const auto decode = [](std::span<const char> record, std::span<float> input, std::span<Label> target) {
///     target[0] = static_cast<unsigned char>(record[0]);
///     for (std::size_t i = 0; i < input.size(); ++i)
///         input[i] = static_cast<float>(static_cast<unsigned char>(record[1 + i])) / 255;
/// };
/// const data::MappedRecords records({"a.bin", "b.bin"}, {.record_bytes = 65, .input_shape = Shape(8, 8)},
///                                   decode);
/// ```
///
/// `decode` is called by several threads at a time; what it throws as Error gets the record's place in front.
/// Throws Error, naming the file, unless each is a header and whole records.
template <class Decode, class Target = Label, class Scalar = float>
class MappedRecords {
  public:
    using TargetType = Target;
    using ScalarType = Scalar;

    MappedRecords(const std::vector<std::string>& paths, RecordFormat format, Decode decode)
        : format_(format), decode_(std::move(decode)) {
        if (format.record_bytes == 0 || format.input_shape.size() == 0 || format.target_size == 0)
            throw Error("MappedRecords: expected records, inputs and targets of at least 1, got 0");
        for (const std::string& path : paths) {
            MappedFile file(path);
            const std::size_t size = file.bytes().size();
            if (size < format.header_bytes || (size - format.header_bytes) % format.record_bytes != 0)
                throw Error(file.name() + ": expected " + std::to_string(format.header_bytes) +
                            " bytes and whole records of " + std::to_string(format.record_bytes) +
                            " bytes, got " + std::to_string(size) + " bytes");
            ends_.push_back(this->size() + (size - format.header_bytes) / format.record_bytes);
            files_.push_back(std::move(file));
        }
    }

    std::size_t size() const noexcept { return ends_.empty() ? 0 : ends_.back(); }
    bool empty() const noexcept { return size() == 0; }
    Shape input_shape() const noexcept { return format_.input_shape; }
    std::size_t target_size() const noexcept { return format_.target_size; }

    /// Fills the spans with sample `number`, which is below size(), counted through all files.
    void read(std::size_t number, std::span<Scalar> input, std::span<Target> target) const {
        const auto file =
            static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), number) - ends_.begin());
        const std::size_t before = file == 0 ? 0 : ends_[file - 1];
        const std::size_t offset = format_.header_bytes + (number - before) * format_.record_bytes;
        try {
            decode_(files_[file].bytes().subspan(offset, format_.record_bytes), input, target);
        } catch (const Error& error) {
            throw Error(files_[file].name() + ": offset " + std::to_string(offset) + ": " + error.what());
        }
    }

  private:
    RecordFormat format_;
    Decode decode_;
    std::vector<MappedFile> files_;
    std::vector<std::size_t> ends_; ///< How many records there are up to the end of each file.
};

} // namespace burin::data
