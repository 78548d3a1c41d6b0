#pragma once

#include <protozero/pbf_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Events as an independent reader finds them in a file of TensorBoard's. What is not as it must be throws.
struct FoundEvent {
    double wall_time = 0;
    std::int64_t step = 0;
    std::string version, tag;
    bool restarts = false, has_scalar = false, has_histogram = false;
    float scalar = 0;
    double min = 0, max = 0, count = 0, sum = 0, squares = 0;
    std::vector<double> limits, counts;
};

namespace event_records {

/// Bit by bit, by the reversed polynomial.
inline std::uint32_t checksum(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
    }
    crc ^= 0xFFFFFFFF;
    return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
}

inline void require(bool holds, const char* what) {
    if (!holds)
        throw std::runtime_error(std::string("event file: ") + what);
}

inline std::uint64_t number(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

/// Of a file in memory.
inline std::vector<std::string> records(std::string_view bytes) {
    std::vector<std::string> result;
    while (!bytes.empty()) {
        require(bytes.size() >= 16, "a record is cut");
        const std::uint64_t length = number(bytes.substr(0, 8));
        require(number(bytes.substr(8, 4)) == checksum(bytes.substr(0, 8)), "checksum of the length");
        require(length <= bytes.size() - 16, "a record is cut");
        const std::string_view data = bytes.substr(12, length);
        require(number(bytes.substr(12 + length, 4)) == checksum(data), "checksum of the data");
        result.emplace_back(data);
        bytes.remove_prefix(length + 16);
    }
    return result;
}

inline std::vector<double> doubles(protozero::pbf_reader& reader) {
    std::vector<double> result;
    for (const double each : reader.get_packed_double())
        result.push_back(each);
    return result;
}

inline void read_value(protozero::pbf_reader value, FoundEvent& event) {
    while (value.next()) {
        if (value.tag() == 1) {
            event.tag = value.get_string();
        } else if (value.tag() == 2) {
            event.scalar = value.get_float();
            event.has_scalar = true;
        } else {
            require(value.tag() == 5, "a value that is no scalar and no histogram");
            event.has_histogram = true;
            protozero::pbf_reader histogram = value.get_message();
            double* const sums[] = {&event.min, &event.max, &event.count, &event.sum, &event.squares};
            while (histogram.next()) {
                const auto tag = histogram.tag(); // That of what is yet to be read.
                if (tag <= 5)
                    *sums[tag - 1] = histogram.get_double();
                else
                    (tag == 6 ? event.limits : event.counts) = doubles(histogram);
            }
        }
    }
}

} // namespace event_records

inline std::vector<FoundEvent> found_events(std::string_view bytes) {
    std::vector<FoundEvent> result;
    for (const std::string& record : event_records::records(bytes)) {
        FoundEvent event;
        protozero::pbf_reader reader(record);
        while (reader.next()) {
            switch (reader.tag()) {
            case 1:
                event.wall_time = reader.get_double();
                break;
            case 2:
                event.step = reader.get_int64();
                break;
            case 3:
                event.version = reader.get_string();
                break;
            case 5: {
                protozero::pbf_reader summary = reader.get_message();
                event_records::require(summary.next(1), "a summary without a value");
                event_records::read_value(summary.get_message(), event);
                break;
            }
            default: {
                event_records::require(reader.tag() == 7, "an event of a kind that is not written");
                protozero::pbf_reader log = reader.get_message();
                event.restarts = log.next(1) && log.get_enum() == 1;
            }
            }
        }
        result.push_back(event);
    }
    return result;
}
