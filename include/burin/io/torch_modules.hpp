#pragma once

#include "burin/graph/network.hpp"
#include "burin/io/feature_order.hpp"
#include "burin/io/foreign_tensor.hpp"
#include "burin/passes/node.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A network as PyTorch's modules: names and layouts of their state dicts.
namespace burin::io::detail {

/// The tensors of one node.
class TensorsOf {
  public:
    TensorsOf(std::span<const passes::LoweredNode> nodes, const passes::LoweredNode& node)
        : parameters_(node.rules->parameters(passes::input_shapes(nodes, node).span())),
          statistics_(node.rules->statistics(passes::input_shapes(nodes, node).span())) {
        for (std::size_t i = 0; i < parameters_.count; ++i)
            tensors_.push_back({&parameters_[i], node.parameter_offset + parameters_.offset(i)});
        for (std::size_t i = 0; i < statistics_.count; ++i)
            tensors_.push_back({&statistics_[i], node.statistics_offset + statistics_.offset(i)});
    }
    TensorsOf(const TensorsOf&) = delete;
    TensorsOf& operator=(const TensorsOf&) = delete;

    OwnTensor operator[](std::string_view name) const {
        for (const OwnTensor& tensor : tensors_)
            if (tensor.spec->name == name)
                return tensor;
        return {};
    }
    const std::vector<OwnTensor>& all() const { return tensors_; }

  private:
    ParameterList parameters_, statistics_;
    std::vector<OwnTensor> tensors_;
};

/// The modules that nodes are in PyTorch.
class TorchModules {
  public:
    /// `goes_backwards` says of each node whether it is a recurrent layer that begins at the end. The network
    /// must outlive it.
    TorchModules(std::span<const passes::LoweredNode> nodes, std::span<const bool> goes_backwards,
                 bool images_have_channels_first)
        : nodes_(nodes), orders_(nodes) {
        keeps_order_ = !images_have_channels_first;
        if (images_have_channels_first)
            problems = orders_.problems();
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const TensorsOf tensors(nodes, nodes[i]);
            if (nodes[i].shares_with == passes::none && !tensors.all().empty())
                add(i, tensors, goes_backwards[i]);
        }
        name_transformers();
    }

    std::vector<ForeignModule> modules;
    std::vector<std::string> problems;

  private:
    const FeatureOrder& order_of(std::size_t node) const {
        return keeps_order_ ? as_it_is_ : orders_.of(node);
    }

    void add(std::size_t node, const TensorsOf& tensors, bool goes_backwards) {
        const std::string place(nodes_[node].weights_place.text().view());
        if (tensors["recurrent_weight"])
            return add_recurrent(node, place, tensors, goes_backwards);
        if (tensors["query.weight"])
            return add_attention(node, place, tensors);
        if (tensors["hidden.weight"] && tensors["output.weight"]) {
            for (const std::string part : {"hidden", "output"})
                modules.push_back({place,
                                   joined(place, part),
                                   false,
                                   {last_axes_first("weight", tensors[part + ".weight"]),
                                    as_it_is("bias", tensors[part + ".bias"])}});
            return;
        }
        ForeignModule& module = modules.emplace_back(place, place);
        for (const OwnTensor& tensor : tensors.all())
            module.tensors.push_back(usual(node, tensor));
        if (tensors["running_mean"])
            module.tensors.push_back({"num_batches_tracked", {}, {}, ForeignKind::counter});
    }

    /// What has one weight and a bias, or a scale.
    ForeignTensor usual(std::size_t node, const OwnTensor& tensor) const {
        const ParameterSpec& spec = *tensor.spec;
        std::string name(spec.name);
        if (spec.role == ParameterRole::weight && spec.shape.rank >= 2 && nodes_[node].input_count > 0) {
            if (spec.use == WeightUse::depthwise)
                return depthwise(std::move(name), tensor);
            if (spec.use == WeightUse::kernel && spec.shape.rank == 2)
                return last_axes_first(std::move(name), tensor, order_of(nodes_[node].inputs[0]),
                                       order_of(node));
            if (spec.use == WeightUse::kernel || spec.use == WeightUse::transposed)
                return last_axes_first(std::move(name), tensor);
        }
        // A LayerNorm over a whole image.
        if (spec.role != ParameterRole::weight && spec.shape.rank >= 2 && !keeps_order_ &&
            orders_.is_image(node))
            return channels_first(std::move(name), tensor);
        const FeatureOrder& order = order_of(node);
        return as_it_is(std::move(name), tensor, spec.shape == Shape(order.size()) ? order : FeatureOrder());
    }

    void add_recurrent(std::size_t node, const std::string& place, const TensorsOf& tensors,
                       bool goes_backwards) {
        const auto named = [&](const char* name) {
            return std::string(name) + "_l0" + (goes_backwards ? "_reverse" : "");
        };
        // Bidirectional<…> is two layers at `0` and `1` of its place, and one module.
        const std::size_t parent_end = place.rfind('.');
        const std::string parent = parent_end == std::string::npos ? "" : place.substr(0, parent_end);
        const bool is_second = goes_backwards && !modules.empty() && modules.back().is_recurrent &&
                               modules.back().place == joined(parent, "0") && place == joined(parent, "1");
        if (is_second)
            modules.back().place = modules.back().name = parent;
        ForeignModule& module = is_second ? modules.back() : modules.emplace_back(place, place, true);

        module.tensors.push_back(
            last_axes_first(named("weight_ih"), tensors["weight"], order_of(nodes_[node].inputs[0])));
        module.tensors.push_back(last_axes_first(named("weight_hh"), tensors["recurrent_weight"]));
        const OwnTensor bias = tensors["bias"], recurrent_bias = tensors["recurrent_bias"];
        if (bias)
            module.tensors.push_back(as_it_is(named("bias_ih"), bias));
        if (recurrent_bias)
            module.tensors.push_back(as_it_is(named("bias_hh"), recurrent_bias));
        else if (bias)
            module.tensors.push_back(as_it_is(named("bias_hh"), bias, {}, ForeignKind::added));
        if (const OwnTensor projection = tensors["projection_weight"])
            module.tensors.push_back(last_axes_first(named("weight_hr"), projection));
        if (tensors["reset_weight"])
            problems.push_back("layer '" + place + "' " + std::string(nodes_[node].rules->name().view()) +
                               ": PyTorch's GRU resets the state behind its product alone");
    }

    void add_attention(std::size_t node, const std::string& place, const TensorsOf& tensors) {
        ForeignModule& module = modules.emplace_back(place, place);
        const auto weight = [&](const std::string& part, const std::string& name) {
            return last_axes_first(name, tensors[part + ".weight"]);
        };
        const std::size_t features = tensors["query.weight"].spec->shape[0];
        if (tensors["query.weight"].spec->shape[1] != features)
            problems.push_back("layer '" + place + "' " + std::string(nodes_[node].rules->name().view()) +
                               ": PyTorch's MultiheadAttention has no heads of another width");
        else if (tensors["key.weight"].spec->shape[1] != features)
            problems.push_back("layer '" + place + "' " + std::string(nodes_[node].rules->name().view()) +
                               ": PyTorch's MultiheadAttention has as many heads of keys as of queries");
        if (tensors["key.weight"].spec->shape[0] == features &&
            tensors["value.weight"].spec->shape[0] == features) {
            module.tensors.push_back(
                stacked("in_proj_weight", {weight("query", ""), weight("key", ""), weight("value", "")}));
        } else {
            module.tensors.push_back(weight("query", "q_proj_weight"));
            module.tensors.push_back(weight("key", "k_proj_weight"));
            module.tensors.push_back(weight("value", "v_proj_weight"));
        }
        const bool has_bias = bool(tensors["query.bias"]);
        if (has_bias)
            module.tensors.push_back(stacked("in_proj_bias", {as_it_is("", tensors["query.bias"]),
                                                              as_it_is("", tensors["key.bias"]),
                                                              as_it_is("", tensors["value.bias"])}));
        module.tensors.push_back(weight("output", "out_proj.weight"));
        if (has_bias)
            module.tensors.push_back(as_it_is("out_proj.bias", tensors["output.bias"]));
    }

    /// What a TransformerEncoderBlock or TransformerDecoderBlock consists of has other names in PyTorch.
    void name_transformers() {
        std::set<std::string> names;
        for (const ForeignModule& module : modules)
            names.insert(module.name);
        constexpr std::string_view last = "feed_forward.output";
        for (const std::string& name : names) {
            if (!name.ends_with(last) ||
                (name.size() > last.size() && name[name.size() - last.size() - 1] != '.'))
                continue;
            const std::string block = name.substr(0, name.size() - last.size());
            const auto has = [&](const char* part) { return names.contains(block + part); };
            if (!has("attention") || !has("attention_norm") || !has("feed_forward_norm"))
                continue;
            const bool decodes = has("cross_attention");
            const std::initializer_list<std::pair<std::string_view, std::string_view>> parts{
                {"attention", "self_attn"},
                {"attention_norm", "norm1"},
                {"cross_attention", "multihead_attn"},
                {"cross_attention_norm", "norm2"},
                {"feed_forward.hidden", "linear1"},
                {"feed_forward.output", "linear2"},
                {"feed_forward_norm", decodes ? "norm3" : "norm2"}};
            for (ForeignModule& module : modules)
                for (const auto& [own, torch] : parts)
                    if (module.place.starts_with(block) && module.name == block + std::string(own)) {
                        module.name = block + std::string(torch);
                        break;
                    }
        }
    }

    std::span<const passes::LoweredNode> nodes_;
    FeatureOrders orders_;
    FeatureOrder as_it_is_{};
    bool keeps_order_ = false;
};

} // namespace burin::io::detail
