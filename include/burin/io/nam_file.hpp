#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/core/text.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/read_file.hpp"
#include "burin/io/nam_json.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::io {

/// What a .nam file says of one of its arrays of layers, in the words of `WaveNetStack`.
struct NamStack {
    std::size_t inputs = 1, condition = 1, channels = 1, bottleneck = 1;
    std::size_t outputs = 1, head_kernel = 1;
    bool has_head_bias = false;
    std::vector<std::size_t> kernels, dilations;
    std::string activation, gate;       ///< As Burin calls them, `Tanh`, `LeakyReLU<0.01>`; no gate: empty.
    std::vector<std::size_t> slimmable; ///< Numbers of channels that it may be cut down to.

    std::size_t sums() const { return bottleneck * (gate.empty() ? 1 : 2); }
    std::size_t slim_bottleneck(std::size_t to) const {
        return std::max<std::size_t>(1, bottleneck * to / channels);
    }
};

/// A capture that Neural Amp Modeler made: its network, and what is told of it.
struct NamFile {
    std::string name;         ///< Of the file, for messages.
    std::string architecture; ///< `WaveNet` or `LSTM`
    std::vector<NamStack> stacks;
    std::size_t lstm_layers = 0, lstm_units = 0;
    std::vector<float> weights; ///< In the file's own order.

    double sample_rate = 48000;                      ///< Hz; 48,000 if the file does not say.
    std::string title, author, gear;                 ///< Empty where the file does not say.
    std::optional<double> loudness, gain;            ///< dB and a factor.
    std::optional<double> input_level, output_level; ///< dBu at full scale.

    /// As many weights as its network has. (In 64 bits, which no file's numbers go beyond.)
    std::uint64_t weight_count() const {
        if (architecture == "LSTM") {
            const std::uint64_t units = lstm_units;
            std::uint64_t sum = units + 1;
            for (std::size_t i = 0; i < lstm_layers; ++i)
                sum += 4 * units * ((i == 0 ? 1 : units) + units + 1) + 2 * units;
            return sum;
        }
        std::uint64_t sum = 1;
        for (const NamStack& s : stacks) {
            const std::uint64_t channels = s.channels, outputs = s.outputs, sums = s.sums();
            sum += s.inputs * channels + outputs * (s.head_kernel * s.bottleneck + s.has_head_bias);
            for (const std::size_t kernel : s.kernels)
                sum += sums * (kernel * channels + 1 + s.condition) + channels * (s.bottleneck + 1);
        }
        return sum;
    }

    /// Steps of silence that Neural Amp Modeler plays before the sound: all that a WaveNet sees, half a
    /// second for an LSTM.
    std::size_t warm_up() const {
        if (architecture == "LSTM")
            return static_cast<std::size_t>(sample_rate / 2);
        std::size_t sum = 1;
        for (const NamStack& stack : stacks) {
            for (std::size_t i = 0; i < stack.dilations.size(); ++i)
                sum += (stack.kernels[i] - 1) * stack.dilations[i];
            sum += stack.head_kernel - 1;
        }
        return sum;
    }
};

struct NamOptions {
    /// Which of the networks of a file that has several sizes: 1 is the largest, 0 the smallest.
    double size = 1;
};

namespace detail {

/// The tree of a .nam file. What does not fit is an Error that names file and place.
class NamReader {
  public:
    using Json = nlohmann::json;

    NamReader(std::string name, NamOptions options) : name_(std::move(name)), options_(options) {}

    NamFile read(NamJson&& text) {
        const Json* model = &text.tree;
        std::string place;
        check_version(*model, place);
        if (string(*model, "architecture", place) == "SlimmableContainer") {
            const Json& models = list(at(*model, "config", place), "submodels", place + "config.");
            std::size_t chosen = models.size() - 1;
            for (std::size_t i = models.size(); i-- > 0;)
                if (options_.size < number(models[i], "max_value", place_of("config.submodels", i, "")))
                    chosen = i;
            place = place_of("config.submodels", chosen, "model.");
            model = &at(models[chosen], "model", place_of("config.submodels", chosen, ""));
            check_version(*model, place);
        }
        NamFile file;
        file.name = name_;
        file.architecture = string(*model, "architecture", place);
        const Json& config = at(*model, "config", place);
        if (file.architecture == "WaveNet")
            read_wavenet(config, place + "config.", file);
        else if (file.architecture == "LSTM")
            read_lstm(config, place + "config.", file);
        else
            fail(place + "architecture", "'WaveNet', 'LSTM' or 'SlimmableContainer'",
                 core::quoted(file.architecture));
        // Where the weights stand is an index among all that were read.
        const Json& index = at(*model, "weights", place);
        if (!index.is_number_unsigned() || index.get<std::size_t>() >= text.weights.size())
            fail(place + "weights", "a list of numbers", shown(index));
        file.weights = std::move(text.weights[index.get<std::size_t>()]);
        if (model->contains("sample_rate") && !(*model)["sample_rate"].is_null()) {
            file.sample_rate = number(*model, "sample_rate", place);
            if (!(file.sample_rate >= 1 && file.sample_rate <= 1e6))
                fail(place + "sample_rate", "1 to 1000000 Hz", shown((*model)["sample_rate"]));
        }
        if (file.weights.size() != file.weight_count())
            fail(place + "weights", std::to_string(file.weight_count()) + " numbers",
                 std::to_string(file.weights.size()));
        read_metadata(*model, file);
        if (model != &text.tree)
            read_metadata(text.tree, file);
        return file;
    }

    [[noreturn]] void fail(const std::string& place, const std::string& expected,
                           const std::string& found) const {
        throw Error(name_ + ": " + core::printable(place, 200) + ": expected " + expected + ", found " +
                    found);
    }

  private:
    static constexpr std::size_t most_channels = 4096, most_steps = 1 << 20;

    static std::string place_of(const std::string& list, std::size_t index, const std::string& key) {
        return list + "[" + std::to_string(index) + "]." + key;
    }
    static std::string shown(const Json& value) {
        if (value.is_structured())
            return value.is_array() ? "a list" : "an object";
        return core::printable(value.dump(-1, ' ', true, Json::error_handler_t::replace), 60);
    }

    const Json& at(const Json& object, const char* key, const std::string& place) const {
        if (!object.is_object())
            fail(place.empty() ? "the file" : place.substr(0, place.size() - 1), "an object", shown(object));
        const auto found = object.find(key);
        if (found == object.end())
            fail(place + key, "it to be there", "nothing");
        return *found;
    }
    std::string string(const Json& object, const char* key, const std::string& place) const {
        const Json& value = at(object, key, place);
        if (!value.is_string())
            fail(place + key, "a text", shown(value));
        return value.get<std::string>();
    }
    double number(const Json& object, const char* key, const std::string& place) const {
        const Json& value = at(object, key, place);
        if (!value.is_number())
            fail(place + key, "a number", shown(value));
        return value.get<double>();
    }
    std::size_t count_of(const Json& value, const std::string& place, std::size_t most) const {
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() == 0 ||
            value.get<std::uint64_t>() > most)
            fail(place, "a whole number from 1 to " + std::to_string(most), shown(value));
        return value.get<std::size_t>();
    }
    std::size_t count(const Json& object, const char* key, const std::string& place,
                      std::size_t most = most_channels) const {
        return count_of(at(object, key, place), place + key, most);
    }
    bool boolean(const Json& object, const char* key, const std::string& place) const {
        const Json& value = at(object, key, place);
        if (!value.is_boolean())
            fail(place + key, "true or false", shown(value));
        return value.get<bool>();
    }
    const Json& list(const Json& object, const char* key, const std::string& place) const {
        const Json& value = at(object, key, place);
        if (!value.is_array() || value.empty())
            fail(place + key, "a list that is not empty", shown(value));
        return value;
    }
    static bool has(const Json& object, const char* key) {
        return object.is_object() && object.contains(key) && !object[key].is_null();
    }

    void check_version(const Json& model, const std::string& place) const {
        const std::string version = string(model, "version", place);
        const std::string minor = version.substr(0, 4);
        if (minor != "0.5." && minor != "0.6." && minor != "0.7.")
            fail(place + "version", "0.5 to 0.7", core::quoted(version));
    }

    void read_wavenet(const Json& config, const std::string& place, NamFile& file) const {
        const Json& arrays = list(config, "layers", place);
        if (arrays.size() > 8)
            fail(place + "layers", "at most 8 arrays of layers", std::to_string(arrays.size()));
        for (const char* key : {"head", "condition_dsp"})
            if (has(config, key))
                fail(place + key, "none, which is all that is supported", shown(config[key]));
        if (has(config, "in_channels") && count(config, "in_channels", place) != 1)
            fail(place + "in_channels", "1", shown(config["in_channels"]));
        for (std::size_t i = 0; i < arrays.size(); ++i)
            file.stacks.push_back(read_stack(arrays[i], place_of(place + "layers", i, "")));
        for (std::size_t i = 0; i < arrays.size(); ++i) {
            const NamStack& own = file.stacks[i];
            const std::string here = place_of(place + "layers", i, "");
            const std::size_t inputs = i == 0 ? 1 : file.stacks[i - 1].channels;
            if (own.inputs != inputs)
                fail(here + "input_size", std::to_string(inputs), std::to_string(own.inputs));
            if (own.condition != 1)
                fail(here + "condition_size", "1", std::to_string(own.condition));
            const std::size_t outputs = i + 1 == arrays.size() ? 1 : file.stacks[i + 1].bottleneck;
            if (own.outputs != outputs)
                fail(here + "head", std::to_string(outputs) + " outputs", std::to_string(own.outputs));
        }
    }

    NamStack read_stack(const Json& array, const std::string& place) const {
        NamStack stack;
        stack.inputs = count(array, "input_size", place);
        stack.condition = count(array, "condition_size", place);
        stack.channels = stack.bottleneck = count(array, "channels", place);
        if (has(array, "bottleneck"))
            stack.bottleneck = count(array, "bottleneck", place);
        if (has(array, "head")) {
            const Json& head = array["head"];
            stack.outputs = count(head, "out_channels", place + "head.");
            stack.head_kernel = count(head, "kernel_size", place + "head.");
            stack.has_head_bias = boolean(head, "bias", place + "head.");
            if (has(head, "head_dilation") && count(head, "head_dilation", place + "head.") != 1)
                fail(place + "head.head_dilation", "1", shown(head["head_dilation"]));
        } else {
            stack.outputs = count(array, "head_size", place);
            stack.has_head_bias = boolean(array, "head_bias", place);
        }
        const Json& dilations = list(array, "dilations", place);
        if (dilations.size() > 256)
            fail(place + "dilations", "at most 256", std::to_string(dilations.size()));
        for (std::size_t i = 0; i < dilations.size(); ++i)
            stack.dilations.push_back(
                count_of(dilations[i], place + "dilations[" + std::to_string(i) + "]", most_steps));
        if (has(array, "kernel_sizes")) {
            const Json& kernels = list(array, "kernel_sizes", place);
            for (std::size_t i = 0; i < kernels.size(); ++i)
                stack.kernels.push_back(
                    count_of(kernels[i], place + "kernel_sizes[" + std::to_string(i) + "]", most_channels));
            if (kernels.size() != dilations.size())
                fail(place + "kernel_sizes", "as many as dilations, " + std::to_string(dilations.size()),
                     std::to_string(kernels.size()));
        } else {
            stack.kernels.assign(dilations.size(), count(array, "kernel_size", place));
        }
        stack.activation = same_of(at(array, "activation", place), place + "activation");
        stack.gate = gate_of(array, place);
        check_rest(array, place);
        if (has(array, "slimmable"))
            read_slimmable(array["slimmable"], place + "slimmable.", stack);
        return stack;
    }

    /// What must be as it is in all captures so far.
    void check_rest(const Json& array, const std::string& place) const {
        for (const char* key : {"groups_input", "groups_input_mixin"})
            if (has(array, key) && count(array, key, place) != 1)
                fail(place + key, "1, which is all that is supported", shown(array[key]));
        if (has(array, "layer1x1") && (!boolean(array["layer1x1"], "active", place + "layer1x1.") ||
                                       count(array["layer1x1"], "groups", place + "layer1x1.") != 1))
            fail(place + "layer1x1", "an active one of one group, which is all that is supported", "another");
        if (has(array, "head1x1") && boolean(array["head1x1"], "active", place + "head1x1."))
            fail(place + "head1x1.active", "false, which is all that is supported", "true");
        for (const char* key :
             {"conv_pre_film", "conv_post_film", "input_mixin_pre_film", "input_mixin_post_film",
              "activation_pre_film", "activation_post_film", "layer1x1_post_film", "head1x1_post_film"})
            if (has(array, key) && array[key] != false &&
                !(array[key].is_object() && array[key].contains("active") && array[key]["active"] == false))
                fail(place + key + std::string(".active"), "false, which is all that is supported", "true");
    }

    void read_slimmable(const Json& slimmable, const std::string& place, NamStack& stack) const {
        const std::string method = string(slimmable, "method", place);
        if (method != "slice_channels_uniform")
            fail(place + "method", "'slice_channels_uniform'", core::quoted(method));
        const Json& allowed = list(at(slimmable, "kwargs", place), "allowed_channels", place + "kwargs.");
        for (std::size_t i = 0; i < allowed.size(); ++i)
            stack.slimmable.push_back(count_of(
                allowed[i], place + "kwargs.allowed_channels[" + std::to_string(i) + "]", stack.channels));
    }

    /// An activation as Burin calls it.
    std::string activation_of(const Json& value, const std::string& place) const {
        const std::string type = value.is_object()   ? string(value, "type", place + ".")
                                 : value.is_string() ? value.get<std::string>()
                                                     : std::string();
        if (type == "LeakyReLU") {
            const double slope =
                has(value, "negative_slope") ? number(value, "negative_slope", place + ".") : 0.01;
            return std::string(Text<64>("LeakyReLU<").append(slope).append(">").view());
        }
        if (type == "Hardswish")
            return "HardSwish";
        for (const char* name : {"Tanh", "ReLU", "Sigmoid", "SiLU"})
            if (type == name)
                return type;
        fail(place, "Tanh, ReLU, LeakyReLU, Sigmoid, SiLU or Hardswish",
             type.empty() ? shown(value) : core::quoted(type));
    }

    /// One for all layers.
    std::string same_of(const Json& value, const std::string& place) const {
        if (!value.is_array())
            return activation_of(value, place);
        if (value.empty())
            fail(place, "one activation at least", "none");
        const std::string first = activation_of(value[0], place + "[0]");
        for (std::size_t i = 1; i < value.size(); ++i) {
            const std::string here = place + "[" + std::to_string(i) + "]";
            if (const std::string other = activation_of(value[i], here); other != first)
                fail(here, first + " as in the first layer", other);
        }
        return first;
    }

    std::string gate_of(const Json& array, const std::string& place) const {
        bool is_gated = false;
        if (has(array, "gating_mode")) {
            const Json& modes = array["gating_mode"];
            const Json first = modes.is_array() && !modes.empty() ? modes[0] : modes;
            for (const Json& mode : modes.is_array() ? modes : Json::array({modes}))
                if (mode != first || (mode != "none" && mode != "gated"))
                    fail(place + "gating_mode", "'none' or 'gated', the same for all layers", shown(mode));
            is_gated = first == "gated";
        } else if (has(array, "gated")) {
            is_gated = boolean(array, "gated", place);
        }
        if (!is_gated)
            return {};
        return has(array, "secondary_activation") && has(array, "gating_mode")
                   ? same_of(array["secondary_activation"], place + "secondary_activation")
                   : "Sigmoid";
    }

    void read_lstm(const Json& config, const std::string& place, NamFile& file) const {
        file.lstm_layers = count(config, "num_layers", place, 64);
        file.lstm_units = count(config, "hidden_size", place);
        for (const char* key : {"input_size", "in_channels", "out_channels"})
            if (has(config, key) && count(config, key, place) != 1)
                fail(place + key, "1", shown(config[key]));
    }

    static void read_metadata(const Json& model, NamFile& file) {
        if (!has(model, "metadata") || !model["metadata"].is_object())
            return;
        const Json& metadata = model["metadata"];
        const auto text = [&](const char* key, std::string& to) {
            if (has(metadata, key) && metadata[key].is_string())
                to = core::printable(metadata[key].get<std::string>(), 200);
        };
        const auto value = [&](const char* key, std::optional<double>& to) {
            if (has(metadata, key) && metadata[key].is_number() && !to)
                to = metadata[key].get<double>();
        };
        text("name", file.title);
        text("modeled_by", file.author);
        std::string make, type;
        text("gear_make", make);
        text("gear_model", type);
        if (!make.empty() || !type.empty())
            file.gear = make + (make.empty() || type.empty() ? "" : " ") + type;
        value("loudness", file.loudness);
        value("gain", file.gain);
        value("input_level_dbu", file.input_level);
        value("output_level_dbu", file.output_level);
    }

    std::string name_;
    NamOptions options_;
};

} // namespace detail

/// The capture that these bytes of a .nam file hold; messages call them `name`. Throws Error, with the place,
/// if they hold none, or one with what is not supported: modulation (FiLM), grouped convolutions, a network
/// for the condition, blended gates, several channels of sound.
inline NamFile parse_nam(std::span<const char> bytes, const std::string& name, NamOptions options = {}) {
    return core::within_memory(name, [&] {
        detail::NamJson text(bytes);
        if (!text.problem.empty())
            throw Error(name + ": " + text.problem);
        return detail::NamReader(name, options).read(std::move(text));
    });
}

/// The same of a file.
inline NamFile read_nam(const std::string& path, NamOptions options = {}) {
    return parse_nam(data::read_file(path), core::printable(path, 1000), options);
}

} // namespace burin::io
