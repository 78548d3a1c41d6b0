#pragma once

#include "burin/callbacks/log_file.hpp"
#include "burin/callbacks/state.hpp"
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
/// that was measured; what is not finite is null, and a metric of one of these names gets a `_1`.
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

    std::size_t start = 0; ///< @private where the run begins in the file, behind earlier ones

    template <class Context>
    void on_fit_begin(Context& context) {
        const detail::LogFile file(path);
        if (context.is_continued()) {
            file.keep_lines(start, [done = context.session().epoch()](std::string_view line) {
                const std::size_t place = std::min(beginning.size(), line.size());
                std::size_t epoch = 0;
                const auto read = std::from_chars(line.data() + place, line.data() + line.size(), epoch);
                return line.starts_with(beginning) && read.ec == std::errc() && epoch <= done;
            });
        } else {
            start = appends ? file.whole_size() : 0;
            if (start == 0)
                file.begin("");
        }
    }
    template <class Context>
    void on_epoch_end(Context& context) {
        std::string line = std::string(beginning) + std::to_string(context.epoch()) +
                           ",\"step\":" + std::to_string(context.step()) +
                           ",\"learning_rate\":" + nlohmann::json(context.learning_rate()).dump();
        for (const NamedValue& each : context.values())
            line.append(",")
                .append(text_of(detail::column_of(each.name)))
                .append(":")
                .append(nlohmann::json(each.value).dump());
        detail::LogFile(path).append(line + "}\n");
    }

    void save(State& state) const { state["start"] = {static_cast<double>(start)}; }
    void load(const State& state) {
        start = detail::to_count(detail::numbers_in(state, "start", 1, "callbacks::JsonLinesLog")[0]);
    }

  private:
    /// What is no UTF-8 is replaced.
    static std::string text_of(const std::string& name) {
        return nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    static constexpr std::string_view beginning = "{\"epoch\":";
};

} // namespace burin::callbacks
