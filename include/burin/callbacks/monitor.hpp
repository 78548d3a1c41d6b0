#pragma once

#include "burin/core/error.hpp"
#include "burin/training/history.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace burin::callbacks {

/// Which value of what is monitored is the better one: the smaller, the larger, or as its name says.
enum class Mode { automatic, min, max };

namespace detail {

/// By the last words of a name: losses and errors are to be small, shares of right answers large.
inline Mode mode_of_name(std::string_view name) {
    constexpr std::array small{"loss",       "error", "crossentropy", "perplexity",
                               "divergence", "brier", "brier_score",  "distance"};
    constexpr std::array large{"accuracy", "precision", "recall",   "specificity", "sensitivity", "f1",
                               "f_beta",   "score",     "auc",      "iou",         "dice",        "jaccard",
                               "r2",       "kappa",     "matthews", "similarity",  "correlation", "bleu"};
    for (const std::string_view end : small)
        if (name.ends_with(end))
            return Mode::min;
    for (const std::string_view end : large)
        if (name.ends_with(end))
            return Mode::max;
    return Mode::automatic;
}

/// What is watched and which way, as the key of a callback's state: the best of one metric says nothing of
/// another's.
inline std::string key_of(std::string_view name, Mode mode) {
    const Mode known = mode == Mode::automatic ? mode_of_name(name) : mode;
    return std::string(name) + (known == Mode::min ? ".min" : known == Mode::max ? ".max" : "");
}

/// What a callback watches for, whose name is in what it throws.
class Monitor {
  public:
    Monitor(std::string_view callback, std::string_view name, Mode mode)
        : callback_(callback), name_(name), mode_(mode == Mode::automatic ? mode_of_name(name) : mode) {
        if (mode_ == Mode::automatic)
            throw Error(callback_ +
                        ": expected a mode, as in `.mode = callbacks::Mode::max`, got none, and '" + name_ +
                        "' does not say whether more of it is better");
    }

    /// One of a training that begins: throws before the first epoch rather than after it, for what will not
    /// be measured as well, and that first.
    template <class Context>
    Monitor(std::string_view callback, std::string_view name, Mode mode, const Context& context)
        : Monitor(callback, checked(callback, name, context), mode) {}

    /// The value among those of an epoch. Throws Error if it was not measured.
    double value_in(const std::vector<NamedValue>& values) const {
        std::vector<std::string> names;
        for (const NamedValue& each : values) {
            if (each.name == name_)
                return each.value;
            names.push_back(each.name);
        }
        refuse(callback_, name_, names);
    }

    /// Whether a value is better than another by more than `min_change`. What is NaN never is.
    bool improves(double value, double other, double min_change = 0) const noexcept {
        const double change = std::abs(min_change);
        return mode_ == Mode::min ? value + change < other : value - change > other;
    }

    /// `min` or `max`.
    Mode mode() const noexcept { return mode_; }

    /// What any number is better than.
    double worst() const noexcept {
        const double infinity = std::numeric_limits<double>::infinity();
        return mode_ == Mode::min ? infinity : -infinity;
    }

  private:
    template <class Context>
    static std::string_view checked(std::string_view callback, std::string_view name,
                                    const Context& context) {
        const std::vector<std::string> names = context.names();
        if (std::find(names.begin(), names.end(), name) == names.end())
            refuse(callback, name, names);
        return name;
    }

    [[noreturn]] static void refuse(std::string_view callback, std::string_view name,
                                    const std::vector<std::string>& names) {
        std::string there;
        for (const std::string& each : names)
            there.append(there.empty() ? "" : ", ").append(each);
        throw Error(
            std::string(callback) + ": expected '" + std::string(name) + "' among what is measured, got " +
            (there.empty() ? "nothing" : there) +
            (name.starts_with("val_") ? "; what begins with 'val_' needs `Fit{.validation = &data}`" : ""));
    }

    std::string callback_;
    std::string name_;
    Mode mode_;
};

} // namespace detail
} // namespace burin::callbacks
