#pragma once

#include "burin/training/history.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace burin {

namespace fitting {

/// Shows how training goes. On a terminal one line is drawn over and over, at most ten times a second, with a
/// bar, samples per second and the time left in the epoch; elsewhere there is one plain line an epoch.
class Progress {
  public:
    struct Options {
        std::FILE* stream = stdout;
        std::optional<bool> terminal{}; ///< Whether to draw; by default, whether the stream is a terminal.
        std::optional<std::size_t> width{};  ///< Columns; by default the terminal's.
        std::function<double()> clock = [] { ///< Seconds.
            return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
        };
        /// Elsewhere than on a terminal: a line this often, also within epochs, instead of one an epoch.
        std::optional<double> line_seconds{};
    };

    Progress() : Progress(Options{}) {}
    explicit Progress(Options options) : options_(std::move(options)) {
        draws_ = options_.terminal ? *options_.terminal : isatty(fileno(options_.stream)) == 1;
    }

    /// `done` of the samples were trained before.
    void begin_epoch(std::size_t epoch, std::size_t epochs, std::size_t samples, std::size_t done = 0) {
        title_ = "Epoch " + std::to_string(epoch) + "/" + std::to_string(epochs);
        samples_ = samples;
        done_before_ = done;
        start_ = options_.clock();
        if (draws_)
            last_drawn_ = start_;
    }

    void update(std::size_t done, const std::vector<NamedValue>& values) {
        if (is_due())
            draw_update(done, values);
    }

    /// The epoch's last line, with all values.
    void end_epoch(const std::vector<NamedValue>& values) {
        const double seconds = options_.clock() - start_;
        const double rate =
            seconds > 0 ? static_cast<double>(samples_ - std::min(done_before_, samples_)) / seconds : 0;
        const std::string line = title_ + "  " + duration(seconds) + "  " + per_second(rate) + text(values);
        // Whole, even where the terminal is too narrow: no line is drawn over this one.
        if (draws_)
            redraw(line);
        else
            std::fputs(line.c_str(), options_.stream);
        std::fputc('\n', options_.stream);
        std::fflush(options_.stream);
    }

    /// As a callback of `fit`.
    template <class Context>
    void on_epoch_begin(Context& context) {
        begin_epoch(context.epoch(), context.epochs(), context.sample_count(), context.samples());
    }
    template <class Context>
    void on_batch_end(Context& context) {
        if (is_due())
            draw_update(context.samples(), context.values());
    }
    template <class Context>
    void on_epoch_end(Context& context) {
        const bool is_late = !options_.line_seconds || is_due();
        if (draws_ || is_late || context.is_stopping())
            end_epoch(context.values());
    }

  private:
    /// Whether it is time to draw; it then is only later again.
    bool is_due() {
        if (!draws_ && !options_.line_seconds)
            return false;
        const double now = options_.clock();
        if (now - last_drawn_ < (draws_ ? 0.1 : *options_.line_seconds))
            return false;
        last_drawn_ = now;
        return true;
    }

    void draw_update(std::size_t done, const std::vector<NamedValue>& values) {
        const double seconds = last_drawn_ - start_;
        const double rate =
            seconds > 0 ? static_cast<double>(done - std::min(done_before_, done)) / seconds : 0;
        const double left = rate > 0 ? static_cast<double>(samples_ - std::min(done, samples_)) / rate : 0;
        const std::string before =
            title_ + "  " + std::to_string(done) + "/" + std::to_string(samples_) + "  ";
        const std::string after = "  " + per_second(rate) + "  " + duration(left) + " left" + text(values);
        if (draws_) {
            draw(before + bar(done, before.size() + after.size()) + after);
        } else {
            std::fputs((before.substr(0, before.size() - 2) + after + "\n").c_str(), options_.stream);
            std::fflush(options_.stream);
        }
    }

    std::size_t columns() const {
        if (options_.width)
            return *options_.width;
        winsize size{};
        if (ioctl(fileno(options_.stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
            return size.ws_col;
        const char* const set = std::getenv("COLUMNS");
        const unsigned long number = set != nullptr ? std::strtoul(set, nullptr, 10) : 0;
        return number > 0 ? number : 80;
    }

    /// What room the texts leave, between 3 and 30 columns.
    std::string bar(std::size_t done, std::size_t taken) const {
        const std::size_t room = columns() > taken + 3 ? columns() - taken - 3 : 3;
        const std::size_t length = std::clamp<std::size_t>(room, 3, 30);
        const std::size_t filled = samples_ == 0 ? length : std::min(length, done * length / samples_);
        std::string result(length + 2, '.');
        result.front() = '[';
        result.back() = ']';
        std::fill_n(result.begin() + 1, filled, '=');
        if (filled > 0 && filled < length)
            result[filled] = '>'; // The last of the filled ones.
        return result;
    }

    void draw(std::string line) {
        const std::size_t room = columns() > 1 ? columns() - 1 : 1;
        if (line.size() > room)
            line.resize(room);
        redraw(line);
        std::fflush(options_.stream);
    }

    /// Back to the first column; what the line before had more of is cleared.
    void redraw(const std::string& line) { std::fputs(("\r" + line + "\x1b[K").c_str(), options_.stream); }

    template <class... Arguments>
    static std::string format(const char* pattern, Arguments... arguments) {
        char buffer[64];
        const int length = std::snprintf(buffer, sizeof buffer, pattern, arguments...);
        return {buffer, static_cast<std::size_t>(std::clamp(length, 0, 63))};
    }

    static std::string per_second(double rate) {
        if (rate >= 1e6)
            return format("%.1fM samples/s", rate / 1e6);
        return rate >= 1e4 ? format("%.0fk samples/s", rate / 1e3) : format("%.0f samples/s", rate);
    }

    static std::string duration(double seconds) {
        if (seconds < 10)
            return format("%.1f s", seconds);
        const auto whole = static_cast<long>(seconds + 0.5);
        return whole < 3600 ? format("%ld:%02ld", whole / 60, whole % 60)
                            : format("%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    }

    static std::string text(const std::vector<NamedValue>& values) {
        std::string result;
        for (const NamedValue& each : values)
            result += "  " + each.name + " " + format("%.4g", each.value);
        return result;
    }

    Options options_;
    bool draws_ = false;
    std::string title_;
    std::size_t samples_ = 0, done_before_ = 0;
    double start_ = 0;
    double last_drawn_ = -std::numeric_limits<double>::infinity();
};

} // namespace fitting

} // namespace burin
