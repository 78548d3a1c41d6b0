#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/source.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

struct StreamOptions {
    /// Samples from which the next one is drawn. 1: they come in the order of the source; as many as there
    /// are: all orders are as likely.
    std::size_t shuffle_buffer = 4096;
};

/// Reads a source in turn, from its beginning in every epoch, and mixes it through a buffer: the next sample
/// is drawn from the `shuffle_buffer` ones that are in memory, and the source's next takes its place
/// (TensorFlow's `Dataset.shuffle`). So a source may be larger than memory and compressed. What is far behind
/// in the file comes late in every epoch: a file that is sorted by class wants to be shuffled once before.
///
/// ```cpp
/// const data::Streamed rows(data::CsvRows<>("large.csv.gz", {.target_column = 4}),
///                           {.shuffle_buffer = 10'000});
/// fit(model, data::Loader(rows), Fit{.epochs = 3});
/// ```
///
/// The source is CsvRows or ArrayRows, or any type with `TargetType`, `ScalarType`, `size()`,
/// `input_shape()`, `target_size()`, and `open()`, which gives what has `bool next(input, target)`; or one
/// that is read by number, as MappedArrays and MappedRecords, which are then read front to back. The order is
/// a function of seed and epoch alone. Memory: that of the buffer.
template <class Source>
class Streamed {
  public:
    using TargetType = typename Source::TargetType;
    using ScalarType = typename Source::ScalarType;

    explicit Streamed(Source source, StreamOptions options = {})
        : source_(std::move(source)), options_(options) {
        if (options.shuffle_buffer == 0 || options.shuffle_buffer > std::numeric_limits<std::uint32_t>::max())
            throw Error("Streamed: expected a shuffle_buffer of 1 to 4294967295 samples, got " +
                        std::to_string(options.shuffle_buffer));
    }

    std::size_t size() const { return source_.size(); }
    bool empty() const { return source_.size() == 0; }
    Shape input_shape() const { return source_.input_shape(); }
    std::size_t target_size() const { return source_.target_size(); }
    const Source& source() const noexcept { return source_; }

    class Cursor;
    /// An epoch, for Loader.
    Cursor open(const LoadOrder& order) const {
        return core::within_memory("Streamed", [&] { return Cursor(*this, order); });
    }

  private:
    /// A source that is read by number, from front to back.
    struct InTurn {
        const Source* source;
        std::size_t number = 0;
        bool next(std::span<ScalarType> input, std::span<TargetType> target) {
            if (number == source->size())
                return false;
            read_sample(*source, number++, input, target);
            return true;
        }
    };
    static auto open_source(const Source& source) {
        if constexpr (requires { source.open(); })
            return source.open();
        else
            return InTurn{&source};
    }

    Source source_;
    StreamOptions options_;
};

template <class Source>
class Streamed<Source>::Cursor {
  public:
    Cursor(const Streamed& stream, const LoadOrder& order)
        : rows_(open_source(stream.source_)), input_size_(stream.input_shape().size()),
          target_size_(stream.target_size()),
          random_{order.seed, Purpose::shuffling, static_cast<std::uint32_t>(order.epoch + 1)} {
        const std::size_t buffer =
            order.shuffle ? std::min(stream.options_.shuffle_buffer, stream.size()) : std::size_t{1};
        inputs_.resize(buffer * input_size_);
        targets_.resize(buffer * target_size_);
        numbers_.resize(buffer);
        while (filled_ < buffer && fill(filled_))
            ++filled_;
    }

    /// Fills the spans with the next sample and returns its number in the source, or `no_sample`.
    std::size_t next(std::span<ScalarType> input, std::span<TargetType> target) {
        if (filled_ == 0)
            return no_sample;
        const std::size_t place = random_.below(static_cast<std::uint32_t>(filled_), given_++);
        const std::size_t number = numbers_[place];
        std::copy_n(inputs_.begin() + offset(place, input_size_), input_size_, input.begin());
        std::copy_n(targets_.begin() + offset(place, target_size_), target_size_, target.begin());
        if (!fill(place)) {
            // The last one takes its place.
            --filled_;
            std::copy_n(inputs_.begin() + offset(filled_, input_size_), input_size_,
                        inputs_.begin() + offset(place, input_size_));
            std::copy_n(targets_.begin() + offset(filled_, target_size_), target_size_,
                        targets_.begin() + offset(place, target_size_));
            numbers_[place] = numbers_[filled_];
        }
        return number;
    }

  private:
    static std::ptrdiff_t offset(std::size_t place, std::size_t size) {
        return static_cast<std::ptrdiff_t>(place * size);
    }
    bool fill(std::size_t place) {
        if (is_at_end_ || !rows_.next(std::span(inputs_).subspan(place * input_size_, input_size_),
                                      std::span(targets_).subspan(place * target_size_, target_size_))) {
            is_at_end_ = true;
            return false;
        }
        numbers_[place] = taken_++;
        return true;
    }

    decltype(open_source(std::declval<const Source&>())) rows_;
    std::size_t input_size_, target_size_;
    RandomStream random_;
    std::vector<ScalarType> inputs_;
    std::vector<TargetType> targets_;
    std::vector<std::size_t> numbers_;
    std::size_t filled_ = 0, taken_ = 0;
    std::uint64_t given_ = 0;
    bool is_at_end_ = false;
};

} // namespace burin::data
