#pragma once

#include "burin/core/error.hpp"

#include <protozero/pbf_writer.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace burin::io {

namespace detail {

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4).
inline std::uint32_t crc32c(std::string_view bytes) noexcept {
    static constexpr auto table = [] {
        std::array<std::uint32_t, 256> entries{};
        for (std::uint32_t i = 0; i < entries.size(); ++i) {
            std::uint32_t entry = i;
            for (int bit = 0; bit < 8; ++bit)
                entry = (entry >> 1) ^ (entry & 1 ? 0x82F63B78u : 0u);
            entries[i] = entry;
        }
        return entries;
    }();
    std::uint32_t crc = ~0u;
    for (const char byte : bytes)
        crc = table[(crc ^ static_cast<unsigned char>(byte)) & 255] ^ (crc >> 8);
    return ~crc;
}

/// As TensorFlow's records have it, so that a checksum of data with a checksum in them says something.
inline std::uint32_t masked_crc32c(std::string_view bytes) noexcept {
    return std::rotr(crc32c(bytes), 15) + 0xA282EAD8u;
}

/// One record of a TFRecord file: 8 bytes with the length, their checksum, the data, their checksum; all
/// little endian.
inline std::string tf_record(std::string_view data) {
    const auto number = [](auto value) {
        std::string text;
        for (std::size_t i = 0; i < sizeof value; ++i)
            text += static_cast<char>(value >> (8 * i) & 255);
        return text;
    };
    std::string record = number(static_cast<std::uint64_t>(data.size()));
    record += number(masked_crc32c(record));
    record += data;
    return record += number(masked_crc32c(data));
}

} // namespace detail

/// A file of events that TensorBoard shows: scalars and histograms under a tag, each at a step. It has a name
/// of its own in `directory`, which is made if there is none; several files in a directory are one run, so
/// that one which is continued writes another. Needs protozero (Debian: libprotozero-dev).
///
///     io::EventFile events("logs/train");
///     events.scalar("epoch_loss", 1, 0.25);
///
/// Formats: tensorflow/core/util/event.proto, framework/summary.proto, lib/io/record_writer. Each call
/// appends its record whole; nothing waits in this process. Throws Error if it can't be written.
class EventFile {
  public:
    /// Seconds since 1970.
    static double system_time() {
        return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    }

    explicit EventFile(const std::string& directory, std::function<double()> clock = system_time)
        : EventFile(std::move(clock)) {
        std::error_code error;
        std::filesystem::create_directories(directory, error);
        char host[256] = "localhost";
        gethostname(host, sizeof host - 1);
        const std::string start = directory + "/events.out.tfevents." +
                                  std::to_string(static_cast<std::int64_t>(clock_())) + '.' + host + '.' +
                                  std::to_string(getpid()) + '.';
        for (int number = 0; descriptor_ < 0; ++number) {
            path_ = start + std::to_string(number);
            descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
            if (descriptor_ < 0 && errno != EEXIST)
                fail();
        }
        std::string event = begin_event(0);
        protozero::pbf_writer(event).add_string(event_file_version, "brain.Event:2");
        append(event);
    }
    EventFile(const EventFile&) = delete;
    EventFile& operator=(const EventFile&) = delete;
    ~EventFile() { close(descriptor_); }

    const std::string& path() const noexcept { return path_; }

    void scalar(std::string_view tag, std::int64_t step, double value) {
        std::string data;
        protozero::pbf_writer(data).add_float(value_simple, static_cast<float>(value));
        summary(tag, step, data);
    }

    /// How many of the values there are between limits that grow by a tenth. What is not finite is left out.
    template <class Scalar>
    void histogram(std::string_view tag, std::int64_t step, std::span<const Scalar> values) {
        const std::vector<double>& limits = bucket_limits();
        std::vector<double> counts(limits.size());
        double min = std::numeric_limits<double>::infinity(), max = -min, count = 0, sum = 0, squares = 0;
        for (const Scalar element : values) {
            const auto value = static_cast<double>(element);
            if (!std::isfinite(value))
                continue;
            min = std::min(min, value);
            max = std::max(max, value);
            ++count;
            sum += value;
            squares += value * value;
            const auto limit = std::upper_bound(limits.begin(), limits.end() - 1, value);
            ++counts[static_cast<std::size_t>(limit - limits.begin())];
        }
        std::string histogram;
        protozero::pbf_writer writer(histogram);
        writer.add_double(1, count > 0 ? min : 0);
        writer.add_double(2, count > 0 ? max : 0);
        writer.add_double(3, count);
        writer.add_double(4, sum);
        writer.add_double(5, squares);
        // Empty ones at both ends say nothing.
        const auto is_used = [](double each) { return each > 0; };
        const auto first = std::find_if(counts.begin(), counts.end(), is_used) - counts.begin();
        const auto last = counts.rend() - std::find_if(counts.rbegin(), counts.rend(), is_used);
        writer.add_packed_double(6, limits.begin() + std::min(first, last), limits.begin() + last);
        writer.add_packed_double(7, counts.begin() + std::min(first, last), counts.begin() + last);
        std::string data;
        protozero::pbf_writer(data).add_message(value_histogram, histogram);
        summary(tag, step, data);
    }

    /// What the run's earlier files have from this step on is no longer true, as where a training goes on
    /// from a checkpoint.
    void restart_at(std::int64_t step) {
        std::string event = begin_event(step);
        std::string session_log;
        protozero::pbf_writer(session_log).add_enum(1, 1); // status: START
        protozero::pbf_writer(event).add_message(event_session_log, session_log);
        append(event);
    }

  private:
    // What it leads to is closed even if more can't be written.
    explicit EventFile(std::function<double()> clock) : clock_(std::move(clock)) {}

    static constexpr protozero::pbf_tag_type event_wall_time = 1, event_step = 2, event_file_version = 3,
                                             event_summary = 5, event_session_log = 7;
    static constexpr protozero::pbf_tag_type summary_value = 1;
    static constexpr protozero::pbf_tag_type value_tag = 1, value_simple = 2, value_histogram = 5;

    /// TensorFlow's: ± 1e-12 · 1.1ⁿ up to 1e20, and 0.
    static const std::vector<double>& bucket_limits() {
        static const std::vector<double> limits = [] {
            std::vector<double> positive;
            for (double limit = 1e-12; limit < 1e20; limit *= 1.1)
                positive.push_back(limit);
            positive.push_back(std::numeric_limits<double>::max());
            std::vector<double> all;
            for (auto each = positive.rbegin(); each != positive.rend(); ++each)
                all.push_back(-*each);
            all.push_back(0);
            all.insert(all.end(), positive.begin(), positive.end());
            return all;
        }();
        return limits;
    }

    std::string begin_event(std::int64_t step) const {
        std::string event;
        protozero::pbf_writer writer(event);
        writer.add_double(event_wall_time, clock_());
        writer.add_int64(event_step, step);
        return event;
    }

    /// An event with one value: `data` is all of it but the tag.
    void summary(std::string_view tag, std::int64_t step, const std::string& data) {
        std::string value;
        protozero::pbf_writer(value).add_string(value_tag, tag.data(), tag.size());
        value += data;
        std::string values;
        protozero::pbf_writer(values).add_message(summary_value, value);
        std::string event = begin_event(step);
        protozero::pbf_writer(event).add_message(event_summary, values);
        append(event);
    }

    void append(std::string_view event) {
        const std::string record = detail::tf_record(event);
        std::string_view rest = record;
        while (!rest.empty()) {
            const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
            if (written < 0 && errno != EINTR)
                fail();
            rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
        }
    }

    [[noreturn]] void fail() const { throw Error(path_ + ": can't be written: " + std::strerror(errno)); }

    std::function<double()> clock_;
    std::string path_;
    int descriptor_ = -1;
};

} // namespace burin::io
