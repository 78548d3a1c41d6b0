#pragma once

#include "burin/callbacks/log_file.hpp"
#include "burin/callbacks/state.hpp"
#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/training/history.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace burin::callbacks {

/// A row of a CSV file for each epoch: its number (1 being the first), the learning rate, and all that was
/// measured, under a header with their names. As Keras's CSVLogger.
///
///     Fit{.callbacks = callbacks::CsvLog{.path = "training.csv"}}
///
/// A run that begins makes the file anew, unless it `appends`; one that goes on from a checkpoint goes on in
/// it, behind the epochs that the checkpoint has. Throws Error if it can't be written, and if the file that
/// it goes on in has other columns.
struct CsvLog {
    std::string path = "training.csv";
    char separator = ',';
    bool appends = false;

    std::string header{};  ///< @private empty: not there yet
    std::size_t start = 0; ///< @private where the run begins in the file, behind earlier ones

    template <class Context>
    void on_fit_begin(Context& context) {
        const detail::LogFile file(path);
        if (context.is_continued()) {
            const std::size_t done = context.session().epoch();
            const bool is_there = file.keep_lines(start, [&](std::string_view line) {
                std::size_t epoch = 0; // The header has none.
                std::from_chars(line.data(), line.data() + line.size(), epoch);
                return epoch <= done;
            });
            header = is_there ? file.first_line() : "";
        } else {
            start = appends ? file.whole_size() : 0;
            header = start > 0 ? file.first_line() : "";
            if (start == 0)
                file.begin("");
        }
    }
    template <class Context>
    void on_epoch_end(Context& context) {
        const std::vector<NamedValue> values = context.values();
        std::string names = "epoch" + (separator + std::string("learning_rate"));
        for (const NamedValue& each : values)
            names += separator + quoted(detail::column_of(each.name));
        names += '\n';
        if (!header.empty() && header != names)
            throw Error(path + ": expected the columns " + shown(names) + ", got a file with " +
                        shown(header) + "; give a run that measures something else a file of its own");
        std::string text = header.empty() ? names : "";
        header = names;
        text += std::to_string(context.epoch()) + separator + number(context.learning_rate());
        for (const NamedValue& each : values)
            text += separator + number(each.value);
        detail::LogFile(path).append(text + '\n');
    }

    void save(State& state) const { state["start"] = {static_cast<double>(start)}; }
    void load(const State& state) {
        start = detail::to_count(detail::numbers_in(state, "start", 1, "callbacks::CsvLog")[0]);
    }

  private:
    static std::string shown(const std::string& line) {
        return core::printable(std::string_view(line).substr(0, line.size() - 1), 300);
    }
    /// The shortest that is read back as the same number.
    static std::string number(double value) {
        char digits[64];
        return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
    }
    /// As RFC 4180 wants it.
    std::string quoted(const std::string& name) const {
        if (name.find_first_of(std::string("\"\n\r") + separator) == std::string::npos)
            return name;
        std::string text = "\"";
        for (const char character : name)
            text.append(character == '"' ? 2 : 1, character);
        return text + '"';
    }
};

} // namespace burin::callbacks
