#pragma once

#include "burin/core/error.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin {

/// A loss or metric with its value.
struct NamedValue {
    std::string name;
    double value = 0;
};

namespace detail {

/// Throws Error which says what was measured, `named` having names.
template <class Named>
[[noreturn]] void refuse_name(const char* who, std::string_view name, const std::vector<Named>& named) {
    std::string there;
    for (const Named& each : named)
        there.append(there.empty() ? "" : ", ").append(each.name);
    throw Error(std::string(who) + ": expected a loss or metric that was measured (" +
                (there.empty() ? "nothing was" : there) + "), got '" + std::string(name) + "'");
}

} // namespace detail

/// What `evaluate` found: `loss` and the metrics.
class Evaluation {
  public:
    Evaluation() = default;
    explicit Evaluation(std::vector<NamedValue> values) : values_(std::move(values)) {}

    /// Throws Error, which says what there is, if nothing of that name was measured.
    double operator[](std::string_view name) const {
        for (const NamedValue& each : values_)
            if (each.name == name)
                return each.value;
        detail::refuse_name("Evaluation", name, values_);
    }
    const std::vector<NamedValue>& values() const noexcept { return values_; }

  private:
    std::vector<NamedValue> values_;
};

/// What `fit` measured, epoch by epoch: `loss`, the metrics, and with a validation set `val_loss`, …. All
/// have a value for each epoch, NaN where something was not measured, as before a run went on with other
/// metrics.
class History {
  public:
    struct Series {
        std::string name;
        std::vector<double> values;
    };

    History() = default;
    /// As many epochs as the longest of the series has values.
    explicit History(std::vector<Series> series, std::vector<double> seconds = {})
        : series_(std::move(series)), seconds_(std::move(seconds)) {
        std::size_t epochs = 0;
        for (const Series& each : series_)
            epochs = std::max(epochs, each.values.size());
        seconds_.resize(epochs);
        align();
    }

    /// Of an epoch that took so many seconds.
    void append(const std::vector<NamedValue>& epoch, double seconds = 0) {
        for (const NamedValue& each : epoch) {
            std::size_t index = 0;
            while (index < series_.size() && series_[index].name != each.name)
                ++index;
            if (index == series_.size())
                series_.push_back({each.name, std::vector<double>(epochs(), not_measured)});
            series_[index].values.resize(epochs() + 1, each.value);
        }
        seconds_.push_back(seconds);
        align();
    }

    std::size_t epochs() const noexcept { return seconds_.size(); }
    /// What each epoch took, with its validation; 0 where it is not known.
    const std::vector<double>& seconds() const noexcept { return seconds_; }
    const std::vector<Series>& series() const noexcept { return series_; }

    /// One value an epoch. Throws Error, which says what there is, if nothing of that name was measured.
    const std::vector<double>& operator[](std::string_view name) const {
        for (const Series& each : series_)
            if (each.name == name)
                return each.values;
        detail::refuse_name("History", name, series_);
    }

  private:
    static constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

    void align() {
        for (Series& each : series_)
            each.values.resize(epochs(), not_measured);
    }

    std::vector<Series> series_;
    std::vector<double> seconds_;
};

} // namespace burin
