#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/search/settings.hpp"
#include "burin/search/space.hpp"
#include "burin/search/strategies.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace burin::search {

/// What makes an objective the one that it is, by name, beside its settings: for the journal.
using Description = std::vector<std::pair<std::string, std::string>>;

/// What one call of the objective gave: a score, or why there is none.
struct Outcome {
    double score = 0;
    std::string error;
};

namespace detail {

/// What a search is: two with the same give the same table.
struct Identity {
    std::vector<Dimension> space;
    std::vector<std::string> architectures;
    std::vector<std::string> networks; ///< Of the architectures.
    std::vector<Bracket> brackets;
    bool is_grid;
    std::uint64_t seed;
    bool highest;
    Description objective{}; ///< Of its first trial.
};

using Json = nlohmann::ordered_json;

inline Json json_of(const Value& value) {
    return value.is_number() ? Json(*value.number()) : Json(*value.word());
}

inline Json json_of(const Settings& settings) {
    Json object = Json::object();
    for (const Settings::Named& each : settings.values())
        object[each.name] = json_of(each.value);
    return object;
}

inline Json json_of(const Dimension& dimension) {
    return std::visit(
        [](const auto& range) {
            using Range = std::remove_cvref_t<decltype(range)>;
            if constexpr (std::is_same_v<Range, Choice>) {
                Json values = Json::array();
                for (const Value& value : range.values)
                    values.push_back(json_of(value));
                return Json{{"name", range.name}, {"choice", values}};
            } else if constexpr (std::is_same_v<Range, Integer>) {
                return Json{{"name", range.name}, {"integer", {range.low, range.high, range.step}}};
            } else {
                const char* const kind = std::is_same_v<Range, Uniform> ? "uniform" : "log uniform";
                return Json{{"name", range.name}, {kind, {range.low, range.high}}, {"points", range.points}};
            }
        },
        dimension);
}

inline Json json_of(const Identity& identity) {
    Json space = Json::array(), brackets = Json::array();
    for (const Dimension& dimension : identity.space)
        space.push_back(json_of(dimension));
    for (const Bracket& bracket : identity.brackets) {
        Json rungs = Json::array();
        for (const Rung& rung : bracket)
            rungs.push_back(Json::array({rung.trials, rung.budget}));
        brackets.push_back(rungs);
    }
    Json json{{"burin", "journal of a search"},
              {"seed", identity.seed},
              {"space", space},
              {"architectures", identity.architectures}};
    for (std::size_t i = 0; i < identity.networks.size(); ++i)
        json["network " + std::to_string(i + 1)] = identity.networks[i];
    json["brackets"] = brackets;
    json["grid"] = identity.is_grid;
    json["highest"] = identity.highest;
    for (const auto& [name, value] : identity.objective)
        json["objective's " + name] = value;
    return json;
}

inline std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// What was done so far, in a file of JSON lines: first what search it is, then a line for each call of the
/// objective that came back. A last line that was cut, as when the process was killed, does not count.
class Journal {
  public:
    /// Throws Error if the file can't be used, if another search is at it, if it is of another search, and
    /// if the search has names or words that are no UTF-8.
    Journal(std::string path, const Identity& identity) : path_(std::move(path)) {
        const Json own = json_of(identity);
        try {
            static_cast<void>(own.dump());
        } catch (const Json::type_error&) {
            throw Error(path_ + ": expected a search whose names and words are UTF-8, got others, by which a "
                                "journal could not be told from another search's");
        }
        // Of a FIFO it must not wait until somebody writes.
        descriptor_ =
            ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
        if (descriptor_ < 0)
            fail("can't be opened: ");
        try {
            struct stat status{};
            if (fstat(descriptor_, &status) != 0)
                fail("can't be opened: ");
            if (!S_ISREG(status.st_mode))
                throw Error(path_ + ": can't be opened: expected a regular file or none, got a " +
                            (S_ISFIFO(status.st_mode) ? "FIFO" : "device"));
            if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0)
                throw Error(path_ + ": expected a journal for this search alone, got one that another is at");
            read(own);
        } catch (...) {
            ::close(descriptor_);
            throw;
        }
    }
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;
    ~Journal() { ::close(descriptor_); }

    /// What the journal says of a trial with a budget; null if nothing. Throws Error if it had other
    /// settings.
    const Outcome* find(std::size_t trial, std::size_t budget, const Settings& settings) const {
        const auto found = done_.find({trial, budget});
        if (found == done_.end())
            return nullptr;
        if (found->second.settings != json_of(settings))
            throw Error(path_ + ": trial " + std::to_string(trial) + ": expected the settings " +
                        dump(json_of(settings)) + ", got " + dump(found->second.settings));
        return &found->second.outcome;
    }

    void append(std::size_t trial, std::size_t budget, const Settings& settings, const Outcome& outcome) {
        Json line{{"trial", trial}, {"budget", budget}, {"settings", json_of(settings)}};
        if (outcome.error.empty())
            line["score"] = outcome.score;
        else
            line["error"] = outcome.error;
        write(dump(line) + "\n");
    }

  private:
    struct Done {
        Json settings;
        Outcome outcome;
    };

    [[noreturn]] void fail(const char* what) const {
        throw Error(path_ + ": " + what + std::strerror(errno));
    }

    void write(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t written = ::write(descriptor_, text.data(), text.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                fail("can't be written: ");
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    std::string contents() const {
        std::string text;
        char buffer[65536];
        for (;;) {
            const ssize_t got = ::read(descriptor_, buffer, sizeof buffer);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                fail("can't be read: ");
            if (got == 0)
                return text;
            text.append(buffer, static_cast<std::size_t>(got));
        }
    }

    void read(const Json& identity) {
        const std::string text = contents(), first = dump(identity) + "\n";
        const std::size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
        if (whole == 0 && !first.starts_with(text))
            throw Error(path_ + ": line 1: expected the journal of a search, got " +
                        burin::core::quoted(text));
        if (whole < text.size() && ftruncate(descriptor_, static_cast<off_t>(whole)) != 0)
            fail("can't be cut to its whole lines: ");
        if (whole == 0)
            return write(first);
        std::size_t number = 0;
        for (std::size_t begin = 0; begin < whole;) {
            const std::size_t end = text.find('\n', begin);
            const std::string_view line = std::string_view(text).substr(begin, end - begin);
            begin = end + 1;
            // What is nested deeper than a journal is goes unread: it would take the stack to show it.
            const Json json = Json::parse(
                line, [](int depth, Json::parse_event_t, Json&) { return depth <= 8; },
                /*allow_exceptions*/ false);
            if (++number == 1)
                check(identity, json, line);
            else if (!take(json))
                throw Error(path_ + ": line " + std::to_string(number) +
                            ": expected a trial with its budget, its settings and a score or an error, got " +
                            burin::core::quoted(line));
        }
    }

    /// Refuses the journal of another search, and says what differs first.
    void check(const Json& identity, const Json& found, std::string_view line) const {
        if (!found.is_object() || !found.contains("burin") || found["burin"] != identity["burin"])
            throw Error(path_ + ": line 1: expected the journal of a search, got " +
                        burin::core::quoted(line));
        for (const auto& [name, value] : identity.items())
            if (!found.contains(name) || found[name] != value)
                refuse(name, dump(value), found.contains(name) ? dump(found[name]) : "not told");
        for (const auto& [name, value] : found.items())
            if (!identity.contains(name))
                refuse(name, "not told", dump(value));
    }

    [[noreturn]] void refuse(const std::string& name, std::string expected, std::string found) const {
        // Of two long lists what they have in common says little.
        const auto same = static_cast<std::size_t>(
            std::mismatch(expected.begin(), expected.end(), found.begin(), found.end()).first -
            expected.begin());
        const std::size_t comma = expected.substr(0, same).rfind(',');
        if (same > 200 && comma != std::string::npos) {
            expected = "…" + expected.substr(comma);
            found = "…" + found.substr(comma);
        }
        throw Error(path_ + ": expected the journal of this search, whose " + name + " is " + expected +
                    ", got one whose " + name + " is " + found);
    }

    /// Whether the line is one of a trial.
    bool take(const Json& line) {
        const auto whole = [&](const char* name) {
            return line.contains(name) && line[name].is_number_unsigned();
        };
        if (!line.is_object() || !whole("trial") || !whole("budget") || !line.contains("settings"))
            return false;
        Done done{line["settings"], {}};
        if (line.contains("score") && line["score"].is_number())
            done.outcome.score = line["score"].get<double>();
        else if (line.contains("error") && line["error"].is_string() && line["error"] != "")
            done.outcome.error = line["error"].get<std::string>();
        else
            return false;
        return done_
            .emplace(std::pair{line["trial"].get<std::size_t>(), line["budget"].get<std::size_t>()}, done)
            .second;
    }

    std::string path_;
    int descriptor_ = -1;
    std::map<std::pair<std::size_t, std::size_t>, Done> done_;
};

} // namespace detail
} // namespace burin::search
