#pragma once

#include "burin/callbacks/log_file.hpp"
#include "burin/training/history.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

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
                const auto value = nlohmann::json::parse(line, nullptr, false);
                return value.is_object() && value.contains("epoch") && value["epoch"].is_number_unsigned() &&
                       value["epoch"].get<std::size_t>() <= done;
            });
        else if (!appends)
            file.begin("");
    }
    template <class Context>
    void on_epoch_end(Context& context) {
        nlohmann::ordered_json line{
            {"epoch", context.epoch()}, {"step", context.step()}, {"learning_rate", context.learning_rate()}};
        for (const NamedValue& each : context.values())
            line[each.name] = each.value;
        detail::LogFile(path).append(line.dump() + '\n');
    }
};

} // namespace burin::callbacks
