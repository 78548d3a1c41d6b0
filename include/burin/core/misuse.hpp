#pragma once

#include "burin/core/text.hpp"
#include "burin/core/type_name.hpp"

#include <string_view>

namespace burin::detail {

/// What a wrong type is told by: ``who: expected a layer, got `Found` ``, all without `burin::`.
template <class Found>
constexpr Sentence misuse(std::string_view who, std::string_view expected) {
    constexpr std::string_view scope = "burin::";
    Text<80> name;
    for (std::string_view rest = core::type_name<Found>(); !rest.empty();) {
        rest.remove_prefix(rest.starts_with(scope) ? scope.size() : 0);
        const std::size_t end = rest.find(scope);
        name.append(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
    }
    Sentence sentence(who);
    return sentence.append(": expected ").append(expected).append(", got `").append(name.view()).append("`");
}

} // namespace burin::detail
