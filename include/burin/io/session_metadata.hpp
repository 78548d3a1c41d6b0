#pragma once

#include "burin/core/type_name.hpp"
#include "burin/graph/fingerprint.hpp"
#include "burin/graph/network.hpp"
#include "burin/io/safetensors_header.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_output.hpp"
#include "burin/training/fit.hpp"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace burin::io::detail {

/// A type as its user writes it, the same from every compiler: without Burin's own namespaces, spaces and the
/// suffixes of numbers.
template <class T>
std::string type_text() {
    std::string text(type_name<T>());
    const auto replace = [&](std::string_view what, std::string_view with) {
        for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
            text.replace(at, what.size(), with);
    };
    replace("(anonymous namespace)", "{anonymous}");
    replace("long unsigned int", "unsigned long");
    for (const std::string_view own : {"burin::", "losses::", "optimizers::", " "})
        replace(own, "");
    const auto is_digit = [](char character) { return character >= '0' && character <= '9'; };
    for (std::size_t i = 1; i < text.size(); ++i)
        while (i < text.size() && is_digit(text[i - 1]) && (text[i] == 'u' || text[i] == 'l'))
            text.erase(i, 1);
    return text;
}

template <class Number>
    requires std::integral<Number> || std::floating_point<Number>
std::string option_text(Number value) {
    if constexpr (std::is_same_v<Number, bool>) {
        return value ? "true" : "false";
    } else {
        char digits[64];
        return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
    }
}
inline std::string option_text(losses::Reduction reduction) {
    return reduction == losses::Reduction::mean ? "mean" : "sum";
}
inline std::string option_text(const IgnoredLabel& ignored) {
    return ignored.is_given() ? option_text(ignored.label()) : "none";
}
template <std::ranges::range Values>
std::string option_text(const Values& values) {
    std::string text;
    for (const auto& value : values)
        text += (text.empty() ? "" : ",") + option_text(value);
    return "[" + text + "]";
}

/// A loss or an optimizer: its type and the options that make it what it is. Of the options of a user's own
/// type those count that have the name of one of Burin's. The learning rate does not: schedules change it.
template <class Rule>
std::string rule_text(const Rule& rule) {
    std::string text;
    const auto add = [&](std::string_view name, const auto& value) {
        if constexpr (requires { option_text(value); })
            text.append(text.empty() ? "" : ", ").append(name).append("=").append(option_text(value));
    };
    if constexpr (requires { rule.momentum; })
        add("momentum", rule.momentum);
    if constexpr (requires { rule.decay; })
        add("decay", rule.decay);
    if constexpr (requires { rule.beta1; })
        add("beta1", rule.beta1);
    if constexpr (requires { rule.beta2; })
        add("beta2", rule.beta2);
    if constexpr (requires { rule.epsilon; })
        add("epsilon", rule.epsilon);
    if constexpr (requires { rule.initial_accumulator; })
        add("initial_accumulator", rule.initial_accumulator);
    if constexpr (requires { rule.weight_decay; })
        add("weight_decay", rule.weight_decay);
    if constexpr (requires { rule.clip_value; })
        add("clip_value", rule.clip_value);
    if constexpr (requires { rule.clip_norm; })
        add("clip_norm", rule.clip_norm);
    if constexpr (requires { rule.delta; })
        add("delta", rule.delta);
    if constexpr (requires { rule.margin; })
        add("margin", rule.margin);
    if constexpr (requires { rule.label_smoothing; })
        add("label_smoothing", rule.label_smoothing);
    if constexpr (requires { rule.class_weights; })
        add("class_weights", rule.class_weights);
    if constexpr (requires { rule.ignore_index; })
        add("ignore_index", rule.ignore_index);
    if constexpr (requires { rule.reduction; })
        add("reduction", rule.reduction);
    return type_text<Rule>() + "{" + text + "}";
}
template <class... Losses>
std::string rule_text(const losses::PerOutput<Losses...>& rule) {
    std::string text;
    std::apply([&](const auto&... each) { ((text += rule_text(each) + ", "), ...); }, rule.losses);
    return "PerOutput{" + text + "weights=" + option_text(rule.weights) + "}";
}

/// The layers of a network in the order of its program, and what training does to them.
template <class Net>
std::string network_text() {
    std::string text;
    for (const passes::Node& node : Network<Net>::graph.nodes) {
        const auto name = node.rules->name();
        text.append(text.empty() ? "" : ", ").append(name.view());
        if (node.is_frozen)
            text += " frozen";
        if (node.penalty.any())
            text += " l1=" + option_text(node.penalty.l1) + " l2=" + option_text(node.penalty.l2);
    }
    return text;
}

inline constexpr std::string_view session_format = "burin.session", learning_rate = "burin.learning_rate";

/// What a session's file says of it. All but the learning rate must be the same where it goes on.
template <class Net, class Scalar, class Options>
safetensors::Metadata session_metadata(const Session<Net, Scalar, Options>& session) {
    const auto& trainer = session.trainer();
    const auto& options = session.options();
    safetensors::Metadata metadata{
        {std::string(session_format), "1"},
        {"burin.network", network_text<Net>()},
        {"burin.fingerprint", std::to_string(fingerprint<Net>)},
        {"burin.scalar", type_text<Scalar>()},
        {"burin.loss", rule_text(trainer.loss)},
        {"burin.optimizer", rule_text(trainer.optimizer)},
        {"burin.seed", std::to_string(options.seed)},
        {"burin.batch_size", std::to_string(Session<Net, Scalar, Options>::TrainerType::batch_size)},
        {"burin.shuffle", option_text(options.shuffle)},
    };
    if constexpr (requires { option_text(trainer.optimizer.learning_rate); })
        metadata[std::string(learning_rate)] = option_text(trainer.optimizer.learning_rate);
    return metadata;
}

/// Adds to `problems` all in which a file differs from what is expected of it.
inline void compare_metadata(const safetensors::Metadata& expected, const safetensors::Metadata& found,
                             safetensors::detail::Problems& problems) {
    if (!found.contains(std::string(session_format))) {
        problems.add("expected a training session, whose __metadata__ says which, got a file without");
        return;
    }
    for (const auto& [key, value] : expected) {
        const auto other = found.find(key);
        if (key == learning_rate || (other != found.end() && other->second == value))
            continue;
        std::string_view wanted = value, got = other == found.end() ? std::string_view() : other->second;
        // Of two long lists what they have in common says little.
        std::size_t same = static_cast<std::size_t>(
            std::mismatch(wanted.begin(), wanted.end(), got.begin(), got.end()).first - wanted.begin());
        const std::size_t comma = wanted.substr(0, same).rfind(", ");
        const bool cuts = same > 100 && comma != std::string_view::npos;
        const std::string before = cuts ? "… " : "";
        if (cuts) {
            wanted.remove_prefix(comma + 2);
            got.remove_prefix(comma + 2);
        }
        problems.add(key.substr(key.find('.') + 1) + ": expected '" + before + printable(wanted, 200) +
                     "', got " + (other == found.end() ? "none" : "'" + before + printable(got, 200) + "'"));
    }
}

} // namespace burin::io::detail
