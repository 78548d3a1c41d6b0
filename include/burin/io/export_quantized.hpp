#pragma once

#include "burin/graph/fingerprint.hpp"
#include "burin/io/export_header.hpp"
#include "burin/quantization/quantized_network.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace burin::io {

namespace detail {

/// A number, or an array of numbers in braces.
template <class Member>
void append_initializer(std::string& text, const Member& member) {
    if constexpr (requires { member.data(); }) {
        text.append("{{");
        for (std::size_t i = 0; i < member.size(); ++i) {
            using Number = typename Member::value_type;
            text.append(i % 16 == 0 ? "\n        " : " ");
            if constexpr (std::is_same_v<Number, float>)
                text.append(literal(member[i]));
            else
                text.append(std::to_string(member[i])).append(std::is_unsigned_v<Number> ? "u" : "");
            text.append(",");
        }
        text.append("}}");
    } else {
        text.append(std::to_string(member));
    }
}

template <class Scales>
void append_scales(std::string& text, const Scales& scales) {
    text.append("{{");
    for (const quantization::Scale& each : scales)
        text.append("{")
            .append(literal(each.scale))
            .append(", ")
            .append(std::to_string(each.zero_point))
            .append("}, ");
    text.append("}},\n    ");
}

} // namespace detail

/// A C++ header with a quantized network as a constant, for programs without files:
///
///     namespace digits {
///     using Network = ...;
///     inline constexpr burin::QuantizedNetwork<Network> network{...};
///     inline constexpr std::uint32_t checksum = ...;      // burin::crc32(network)
///     }
///
/// The header is the same for all processors. It does not compile where `Network` has other layers, or their
/// constants another size.
template <class Net, Rounding Way>
std::string header_text(const QuantizedNetwork<Net, Way>& network, const HeaderOptions& options) {
    const std::string way = Way == Rounding::once ? "" : ", burin::Rounding::twice";
    std::string text = detail::header_start("A quantized network", options);
    text += "static_assert(burin::fingerprint<Network> == " + detail::hexadecimal(fingerprint<Net>) +
            " && burin::quantized_bytes<Network" + way + "> == " + std::to_string(quantized_bytes<Net, Way>) +
            ",\n              \"these constants are of another network\");\n\n";
    text.append("inline constexpr burin::QuantizedNetwork<Network").append(way).append("> network{\n    ");
    detail::append_scales(text, network.inputs);
    detail::append_scales(text, network.outputs);
    text.append("{");
    QuantizedNetwork<Net, Way>::visit_nodes(network, [&](auto, const auto& constants) {
        using Constants = std::remove_cvref_t<decltype(constants)>;
        if constexpr (std::is_same_v<Constants, quantization::NoConstants>) {
            text.append("{}, ");
        } else {
            text.append("\n    {{");
            Constants::visit(constants, [&](std::string_view name, const auto& member) {
                text.append("\n        // ").append(name).append("\n        ");
                detail::append_initializer(text, member);
                text.append(",");
            });
            text.append("}}, ");
        }
    });
    return text + "}};\n\n" + detail::header_end(crc32(network), options);
}

/// Writes it to a file, whole or not at all. Throws Error.
template <class Net, Rounding Way>
void export_header(const std::string& path, const QuantizedNetwork<Net, Way>& network,
                   const HeaderOptions& options) {
    core::within_memory(path, [&] { write_file(path, header_text(network, options)); });
}

} // namespace burin::io
