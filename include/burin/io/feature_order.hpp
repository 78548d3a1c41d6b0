#pragma once

#include "burin/core/printable.hpp"
#include "burin/graph/network.hpp"
#include "burin/passes/node.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// In which order another library, whose images have their channels first, has features that were an image.
namespace burin::io::detail {

/// The number that Burin has for the other library's feature i; empty where they are the same.
using FeatureOrder = std::vector<std::size_t>;

/// Of an image [..., channels] whose elements are features: they are counted channel by channel.
inline FeatureOrder channel_by_channel(const Shape& image) {
    const std::size_t channels = image.last(), pixels = image.size() / channels;
    FeatureOrder order;
    if (channels == 1 || pixels == 1)
        return order;
    order.reserve(image.size());
    for (std::size_t channel = 0; channel < channels; ++channel)
        for (std::size_t pixel = 0; pixel < pixels; ++pixel)
            order.push_back(pixel * channels + channel);
    return order;
}

/// The orders of the features that each node of a network makes. A Flatten of an image gives one, a Reshape
/// to an image wants one, and what is the same for all features keeps it. Between two of those there is a
/// layer like Dense, whose weights can be permuted.
class FeatureOrders {
  public:
    explicit FeatureOrders(std::span<const passes::LoweredNode> nodes)
        : nodes_(nodes), same_as_(nodes.size()), orders_(nodes.size()) {
        std::iota(same_as_.begin(), same_as_.end(), std::size_t(0));
        for (std::size_t i = 0; i < nodes.size(); ++i)
            for (const std::size_t input : inputs_of(i))
                if (keeps_features(i, input))
                    same_as_[root(i)] = root(input);
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const passes::LoweredNode& node = nodes[i];
            if (!node.rules->traits.is_view || node.input_count != 1)
                continue;
            const std::size_t input = node.inputs[0];
            const Shape &from = nodes[input].shape, &to = node.shape;
            if (to.rank == 1 && from.rank > 1 && is_image(input))
                set(i, channel_by_channel(from), i);
            if (from.rank == 1 && to.rank > 1 && is_read_as_image(i))
                set(input, channel_by_channel(to), i);
        }
        for (std::size_t i = 0; i < nodes.size(); ++i)
            follow(i);
    }

    const FeatureOrder& of(std::size_t node) const { return orders_[root(node)]; }
    const FeatureOrder& of_input(std::size_t node) const { return of(nodes_[node].inputs[0]); }

    /// Whether what a node makes has its channels first in the other library: whether it comes from a
    /// convolution, or was an image from the beginning.
    bool is_image(std::size_t node) const {
        for (;;) {
            const passes::LoweredNode& at = nodes_[node];
            if (at.shape.rank < 2)
                return false;
            if (works_on_images(node))
                return true;
            if (at.rules->traits.is_input || at.input_count == 0)
                return at.shape.rank > 2;
            if (has_weights(node) || nodes_[at.inputs[0]].shape.rank != at.shape.rank)
                return at.rules->traits.is_view && is_read_as_image(node);
            node = at.inputs[0];
        }
    }

    /// What can't be told, a sentence each.
    const std::vector<std::string>& problems() const { return problems_; }

  private:
    std::span<const std::size_t> inputs_of(std::size_t node) const {
        return {nodes_[node].inputs.data(), nodes_[node].input_count};
    }
    ParameterList parameters_of(std::size_t node) const {
        return nodes_[node].rules->parameters(passes::input_shapes(nodes_, nodes_[node]).span());
    }
    bool has_weights(std::size_t node) const {
        const ParameterList list = parameters_of(node);
        return std::any_of(list.begin(), list.end(),
                           [](const ParameterSpec& spec) { return spec.role == ParameterRole::weight; });
    }
    bool works_on_images(std::size_t node) const {
        const ParameterList list = parameters_of(node);
        if (std::any_of(list.begin(), list.end(), [](const ParameterSpec& spec) {
                return spec.role == ParameterRole::weight && spec.shape.rank > 2;
            }))
            return true;
        const auto name = nodes_[node].rules->name();
        for (const std::string_view pool : {"MaxPool", "AveragePool", "UpSampling"})
            if (name.view().starts_with(pool))
                return true;
        return false;
    }
    /// Whether each feature of a node is made of the same feature of an input.
    bool keeps_features(std::size_t node, std::size_t input) const {
        return nodes_[node].shape.rank == 1 && nodes_[node].shape == nodes_[input].shape &&
               !has_weights(node);
    }
    bool is_read_as_image(std::size_t node) const {
        for (std::size_t i = node + 1; i < nodes_.size(); ++i) {
            const auto inputs = inputs_of(i);
            if (std::find(inputs.begin(), inputs.end(), node) == inputs.end())
                continue;
            if (works_on_images(i))
                return true;
            if (has_weights(i))
                return false;
            if (nodes_[i].shape.rank == nodes_[node].shape.rank)
                return is_read_as_image(i);
        }
        return nodes_[node].shape.rank > 2;
    }

    std::size_t root(std::size_t node) const {
        while (same_as_[node] != node)
            node = same_as_[node];
        return node;
    }
    std::string layer(std::size_t node) const {
        return "layer " + core::quoted(nodes_[node].place.text().view()) + ' ' +
               std::string(nodes_[node].rules->name().view());
    }
    void set(std::size_t node, FeatureOrder order, std::size_t why) {
        FeatureOrder& known = orders_[root(node)];
        if (known.empty())
            known = std::move(order);
        else if (known != order)
            problems_.push_back(layer(why) +
                                ": its image has other features than the one that they come from, "
                                "which no order of weights makes up for");
    }
    /// What joins features has those of each input in their order.
    void follow(std::size_t node) {
        const auto inputs = inputs_of(node);
        if (std::all_of(inputs.begin(), inputs.end(), [&](std::size_t input) { return of(input).empty(); }) ||
            has_weights(node) || root(node) == root(inputs[0]))
            return;
        if (nodes_[node].rules->traits.is_view && nodes_[node].shape.rank > 1)
            return;
        std::size_t sum = 0;
        FeatureOrder order;
        for (const std::size_t input : inputs) {
            const FeatureOrder& known = of(input);
            for (std::size_t i = 0; i < nodes_[input].shape.size(); ++i)
                order.push_back(sum + (known.empty() ? i : known[i]));
            sum += nodes_[input].shape.size();
        }
        if (nodes_[node].shape == Shape(sum) && inputs.size() > 1)
            set(node, std::move(order), node);
        else if (nodes_[node].shape.size() > 1)
            problems_.push_back(layer(node) +
                                ": it takes features apart whose order is another channel by channel");
    }

    std::span<const passes::LoweredNode> nodes_;
    std::vector<std::size_t> same_as_;
    std::vector<FeatureOrder> orders_;
    std::vector<std::string> problems_;
};

} // namespace burin::io::detail
