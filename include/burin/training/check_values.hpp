#pragma once

#include "burin/core/error.hpp"
#include "burin/core/type_name.hpp"
#include "burin/graph/network.hpp"
#include "burin/training/objective.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

namespace burin::detail {

/// Whether all numbers are finite. Compares bits, many at a time: finite numbers have a smaller exponent.
template <class Values>
bool are_finite(const Values& values) noexcept {
    using Number = std::remove_cvref_t<decltype(values[0])>;
    using Bits = std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>;
    constexpr Bits sign = ~(~Bits(0) >> 1);
    Bits largest = 0;
    for (const Number value : values)
        largest = std::max(largest, static_cast<Bits>(std::bit_cast<Bits>(value) & ~sign));
    return largest < std::bit_cast<Bits>(std::numeric_limits<Number>::infinity());
}

/// Throws Error for the first value that is no finite number; `place` says of what.
template <class Values>
void check_finite(const Values& values, const std::string& who, const char* place, std::size_t sample) {
    if constexpr (std::is_floating_point_v<std::remove_cvref_t<decltype(values[0])>>) {
        if (are_finite(values))
            return;
        std::size_t at = 0;
        while (std::isfinite(values[at]))
            ++at;
        throw Error(who + ": " + place + " " + std::to_string(sample) + "[" + std::to_string(at) +
                    "]: expected a finite number, got " + std::to_string(values[at]));
    }
}

/// Throws Error for a sample, a target or a weight that is no finite number, and for a weight below 0.
template <class Data>
void check_finite_data(const Data& data, const std::string& who) {
    for (std::size_t i = 0; i < data.size(); ++i) {
        check_finite(data.input(i), who, "sample", i);
        check_finite(data.target(i), who, "target", i);
        if (data.has_weights() && !(data.weight(i) >= 0 && std::isfinite(data.weight(i))))
            throw Error(who + ": weight of sample " + std::to_string(i) +
                        ": expected a finite number of at least 0, got " + std::to_string(data.weight(i)));
    }
}

/// Throws Error for a learning rate that is no finite number of at least 0.
inline void check_learning_rate(double rate, const std::string& who, const char* place = ".learning_rate") {
    if (!(rate >= 0 && std::isfinite(rate)))
        throw Error(who + ": " + place + ": expected a finite number of at least 0, got " +
                    std::to_string(rate));
}

/// Throws Error for a schedule, also within others, that was not told its steps, and so would stay as it is.
template <class Schedule>
void check_schedule(const Schedule& schedule, const std::string& who) {
    if constexpr (requires { schedule.schedule; }) {
        check_schedule(schedule.schedule, who);
    } else if constexpr (requires {
                             schedule.first;
                             schedule.second;
                         }) {
        check_schedule(schedule.first, who);
        check_schedule(schedule.second, who);
    } else if constexpr (requires {
                             { schedule.steps } -> std::convertible_to<std::uint64_t>;
                         }) {
        if (schedule.steps == 0) {
            const std::string name(core::type_name<Schedule>());
            const std::size_t colon = name.rfind("::");
            throw Error(who + ": .schedule: expected .steps of at least 1 in `" +
                        (colon == std::string::npos ? name : name.substr(colon + 2)) + "`, got 0");
        }
    }
}

/// Throws Error for options that a loss can't work with.
template <class Net, class Loss>
void check_loss_options(const Loss& loss, const std::string& who) {
    const auto check = [&](const Sentence& rejection) {
        if (!rejection.empty())
            throw Error(who + ": " + std::string(rejection.view()));
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (check(losses::reject_options(fitting::Objective<Loss>::template get<I>(loss),
                                      engine::Network<Net>::output_shapes[I])),
         ...);
    }(std::make_index_sequence<fitting::Objective<Loss>::count>{});
}

/// Throws Error unless the losses that weigh classes, or the positives of outputs, have a weight for each, or
/// none.
template <class Net, class Loss>
void check_class_weights(const Loss& loss, const std::string& who) {
    const auto check_all = [&](const auto& weights, std::size_t wanted, const std::string& name,
                               const char* a_weight, const char* those) {
        if (!weights.empty() && weights.size() != wanted)
            throw Error(who + ": expected " + a_weight + " for each of " + std::to_string(wanted) + those +
                        ", got " + std::to_string(weights.size()));
        for (std::size_t c = 0; c < weights.size(); ++c)
            if (!(weights[c] >= 0) || !std::isfinite(weights[c]))
                throw Error(who + ": " + name + "[" + std::to_string(c) +
                            "]: expected a finite number of at least 0, got " + std::to_string(weights[c]));
    };
    const auto check = [&](const auto& one, std::size_t wanted) {
        if constexpr (requires { one.class_weights; })
            check_all(one.class_weights, wanted, "class_weights", "a class weight", " classes");
        if constexpr (requires { one.pos_weights; })
            check_all(one.pos_weights, wanted, "pos_weights", "a weight of the positives", " outputs");
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (check(fitting::Objective<Loss>::template get<I>(loss),
               engine::Network<Net>::output_shapes[I].last()),
         ...);
    }(std::make_index_sequence<fitting::Objective<Loss>::count>{});
}

} // namespace burin::detail
