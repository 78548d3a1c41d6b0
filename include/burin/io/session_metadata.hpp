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

namespace burin::io::detail {

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

/// Format 1 had no schedules and no augmentation, and told nothing of a run's middle.
inline bool is_first_format(const safetensors::Metadata& found) {
    const auto format = found.find(std::string(session_format));
    return format != found.end() && format->second == "1";
}
inline bool is_of_first_format(std::string_view key, std::string_view value) {
    return (key == schedule_key && value == rule_text(schedules::Unscheduled{})) ||
           (key == augment_key && value == rule_text(NoAugmentation{}));
}

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
    for (const auto& [key, value] : expected) {
        if (key == session_format || (is_first_format(found) && is_of_first_format(key, value)))
            continue;
        const auto other = found.find(key);
        if (other != found.end() && other->second == value)
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
