#pragma once

#include "burin/core/error.hpp"
#include "burin/training/history.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace burin::callbacks {

namespace detail {

inline void make_directory_of(const std::string& path) {
    const std::filesystem::path directory = std::filesystem::path(path).parent_path();
    std::error_code ignored; // What can't be made is told by whoever writes the file.
    if (!directory.empty())
        std::filesystem::create_directories(directory, ignored);
}

/// A path with `{name}`, `{name:digits}` and `{name:.digits}` in it, for values.
class FileName {
  public:
    FileName(std::string_view pattern, std::string_view who) : who_(who), pattern_(pattern) {
        texts_.emplace_back();
        while (!pattern.empty()) {
            const std::size_t open = pattern.find('{');
            texts_.back() += pattern.substr(0, open);
            if (open == std::string_view::npos)
                break;
            pattern.remove_prefix(open + 1);
            const std::size_t close = pattern.find('}');
            if (close == std::string_view::npos)
                refuse("a '}' behind each '{'");
            places_.push_back(place(pattern.substr(0, close)));
            texts_.emplace_back();
            pattern.remove_prefix(close + 1);
        }
    }

    bool needs_values() const noexcept { return !places_.empty(); }

    /// Those that the places name, in their order. Throws Error for one that is not there.
    std::vector<double> values_from(const std::vector<NamedValue>& values) const {
        std::vector<double> result;
        for (const Place& place : places_) {
            const auto found = std::find_if(values.begin(), values.end(),
                                            [&](const NamedValue& each) { return each.name == place.name; });
            if (found == values.end()) {
                std::string names;
                for (const NamedValue& each : values)
                    names += (names.empty() ? "" : ", ") + each.name;
                refuse("values that there are (" + names + ")");
            }
            result.push_back(found->value);
        }
        return result;
    }

    /// The name with as many values as it has places.
    std::string with(const std::vector<double>& values) const {
        std::string name = texts_[0];
        for (std::size_t i = 0; i < places_.size(); ++i) {
            char digits[400];
            const Place& place = places_[i];
            const int length = place.decimals >= 0
                                   ? std::snprintf(digits, sizeof digits, "%.*f", place.decimals, values[i])
                                   : std::snprintf(digits, sizeof digits, "%0*.15g", place.width, values[i]);
            name.append(digits, static_cast<std::size_t>(std::clamp(length, 0, 399))).append(texts_[i + 1]);
        }
        return name;
    }

    /// Whether a path may be one of these: numbers stand in all places.
    bool matches(std::string_view path) const {
        if (!path.starts_with(texts_[0]))
            return false;
        path.remove_prefix(texts_[0].size());
        for (std::size_t i = 1; i < texts_.size(); ++i) {
            const std::size_t end = i + 1 == texts_.size() && path.ends_with(texts_[i])
                                        ? path.size() - texts_[i].size()
                                        : path.find(texts_[i], 1);
            if (end == std::string_view::npos || end == 0 ||
                path.substr(0, end).find_first_not_of("0123456789.-+einfa") != std::string_view::npos)
                return false;
            path.remove_prefix(end + texts_[i].size());
        }
        return path.empty();
    }

  private:
    struct Place {
        std::string name;
        int width = 0;
        int decimals = -1;
    };

    [[noreturn]] void refuse(const std::string& expected) const {
        throw Error(who_ + ": path '" + pattern_ + "': expected " + expected);
    }

    Place place(std::string_view text) const {
        const std::size_t colon = text.find(':');
        Place result{.name = std::string(text.substr(0, colon))};
        if (colon == std::string_view::npos)
            return result;
        text.remove_prefix(colon + 1);
        const bool has_point = text.starts_with('.');
        text.remove_prefix(has_point);
        int number = 0;
        for (const char digit : text)
            number = digit >= '0' && digit <= '9' && number < 100 ? number * 10 + (digit - '0') : 100;
        if (text.empty() || number > 30)
            refuse("digits up to 30 behind ':', as in '{epoch:3}' or '{val_loss:.4}'");
        (has_point ? result.decimals : result.width) = number;
        return result;
    }

    std::string who_;
    std::string pattern_;
    std::vector<std::string> texts_; ///< One more than the places, which stand between them.
    std::vector<Place> places_;
};

} // namespace detail

/// The file that was written last of those that a path with places like `"run-{epoch}.safetensors"` may be
/// of; nothing if there is none. A path without places is itself, if it is there.
///
///     if (const auto path = callbacks::newest_file("run-{epoch}.safetensors"))
///         io::load(*path, session);
inline std::optional<std::string> newest_file(const std::string& pattern) {
    namespace fs = std::filesystem;
    const std::string directory = fs::path(pattern).parent_path().string();
    const detail::FileName name(pattern, "callbacks::newest_file");
    std::optional<std::string> newest;
    fs::file_time_type newest_time;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory.empty() ? "." : directory, error)) {
        const std::string path = (fs::path(directory) / entry.path().filename()).string();
        if (!name.matches(path) || !entry.is_regular_file(error))
            continue;
        const fs::file_time_type time = entry.last_write_time(error);
        if (error)
            continue; // It is gone.
        if (!newest || time > newest_time || (time == newest_time && path > *newest)) {
            newest = path;
            newest_time = time;
        }
    }
    return newest;
}

} // namespace burin::callbacks
