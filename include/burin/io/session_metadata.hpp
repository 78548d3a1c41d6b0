#pragma once

#include "burin/graph/fingerprint.hpp"
#include "burin/graph/network.hpp"
#include "burin/io/option_text.hpp"
#include "burin/io/safetensors_header.hpp"
#include "burin/training/fit.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace burin::io::detail {

/// The layers of a network in the order of its program, and what training does to them.
template <class Net>
std::string network_text() {
    std::string text;
    for (const passes::LoweredNode& node : engine::Network<Net>::graph.nodes) {
        const auto name = node.rules->name();
        text.append(text.empty() ? "" : ", ").append(name.view());
        if (node.is_frozen)
            text += " frozen";
        if (node.penalty.any())
            text += " l1=" + option_text(node.penalty.l1) + " l2=" + option_text(node.penalty.l2);
        if (node.constraint.any())
            text += " max_norm=" + option_text(node.constraint.max_norm) +
                    " unit_norm=" + option_text(node.constraint.unit_norm);
    }
    return text;
}

inline constexpr std::string_view session_format = "burin.session", schedule_key = "burin.schedule",
                                  augment_key = "burin.augment";

/// What a session's file says of it, all of which must be the same where it goes on.
template <class Net, class Scalar, class Options>
safetensors::Metadata session_metadata(const Session<Net, Scalar, Options>& session) {
    const auto& options = session.options();
    return {
        {std::string(session_format), "2"},
        {"burin.network", network_text<Net>()},
        {"burin.fingerprint", std::to_string(fingerprint<Net>)},
        {"burin.scalar", type_text<Scalar>()},
        {"burin.loss", rule_text(options.loss)},
        {"burin.optimizer", rule_text(options.optimizer)},
        {std::string(schedule_key), rule_text(options.schedule)},
        {std::string(augment_key), rule_text(options.augment)},
        {"burin.seed", std::to_string(options.seed)},
        {"burin.batch_size", std::to_string(Session<Net, Scalar, Options>::batch_size)},
        {"burin.shuffle", option_text(options.shuffle)},
    };
}

/// What a session measures. Only in the middle of an epoch must it be the same: sums of others are in the
/// file.
inline constexpr std::string_view metrics_key = "burin.metrics";

template <class SessionType>
std::string metrics_text(const SessionType& session) {
    std::string text;
    for (const std::string& name : session.measured_names())
        text.append(text.empty() ? "" : ", ").append(name);
    return text;
}

template <class SessionType>
void check_metrics(const std::string& path, const SessionType& session, const safetensors::Metadata& found) {
    const auto other = found.find(std::string(metrics_key));
    if (const std::string own = metrics_text(session); other != found.end() && other->second != own)
        throw Error(path + ": metrics: expected " + core::printable(own, 200) + " (this session), got " +
                    core::printable(other->second, 200) + " (the file), which is in the middle of an epoch");
}

/// Format 1 had no schedules and no augmentation, and told nothing of a run's middle.
inline bool is_first_format(const safetensors::Metadata& found) {
    const auto format = found.find(std::string(session_format));
    return format != found.end() && format->second == "1";
}
inline bool is_of_first_format(std::string_view key, std::string_view value) {
    return (key == schedule_key && value == rule_text(schedules::Unscheduled{})) ||
           (key == augment_key && value == rule_text(fitting::NoAugmentation{}));
}

/// The options of a rule's text, `Type{a=1, b=Other{c=2}}`, each as `a=1`; none if it is no such text.
inline std::vector<std::string_view> options_in(std::string_view text) {
    std::vector<std::string_view> options;
    const std::size_t open = text.find('{');
    if (open == std::string_view::npos || !text.ends_with('}'))
        return options;
    const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
    std::size_t depth = 0, begin = 0;
    for (std::size_t i = 0; i <= inside.size(); ++i) {
        if (i == inside.size() || (depth == 0 && inside.substr(i).starts_with(", "))) {
            options.push_back(inside.substr(begin, i - begin));
            begin = i + 2;
        } else if (std::string_view("{[(<").find(inside[i]) != std::string_view::npos) {
            ++depth;
        } else if (std::string_view("}])>").find(inside[i]) != std::string_view::npos && depth > 0) {
            --depth;
        }
    }
    return options;
}

/// Where two texts are of the same type with options of the same names, looks at what differs in each, also
/// within what is wrapped; else adds the whole to `problems`.
inline void compare_texts(const std::string& name, std::string_view wanted, std::string_view got,
                          safetensors::detail::Problems& problems) {
    const auto name_of = [](std::string_view option) {
        const std::size_t end = option.find_first_of("={");
        return end != std::string_view::npos && option[end] == '=' ? option.substr(0, end)
                                                                   : std::string_view();
    };
    const std::vector<std::string_view> own = options_in(wanted), others = options_in(got);
    bool are_alike = !own.empty() && own.size() == others.size() &&
                     wanted.substr(0, wanted.find('{')) == got.substr(0, got.find('{'));
    for (std::size_t i = 0; are_alike && i < own.size(); ++i)
        are_alike = !name_of(own[i]).empty() && name_of(own[i]) == name_of(others[i]);
    if (are_alike) {
        for (std::size_t i = 0; i < own.size(); ++i)
            if (const std::string_view option = name_of(own[i]); own[i] != others[i])
                compare_texts(name + ": " + std::string(option), own[i].substr(option.size() + 1),
                              others[i].substr(option.size() + 1), problems);
        return;
    }
    // Of two long lists what they have in common says little.
    const std::size_t same = static_cast<std::size_t>(
        std::mismatch(wanted.begin(), wanted.end(), got.begin(), got.end()).first - wanted.begin());
    const std::size_t comma = wanted.substr(0, same).rfind(", ");
    const bool cuts = same > 100 && comma != std::string_view::npos;
    const std::string before = cuts ? "… " : "";
    if (cuts) {
        wanted.remove_prefix(comma + 2);
        got.remove_prefix(comma + 2);
    }
    problems.add(name + ": expected " + before + core::printable(wanted, 200) + " (this session), got " +
                 (got.empty() ? "none" : before + core::printable(got, 200)) + " (the file)");
}

/// What differs first says most: the order in which it is told, before all else.
inline constexpr std::string_view first_told[] = {"burin.scalar", "burin.loss",    "burin.optimizer",
                                                  schedule_key,   augment_key,     "burin.batch_size",
                                                  "burin.seed",   "burin.shuffle", "burin.network"};

/// Adds to `problems` all in which a file differs from what is expected of it.
inline void compare_metadata(const safetensors::Metadata& expected, const safetensors::Metadata& found,
                             safetensors::detail::Problems& problems) {
    const auto format = found.find(std::string(session_format));
    if (format == found.end()) {
        problems.add("expected a training session, whose __metadata__ says which, got a file without");
        return;
    }
    if (format->second != "2" && format->second != "1") {
        problems.add("expected a training session of format 1 or 2, got " +
                     safetensors::detail::named(format->second));
        return;
    }
    const auto compare = [&](const std::string& key, const std::string& value) {
        if (is_first_format(found) && is_of_first_format(key, value))
            return;
        const auto other = found.find(key);
        if (other == found.end() || other->second != value)
            compare_texts(key.substr(key.find('.') + 1), value,
                          other == found.end() ? std::string_view() : other->second, problems);
    };
    for (const std::string_view key : first_told)
        compare(std::string(key), expected.at(std::string(key)));
    // A number that says nothing, unless nothing else does.
    if (const std::string key = "burin.fingerprint"; problems.empty())
        compare(key, expected.at(key));
}

} // namespace burin::io::detail
