#pragma once

#include "burin/callbacks/log_file.hpp"
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
/// it, behind the epochs that the checkpoint has. Throws Error if it can't be written.
struct CsvLog {
    std::string path = "training.csv";
    char separator = ',';
    bool appends = false;

    bool has_header = false; ///< @private

    template <class Context>
    void on_fit_begin(Context& context) {
        const detail::LogFile file(path);
        if (context.is_continued()) {
            const std::size_t done = context.session().epoch();
            has_header = file.keep_lines([&](std::string_view line) {
                std::size_t epoch = 0; // The header has none.
                std::from_chars(line.data(), line.data() + line.size(), epoch);
                return epoch <= done;
            });
        } else {
            has_header = appends && file.keep_lines([](std::string_view) { return true; });
            if (!has_header)
                file.begin("");
        }
    }
    template <class Context>
    void on_epoch_end(Context& context) {
        const std::vector<NamedValue> values = context.values();
        std::string text;
        if (!has_header) {
            text = "epoch" + (separator + std::string("learning_rate"));
            for (const NamedValue& each : values)
                text += separator + quoted(each.name);
            text += '\n';
            has_header = true;
        }
        text += std::to_string(context.epoch()) + separator + number(context.learning_rate());
        for (const NamedValue& each : values)
            text += separator + number(each.value);
        detail::LogFile(path).append(text + '\n');
    }

  private:
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
