#pragma once

#include "burin/core/error.hpp"
#include "burin/core/fields.hpp"
#include "burin/io/option_text.hpp"
#include "burin/io/safetensors.hpp"
#include "burin/training/callback.hpp"
#include "burin/training/callback_state.hpp"
#include "burin/training/fit.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// What a session remembers beside its tensors: lists of numbers, whose names and lengths follow from how far
/// it got and not from the network. A file has each as a tensor of F64 and one axis.
namespace burin::io::detail {

using Numbers = std::vector<std::pair<std::string, std::vector<double>>>; // In the order of the file.

inline constexpr std::string_view history_prefix = "history.", callback_prefix = "callback.",
                                  measured_name = "training.measured", settings_name = "training.settings",
                                  seconds_name = "training.seconds", run_name = "training.run";

/// Most bytes of such lists that a file may have: a century of history.
inline constexpr std::size_t most_number_bytes = std::size_t{1} << 30;

/// Calls visit(name, number) for the numbers among the options of a rule and of what it wraps.
template <class Value, class Visit>
void for_each_number(std::string_view name, Value& value, const Visit& visit) {
    using Plain = std::remove_const_t<Value>;
    if constexpr (std::is_arithmetic_v<Plain>)
        visit(name, value);
    else if constexpr (is_tuple<Plain>)
        std::apply([&](auto&... each) { (for_each_number(name, each, visit), ...); }, value);
    else if constexpr (requires { std::tuple_size<Plain>::value; } && std::ranges::range<Plain>)
        for (auto& each : value)
            for_each_number(name, each, visit);
    else if constexpr (core::has_fields<Plain>)
        core::for_each_field(
            value, [&](std::string_view field, auto& inner) { for_each_number(field, inner, visit); });
}

/// The numbers of a session's optimizer and loss: those that it was given, or as they are at present.
template <class Options, class Visit>
void for_each_setting(Options& optimizer_and_loss, const Visit& visit) {
    for_each_number("", optimizer_and_loss.optimizer, visit);
    for_each_number("", optimizer_and_loss.loss, visit);
}

/// Those that were given, and behind them as they are.
template <class SessionType>
std::vector<double> settings_of(const SessionType& session) {
    std::vector<double> settings;
    const auto append = [&](std::string_view, const auto& number) {
        settings.push_back(static_cast<double>(number));
    };
    for_each_setting(session.options(), append);
    for_each_setting(session.trainer(), append);
    return settings;
}

/// Sets an option to a number, unless its type has none such.
template <class Number>
void set_number(Number& option, double number) {
    if constexpr (std::is_same_v<Number, bool>)
        option = number != 0;
    else if constexpr (std::is_floating_point_v<Number>)
        option = static_cast<Number>(number);
    else if (number >= static_cast<double>(std::numeric_limits<Number>::min()) &&
             number < static_cast<double>(std::numeric_limits<Number>::max()))
        option = static_cast<Number>(number);
}

/// What the settings are where a session goes on: those of the file, a learning rate that callbacks have
/// lowered, for instance. One that the session was given another of than the file's stays.
template <class SessionType>
std::vector<double> settings_to_go_on(const SessionType& session, const std::vector<double>& of_file) {
    std::vector<double> settings = settings_of(session);
    const std::size_t count = settings.size() / 2;
    std::size_t index = 0;
    for_each_setting(session.options(), [&](std::string_view name, const auto&) {
        const bool stays = name == "learning_rate" && std::bit_cast<std::uint64_t>(settings[index]) !=
                                                          std::bit_cast<std::uint64_t>(of_file[index]);
        if (!stays)
            settings[count + index] = of_file[count + index];
        ++index;
    });
    return settings;
}

template <class SessionType>
void set_settings(SessionType& session, const std::vector<double>& settings) noexcept {
    std::size_t index = settings.size() / 2;
    for_each_setting(session.trainer(),
                     [&](std::string_view, auto& number) { set_number(number, settings[index++]); });
}

/// Calls visit(prefix, callback) for each that remembers something. The prefix is its type, what it says of
/// what it remembers (`state_key()`), and its number among those with the same of both: others may be added
/// or left out where a session goes on, and one that watches something else begins anew.
template <class Callbacks, class Visit>
void for_each_remembering(Callbacks& callbacks, Visit visit) {
    std::map<std::string, int> counts;
    burin::detail::for_each_callback(callbacks, [&]<class Each>(Each& callback) {
        if constexpr (requires(callbacks::State& state, std::remove_const_t<Each>& other) {
                          callback.save(state);
                          other.load(state);
                      }) {
            std::string kind = type_text<std::remove_const_t<Each>>() + '.';
            if constexpr (requires { callback.state_key(); })
                if (const std::string key = callback.state_key(); !key.empty())
                    kind += key + '.';
            visit(std::string(callback_prefix) + kind + std::to_string(counts[kind]++) + '.', callback);
        }
    });
}

template <class SessionType>
Numbers numbers_of(const SessionType& session) {
    Numbers numbers;
    numbers.emplace_back(measured_name, session.measured());
    numbers.emplace_back(settings_name, settings_of(session));
    numbers.emplace_back(seconds_name, session.history().seconds());
    numbers.emplace_back(run_name,
                         std::vector<double>{static_cast<double>(session.position().first_epoch),
                                             static_cast<double>(session.position().has_fixed_end)});
    for (const History::Series& series : session.history().series())
        numbers.emplace_back(std::string(history_prefix) + series.name, series.values);
    for_each_remembering(session.callbacks(), [&](const std::string& prefix, const auto& callback) {
        callbacks::State state;
        callback.save(state);
        for (auto& [name, values] : state)
            numbers.emplace_back(prefix + name, std::move(values));
    });
    return numbers;
}

/// Takes such lists out of a file's tensors. A layer may be called `history`, too: what there is a slot for
/// is the network's.
inline Numbers take_numbers(std::vector<safetensors::Tensor>& tensors,
                            std::span<const safetensors::Slot> slots) {
    Numbers numbers;
    std::set<std::string_view> of_network;
    for (const safetensors::Slot& slot : slots)
        of_network.insert(slot.name);
    std::erase_if(tensors, [&](const safetensors::Tensor& tensor) {
        const std::string_view name = tensor.name;
        if (of_network.contains(name))
            return false;
        if (tensor.dtype != safetensors::dtype_of<double> || tensor.shape.size() != 1 ||
            (name != measured_name && name != settings_name && name != seconds_name && name != run_name &&
             !name.starts_with(history_prefix) && !name.starts_with(callback_prefix)))
            return false;
        std::vector<double> values(tensor.shape[0]);
        if (!values.empty())
            std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
        numbers.emplace_back(tensor.name, std::move(values));
        return true;
    });
    return numbers;
}

/// The list of a name; empty if there is none.
inline std::vector<double> numbers_called(std::string_view wanted, const Numbers& numbers) {
    for (const auto& [name, values] : numbers)
        if (name == wanted)
            return values;
    return {};
}

inline History history_in(const Numbers& numbers) {
    std::vector<History::Series> series;
    for (const auto& [name, values] : numbers)
        if (name.starts_with(history_prefix))
            series.push_back({name.substr(history_prefix.size()), values});
    return History(std::move(series), numbers_called(seconds_name, numbers));
}

/// What gives each callback the state that a file has of it. So far copies have taken it, so that a callback
/// which refuses leaves the others as they are.
template <class SessionType>
std::vector<std::function<void()>> staged_callbacks(const std::string& path, SessionType& session,
                                                    const Numbers& numbers) {
    std::vector<std::function<void()>> commits;
    for_each_remembering(session.callbacks(), [&]<class Each>(const std::string& prefix, Each& callback) {
        callbacks::State state;
        for (const auto& [name, values] : numbers)
            if (name.starts_with(prefix))
                state.emplace(name.substr(prefix.size()), values);
        if (state.empty())
            return;
        auto copy = std::make_shared<Each>(callback);
        try {
            copy->load(state);
        } catch (const Error& error) {
            throw Error(path + ": " + error.what());
        }
        commits.push_back([&callback, copy] { callback = std::move(*copy); });
    });
    return commits;
}

/// Throws Error where a file has not as many numbers as this session's metrics or settings are.
inline void check_count(const std::string& path, const char* what, std::size_t found, std::size_t expected) {
    if (found != expected)
        throw Error(path + ": " + what + ": expected those of this session, in " + std::to_string(expected) +
                    " numbers, got others in " + std::to_string(found));
}

/// Where in a run a session is, as a file has it.
using StoredPosition = std::array<std::uint64_t, 4>;

inline StoredPosition stored(const fitting::Position& position) {
    return {position.batch, position.last_epoch, position.samples, position.is_stopping};
}

/// Throws Error for a place where no training is.
inline fitting::Position position_in(const std::string& path,
                                     const std::array<std::uint64_t, 2>& step_and_epoch,
                                     const StoredPosition& stored, std::size_t batch_size,
                                     std::uint64_t most_epochs) {
    const auto [step, epoch] = step_and_epoch;
    const auto [batch, last_epoch, samples, is_stopping] = stored;
    constexpr std::uint64_t most_steps = std::numeric_limits<std::int64_t>::max();
    if (step > most_steps || epoch > most_epochs)
        throw Error(path + ": tensor 'training.step_and_epoch': expected at most " +
                    std::to_string(most_steps) + " steps and " + std::to_string(most_epochs) +
                    " epochs, got " + std::to_string(step) + " and " + std::to_string(epoch));
    const std::uint64_t batches = samples / batch_size + (samples % batch_size != 0);
    const bool is_between = batch == 0 && is_stopping == 0;
    const bool is_under_way = epoch < last_epoch && batch > 0 && batch <= batches && is_stopping <= 1;
    if (last_epoch > most_epochs || samples > most_steps || !(is_between || is_under_way))
        throw Error(path +
                    ": tensor 'training.position': expected the place of a batch in an epoch that is "
                    "under way, got batch " +
                    std::to_string(batch) + " of " + std::to_string(samples) + " samples, epoch " +
                    std::to_string(epoch) + " of " + std::to_string(last_epoch) + ", " +
                    std::to_string(is_stopping));
    return {.epoch = static_cast<std::size_t>(epoch),
            .batch = static_cast<std::size_t>(batch),
            .last_epoch = static_cast<std::size_t>(last_epoch),
            .samples = static_cast<std::size_t>(samples),
            .is_stopping = is_stopping == 1};
}

/// The same with the end of the run where this session's options have it: so many epochs after the one that
/// it began at, but not before what is done, and not where a callback ended it. `run` says where it began;
/// nothing, of files that do not tell, keeps the end of the file.
inline fitting::Position with_end_of_run(const std::string& path, fitting::Position position,
                                         const std::vector<double>& run, std::size_t epochs,
                                         std::uint64_t most_epochs) {
    if (run.empty()) {
        position.has_fixed_end = true;
        return position;
    }
    const double first = run[0];
    if (run.size() != 2 || !(first >= 0 && first <= static_cast<double>(position.epoch)) ||
        first != std::floor(first) || (run[1] != 0 && run[1] != 1))
        throw Error(path + ": tensor 'training.run': expected the epoch that the run began at, at most " +
                    std::to_string(position.epoch) + ", and whether it was stopped, got others");
    position.first_epoch = static_cast<std::size_t>(first);
    position.has_fixed_end = run[1] == 1;
    if (position.last_epoch == 0 || position.has_fixed_end)
        return position;
    if (epochs > most_epochs - position.first_epoch)
        throw Error(path + ": expected at most " + std::to_string(most_epochs) + " epochs in all, got " +
                    std::to_string(epochs) + " after " + std::to_string(position.first_epoch));
    position.last_epoch =
        std::max(position.first_epoch + epochs, position.epoch + (position.batch > 0 ? 1 : 0));
    return position;
}

} // namespace burin::io::detail
