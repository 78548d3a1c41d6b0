#pragma once

#include "burin/core/fixed_string.hpp"
#include "burin/graph/fingerprint.hpp"
#include "burin/graph/forms.hpp"
#include "burin/io/option_text.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace burin::search {

/// A network with what tables call it.
template <FixedString Name, class Net>
struct Named {};

/// One of several architectures, as an objective is given it; its type has the network as a member type.
template <class Net>
struct Architecture {
    using Network = Net;
};

namespace detail {

template <class T>
struct ArchitectureOf {
    using type = Architecture<T>;
    static std::string name(std::size_t index) { return "network " + std::to_string(index + 1); }
};
template <FixedString Name, class Net>
struct ArchitectureOf<Named<Name, Net>> {
    using type = Architecture<Net>;
    static std::string name(std::size_t) { return std::string(Name.view()); }
};

template <class Net>
std::string network_text() {
    std::string text = io::detail::type_text<Net>();
    if constexpr (engine::is_network_form<Net>)
        text += " " + std::to_string(fingerprint<Net>);
    return text;
}

} // namespace detail

/// The networks among which a search chooses, each compiled once.
///
///     using Networks = search::Architectures<search::Named<"small", Small>, search::Named<"wide", Wide>>;
template <class... Networks>
struct Architectures {
    static constexpr std::size_t size = sizeof...(Networks);

    static std::vector<std::string> names() {
        std::size_t index = 0;
        return {detail::ArchitectureOf<Networks>::name(index++)...};
    }

    /// What the networks are: each by its type, and of a Sequential or Graph a sum of what its nodes compute.
    static std::vector<std::string> networks() {
        return {detail::network_text<typename detail::ArchitectureOf<Networks>::type::Network>()...};
    }

    /// Calls `visit` with the architecture of this number.
    template <class Visit>
    static double visit(std::size_t index, Visit&& visit) {
        using Case = double (*)(Visit&);
        static constexpr Case cases[] = {
            [](Visit& call) -> double { return call(typename detail::ArchitectureOf<Networks>::type{}); }...};
        return cases[index](visit);
    }
};

} // namespace burin::search
