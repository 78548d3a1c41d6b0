#include "burin/io/event_file.hpp"

#include "support/error_of.hpp"
#include "support/event_records.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

using namespace burin;

TEST_CASE("EventFile: checksums are those of CRC-32C") {
    // RFC 3720, appendix B.4.
    CHECK(io::detail::crc32c("123456789") == 0xE3069283u);
    CHECK(io::detail::crc32c(std::string(32, '\0')) == 0x8A9136AAu);
    CHECK(io::detail::crc32c(std::string(32, '\xFF')) == 0x62A8AB43u);
    CHECK(io::detail::crc32c("") == 0);
    for (const std::string text : {"", "a", "burin"})
        CHECK(io::detail::masked_crc32c(text) == event_records::checksum(text));
}

// event_file.py reads what this writes with TensorBoard's own reader: in the directory that it names.
TEST_CASE("EventFile: scalars, histograms and a restart are records that are read back") {
    const TemporaryDirectory temporary;
    const char* const asked = std::getenv("BURIN_EVENTS_DIRECTORY");
    const std::string directory = asked != nullptr ? asked : temporary / "logs/run";
    double now = 1'700'000'000.25;
    const auto clock = [&now] { return now += 1; };
    std::vector<double> values(1000);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<double>(i % 200) / 100 - 0.5;
    std::string first, second;
    {
        io::EventFile events(directory, clock);
        first = events.path();
        for (int step = 1; step <= 4; ++step)
            events.scalar("epoch_loss", step, 1.0 / step);
        events.scalar("never", 1, std::numeric_limits<double>::quiet_NaN());
        events.histogram<double>("0.weight", 2, values);
        const std::vector<float> odd{0, -2, std::numeric_limits<float>::infinity(), 3, std::nanf("")};
        events.histogram<float>("odd", 2, odd);
        events.histogram<float>("none", 2, {});
    }
    {
        io::EventFile events(directory, clock);
        second = events.path();
        events.restart_at(3);
        events.scalar("epoch_loss", 3, 0.25);
    }
    CHECK(first != second);
    CHECK(first.starts_with(directory + "/events.out.tfevents.1700000001."));

    const std::vector<FoundEvent> events = found_events(bytes_of(first));
    REQUIRE(events.size() == 9);
    CHECK(events[0].version == "brain.Event:2");
    CHECK(events[0].wall_time == 1'700'000'002.25);
    for (std::size_t i = 1; i <= 4; ++i) {
        CHECK(events[i].tag == "epoch_loss");
        CHECK(events[i].step == static_cast<std::int64_t>(i));
        CHECK(events[i].scalar == 1 / static_cast<float>(i));
        CHECK(events[i].wall_time == events[i - 1].wall_time + 1);
    }
    CHECK(std::isnan(events[5].scalar));
    const FoundEvent& weights = events[6];
    CHECK(weights.tag == "0.weight");
    CHECK(weights.has_histogram);
    CHECK(weights.min == -0.5);
    CHECK(weights.max == 1.49);
    CHECK(weights.count == 1000);
    CHECK(weights.sum == doctest::Approx(std::accumulate(values.begin(), values.end(), 0.0)));
    CHECK(weights.squares ==
          doctest::Approx(std::inner_product(values.begin(), values.end(), values.begin(), 0.0)));
    REQUIRE(weights.limits.size() == weights.counts.size());
    for (std::size_t i = 0; i < weights.limits.size(); ++i) {
        const double from = i == 0 ? -1e300 : weights.limits[i - 1], to = weights.limits[i];
        double count = 0;
        for (const double value : values)
            count += value >= from && value < to;
        CHECK(weights.counts[i] == count);
    }
    CHECK(weights.counts.front() > 0);
    CHECK(weights.counts.back() > 0);
    CHECK(events[7].count == 3);
    CHECK(events[7].min == -2);
    CHECK(events[7].max == 3);
    CHECK(events[8].count == 0);
    CHECK(events[8].limits.empty());

    const std::vector<FoundEvent> more = found_events(bytes_of(second));
    REQUIRE(more.size() == 3);
    CHECK(more[1].restarts);
    CHECK(more[1].step == 3);
    CHECK(more[2].scalar == 0.25f);
}

TEST_CASE("EventFile: a directory that can't be made is an Error") {
    const TemporaryDirectory directory;
    write_bytes(directory / "file", "");
    const std::string error = error_of([&] { io::EventFile(directory / "file"); });
    CHECK(error.starts_with(directory / "file" + "/events.out.tfevents."));
    CHECK(error.ends_with(": can't be written: Not a directory"));
}
