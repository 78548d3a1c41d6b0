#pragma once

#include "burin/core/printable.hpp"
#include "burin/io/foreign_tensor.hpp"
#include "burin/io/safetensors_header.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

/// Which module of a file is which of a network, where their names say nothing: by kinds and shapes of their
/// tensors, and of those that are alike in the order of their names.
namespace burin::io::detail {

/// A module of a file: of a stack of recurrent layers each is one.
struct FileModule {
    std::string name;
    std::string layer;    ///< `l1` of a recurrent layer, else empty.
    bool is_cell = false; ///< An LSTMCell, GRUCell or RNNCell.

    friend bool operator==(const FileModule&, const FileModule&) = default;
};

inline bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/// Whether `a` stands before `b`, numbers in them counting as such.
inline bool is_before(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
        if (is_digit(a[0]) && is_digit(b[0])) {
            const auto take = [](std::string_view& text) {
                text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
                const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
                const std::string_view number = text.substr(0, end);
                text.remove_prefix(end);
                return std::pair(number.size(), number);
            };
            const auto first = take(a), second = take(b);
            if (first != second)
                return first < second;
        } else if (a[0] != b[0]) {
            return a[0] < b[0];
        } else {
            a.remove_prefix(1);
            b.remove_prefix(1);
        }
    }
    return a.size() < b.size();
}

/// Whether numbers say which of two modules comes first: in what is before their first difference, and in the
/// rest of that segment.
inline bool tells_order(std::string_view a, std::string_view b) {
    const auto segment = [](std::string_view& text) {
        const std::size_t end = std::min(text.find('.'), text.size());
        const std::string_view first = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        return first;
    };
    const auto without_numbers = [](std::string_view text) {
        std::string result;
        for (const char character : text)
            if (!is_digit(character))
                result += character;
            else if (result.empty() || result.back() != '#')
                result += '#';
        return result;
    };
    while (!a.empty() && !b.empty()) {
        const std::string_view first = segment(a), second = segment(b);
        if (first != second)
            return without_numbers(first) == without_numbers(second);
    }
    return true;
}

/// Whether a tensor is an LSTMCell's, GRUCell's or RNNCell's, whose names have no layer.
inline bool is_of_cell(std::string_view name) {
    return name == "weight_ih" || name == "weight_hh" || name == "bias_ih" || name == "bias_hh";
}

/// Of a tensor's name, the module and what is behind it; `weight_ih_l1` is `weight_ih_l0` of layer `l1`.
inline std::pair<FileModule, std::string> module_of(std::string_view name,
                                                    const std::set<std::string, std::less<>>& attentions) {
    std::size_t dot = name.rfind('.');
    for (const std::string_view part : {".out_proj.weight", ".out_proj.bias"})
        if (name.ends_with(part) && attentions.contains(name.substr(0, name.size() - part.size())))
            dot = name.size() - part.size();
    FileModule module{std::string(dot == name.npos ? "" : name.substr(0, dot)), "", false};
    std::string rest(dot == name.npos ? name : name.substr(dot + 1));
    for (const std::string_view base :
         {"weight_ih_l", "weight_hh_l", "bias_ih_l", "bias_hh_l", "weight_hr_l"})
        if (rest.starts_with(base) && rest.size() > base.size() && is_digit(rest[base.size()])) {
            const std::size_t end = std::min(rest.find_first_not_of("0123456789", base.size()), rest.size());
            module.layer = "l" + rest.substr(base.size(), end - base.size());
            rest.replace(base.size(), end - base.size(), "0");
        }
    if (is_of_cell(rest)) {
        module.is_cell = true;
        rest += "_l0";
    }
    return {std::move(module), std::move(rest)};
}

/// `weight [16, 8], bias [16]`: what makes modules alike. Counters may be there or not.
using Signature = std::map<std::string, std::vector<std::size_t>>;

inline std::string text_of(const Signature& signature) {
    std::string text;
    for (const auto& [name, shape] : signature)
        text += (text.empty() ? "" : ", ") + core::printable(name, 60) + " " +
                safetensors::detail::shape_text(shape);
    return text;
}

/// Gives the modules the names that those of a file have which are alike and as many. What does not fit is a
/// problem each.
inline void match_modules(std::vector<ForeignModule>& modules, std::span<const safetensors::Tensor> tensors,
                          std::string_view prefix, safetensors::detail::Problems& problems) {
    std::set<std::string, std::less<>> attentions;
    for (const safetensors::Tensor& tensor : tensors)
        for (const std::string_view part : {".in_proj_weight", ".q_proj_weight"})
            if (tensor.name.ends_with(part) && tensor.name.starts_with(prefix))
                attentions.insert(
                    tensor.name.substr(prefix.size(), tensor.name.size() - prefix.size() - part.size()));
    const auto is_before_in_file = [](const FileModule& a, const FileModule& b) {
        if (a.name != b.name && (is_before(a.name, b.name) || is_before(b.name, a.name)))
            return is_before(a.name, b.name);
        return a.name != b.name ? a.name < b.name : is_before(a.layer, b.layer);
    };
    std::map<FileModule, Signature, decltype(is_before_in_file)> found(is_before_in_file);
    for (const safetensors::Tensor& tensor : tensors)
        if (tensor.name.starts_with(prefix)) {
            auto [module, name] = module_of(std::string_view(tensor.name).substr(prefix.size()), attentions);
            if (name != "num_batches_tracked")
                found[std::move(module)].emplace(std::move(name), tensor.shape);
        }

    std::map<Signature, std::pair<std::vector<ForeignModule*>, std::vector<const FileModule*>>> alike;
    for (ForeignModule& module : modules) {
        Signature signature;
        for (const ForeignTensor& tensor : module.tensors)
            if (tensor.kind != ForeignKind::counter)
                signature.emplace(tensor.name, tensor.shape);
        alike[std::move(signature)].first.push_back(&module);
    }
    for (const auto& [module, signature] : found)
        alike[signature].second.push_back(&module);
    for (auto& [signature, both] : alike) {
        const auto& [own, others] = both;
        const auto name_of = [](const FileModule& module) {
            return safetensors::detail::named(joined(module.name, module.layer));
        };
        if (own.size() != others.size()) {
            std::string text =
                "modules with " + text_of(signature) + ": expected " + std::to_string(own.size());
            for (std::size_t i = 0; i < own.size(); ++i)
                text +=
                    (i == 0 ? " (layers '" : ", '") + own[i]->place + "'" + (i + 1 == own.size() ? ")" : "");
            text += ", got " + std::to_string(others.size());
            for (std::size_t i = 0; i < std::min<std::size_t>(others.size(), 8); ++i)
                text += (i == 0 ? " (" : ", ") + name_of(*others[i]);
            problems.add(text + (others.size() > 8 ? ", …)" : others.empty() ? "" : ")"));
            continue;
        }
        for (std::size_t i = 0; i < own.size(); ++i) {
            if (i > 0 && !tells_order(others[i - 1]->name, others[i]->name))
                problems.add("modules with " + text_of(signature) +
                             ": expected names that tell their order, got " + name_of(*others[i - 1]) +
                             " and " + name_of(*others[i]) + ": say which is which with `names`");
            own[i]->name = others[i]->name;
            if (!others[i]->layer.empty())
                for (ForeignTensor& tensor : own[i]->tensors)
                    tensor.name.replace(tensor.name.find("_l0") + 1, 2, others[i]->layer);
            if (others[i]->is_cell)
                for (ForeignTensor& tensor : own[i]->tensors)
                    tensor.name.resize(tensor.name.find("_l0"));
        }
    }
}

} // namespace burin::io::detail
