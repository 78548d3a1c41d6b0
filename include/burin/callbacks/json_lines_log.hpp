#pragma once

#include "burin/callbacks/log_file.hpp"
#include "burin/training/history.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace burin::callbacks {

/// A line of JSON for each epoch: an object with `epoch` (1 being the first), `step`, `learning_rate` and all
/// that was measured; what is not finite is null.
///
///     Fit{.callbacks = callbacks::JsonLinesLog{.path = "training.jsonl"}}
///
///     {"epoch":1,"step":45,"learning_rate":0.001,"loss":1.4,"accuracy":0.62}
///
/// A run that begins makes the file anew, unless it `appends`; one that goes on from a checkpoint goes on in
/// it, behind the epochs that the checkpoint has. Throws Error if it can't be written.
struct JsonLinesLog {
    std::string path = "training.jsonl";
    bool appends = false;

    template <class Context>
    void on_fit_begin(Context& context) {
        const detail::LogFile file(path);
        if (context.is_continued())
            file.keep_lines([done = context.session().epoch()](std::string_view line) {
                const std::size_t place = std::min(beginning.size(), line.size());
                std::size_t epoch = 0;
                const auto read = std::from_chars(line.data() + place, line.data() + line.size(), epoch);
                return line.starts_with(beginning) && read.ec == std::errc() && epoch <= done;
            });
        else if (!appends)
            file.begin("");
    }
    template <class Context>
    void on_epoch_end(Context& context) {
        std::string line = std::string(beginning) + std::to_string(context.epoch()) +
                           ",\"step\":" + std::to_string(context.step()) +
                           ",\"learning_rate\":" + nlohmann::json(context.learning_rate()).dump();
        for (const NamedValue& each : context.values())
            line.append(",")
                .append(nlohmann::json(each.name).dump())
                .append(":")
                .append(nlohmann::json(each.value).dump());
        detail::LogFile(path).append(line + "}\n");
    }

  private:
    static constexpr std::string_view beginning = "{\"epoch\":";
};

} // namespace burin::callbacks
