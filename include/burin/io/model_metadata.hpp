#pragma once

#include "burin/core/error.hpp"
#include "burin/core/link.hpp"
#include "burin/core/printable.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/plan.hpp"
#include "burin/io/safetensors_header.hpp"
#include "burin/training/model.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace burin::io::detail {

inline constexpr std::array<std::string_view, 3> link_names{"none", "sigmoid", "softmax"};

/// Key of the links of a model's outputs, in order: `softmax`, or `none, sigmoid`.
inline constexpr std::string_view links_key = "burin.links";

/// Key of the name of a pipeline that is in the file too.
inline constexpr std::string_view pipeline_key = "burin.pipeline";

/// What a model's file says of it besides the tensors: how its outputs become probabilities, if that is
/// known.
template <class Net, class Scalar>
safetensors::Metadata model_metadata(const Model<Net, Scalar>& model) {
    if (!model.links())
        return {};
    std::string text;
    for (const Link link : *model.links())
        text.append(text.empty() ? "" : ", ").append(link_names[static_cast<std::size_t>(link)]);
    return {{std::string(links_key), text}};
}

/// The links that a file's metadata tell; none if they tell none. Throws Error for others than `Net` can
/// have.
template <class Net>
std::optional<engine::Links<engine::Network<Net>::output_count>>
links_in(const safetensors::Metadata& metadata, const std::string& path) {
    const auto found = metadata.find(std::string(links_key));
    if (found == metadata.end())
        return std::nullopt;
    engine::Links<engine::Network<Net>::output_count> links{};
    std::string_view rest = found->second;
    for (std::size_t output = 0; output < links.size(); ++output) {
        const bool is_last = output + 1 == links.size();
        const std::size_t comma = is_last ? rest.size() : rest.find(", ");
        const std::string_view name = rest.substr(0, comma);
        std::size_t link = 0;
        while (link < link_names.size() && link_names[link] != name)
            ++link;
        if (link == link_names.size() || comma == std::string_view::npos)
            throw Error(path + ": '" + std::string(links_key) +
                        "': expected none, sigmoid or softmax for each of " + std::to_string(links.size()) +
                        " outputs, got " + burin::core::quoted(found->second));
        links[output] = static_cast<Link>(link);
        rest.remove_prefix(is_last ? rest.size() : comma + 2);
    }
    return links;
}

} // namespace burin::io::detail
