#pragma once

#include "burin/core/error.hpp"
#include "burin/graph/layout.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/io/nam_file.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/time_distributed.hpp"
#include "burin/layers/wavenet.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace burin::io {

namespace detail {

/// The file's weights one after the other, as many as its network has, into tensors that may be smaller.
class NamWeights {
  public:
    explicit NamWeights(const NamFile& file) : file_(file) {}

    /// Calls put(output, input, tap, weight) for those of `to` that are kept, of so many [outputs, inputs,
    /// taps].
    template <class Put>
    void take(std::array<std::size_t, 3> from, std::array<std::size_t, 3> to, const Put& put) {
        for (std::size_t o = 0; o < from[0]; ++o)
            for (std::size_t i = 0; i < from[1]; ++i)
                for (std::size_t k = 0; k < from[2]; ++k) {
                    const float weight = file_.weights[at_++];
                    if (o < to[0] && i < to[1] && k < to[2])
                        put(o, i, k, weight);
                }
    }
    float next() {
        float last = 0;
        take({1, 1, 1}, {1, 1, 1},
             [&](std::size_t, std::size_t, std::size_t, float weight) { last = weight; });
        return last;
    }

  private:
    const NamFile& file_;
    std::size_t at_ = 0;
};

/// What a network type is to a .nam file. `describe(file)` is empty if it is the network of the file, else
/// what differs; `fill(file, values)` puts the file's weights where the network has them, row-major.
template <class Net>
struct NamNetwork {
    static constexpr bool is_known = false;
};

inline std::string nam_list(const std::vector<std::size_t>& values) {
    std::string text = "[";
    for (std::size_t i = 0; i < std::min<std::size_t>(values.size(), 24); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(values[i]);
    return text + (values.size() > 24 ? ", …]" : "]");
}

template <class Stack>
struct NamStackOf;
template <std::size_t Channels, class KernelSizes, class DilationList, class Activation, class... Options>
struct NamStackOf<WaveNetStack<Channels, KernelSizes, DilationList, Activation, Options...>> {
    static constexpr kernels::WaveNetSize size =
        burin::detail::wavenet_options<Channels>(KernelSizes{}, DilationList{},
                                                 static_cast<Options*>(nullptr)...)
            .size;
    template <class Option>
    static void append_gate(std::string&, std::type_identity<Option>) {}
    template <class Gate>
    static void append_gate(std::string& text, std::type_identity<Gated<Gate>>) {
        text = std::string(Gate::name().view());
    }

    static NamStack get() {
        NamStack stack;
        stack.channels = size.channels;
        stack.bottleneck = size.bottleneck;
        stack.outputs = size.outputs;
        stack.head_kernel = size.head.kernel;
        stack.has_head_bias = size.has_head_bias;
        for (std::size_t i = 0; i < size.layer_count; ++i) {
            stack.kernels.push_back(size.layers[i].kernel);
            stack.dilations.push_back(size.layers[i].dilation);
        }
        stack.activation = std::string(Activation::name().view());
        (append_gate(stack.gate, std::type_identity<Options>{}), ...);
        return stack;
    }
};

template <std::size_t Steps, class... Stacks>
struct NamNetwork<Sequential<Input<Steps, 1>, WaveNet<Stacks...>>> {
    static constexpr bool is_known = true;

    static std::vector<NamStack> stacks() { return {NamStackOf<Stacks>::get()...}; }

    static std::string describe(const NamFile& file) {
        if (file.architecture != "WaveNet")
            return "architecture: expected 'WaveNet', found '" + file.architecture + "'";
        const std::vector<NamStack> own = stacks();
        if (file.stacks.size() != own.size())
            return "config.layers: expected " + std::to_string(own.size()) + ", found " +
                   std::to_string(file.stacks.size());
        for (std::size_t i = 0; i < own.size(); ++i) {
            const NamStack &a = own[i], &b = file.stacks[i];
            const std::string place = "config.layers[" + std::to_string(i) + "].";
            const auto differ = [&](const char* key, const std::string& expected, const std::string& found) {
                return place + key + ": expected " + expected + ", found " + found;
            };
            const bool is_cut = is_slimmed(a, b);
            if (a.channels != b.channels && !is_cut)
                return differ("channels", std::to_string(a.channels), std::to_string(b.channels));
            if (a.bottleneck != (is_cut ? b.slim_bottleneck(a.channels) : b.bottleneck))
                return differ("bottleneck", std::to_string(a.bottleneck), std::to_string(b.bottleneck));
            if (a.outputs != b.outputs && !(is_cut && i + 1 < own.size()))
                return differ("head_size", std::to_string(a.outputs), std::to_string(b.outputs));
            if (a.head_kernel != b.head_kernel)
                return differ("head.kernel_size", std::to_string(a.head_kernel),
                              std::to_string(b.head_kernel));
            if (a.has_head_bias != b.has_head_bias)
                return differ("head_bias", a.has_head_bias ? "true" : "false",
                              b.has_head_bias ? "true" : "false");
            if (a.dilations != b.dilations)
                return differ("dilations", nam_list(a.dilations), nam_list(b.dilations));
            if (a.kernels != b.kernels)
                return differ("kernel_sizes", nam_list(a.kernels), nam_list(b.kernels));
            if (a.activation != b.activation)
                return differ("activation", a.activation, b.activation);
            if (a.gate != b.gate)
                return differ("secondary_activation", a.gate.empty() ? "none" : a.gate,
                              b.gate.empty() ? "none" : b.gate);
        }
        return {};
    }

    static void fill(const NamFile& file, float* values) {
        NamWeights weights(file);
        const std::vector<NamStack> own = stacks();
        float* last_head = values;
        for (std::size_t i = 0; i < own.size(); ++i) {
            const NamStack &a = own[i], &b = file.stacks[i];
            const std::size_t c = a.channels, bottleneck = a.bottleneck, sums = a.sums(),
                              in = i == 0 ? 1 : own[i - 1].channels, layers = a.dilations.size();
            std::size_t taps = 0;
            for (const std::size_t kernel : a.kernels)
                taps += kernel;
            float* const rechannel = values;
            float* kernel = rechannel + in * c;
            float* const bias = kernel + taps * c * sums;
            float* const mix = bias + layers * sums;
            float* const residual = mix + layers * sums;
            float* const residual_bias = residual + layers * bottleneck * c;
            float* const head = residual_bias + layers * c;
            float* const head_bias = head + a.head_kernel * bottleneck * a.outputs;
            // Channel o of [outputs]; of the sums, whose second half is a gate, the first of either half.
            const auto row = [&](std::size_t o) { return o % b.bottleneck + o / b.bottleneck * bottleneck; };
            const auto is_kept = [&](std::size_t o) { return o % b.bottleneck < bottleneck; };

            weights.take(
                {b.channels, b.inputs, 1}, {c, in, 1},
                [&](std::size_t o, std::size_t j, std::size_t, float w) { rechannel[j * c + o] = w; });
            for (std::size_t l = 0; l < layers; ++l) {
                weights.take({b.sums(), b.channels, b.kernels[l]}, {b.sums(), c, b.kernels[l]},
                             [&](std::size_t o, std::size_t j, std::size_t k, float w) {
                                 if (is_kept(o))
                                     kernel[(k * c + j) * sums + row(o)] = w;
                             });
                kernel += b.kernels[l] * c * sums;
                const auto put_sums = [&](float* to) {
                    weights.take({b.sums(), 1, 1}, {b.sums(), 1, 1},
                                 [&](std::size_t o, std::size_t, std::size_t, float w) {
                                     if (is_kept(o))
                                         to[l * sums + row(o)] = w;
                                 });
                };
                put_sums(bias);
                put_sums(mix);
                weights.take({b.channels, b.bottleneck, 1}, {c, bottleneck, 1},
                             [&](std::size_t o, std::size_t j, std::size_t, float w) {
                                 residual[(l * bottleneck + j) * c + o] = w;
                             });
                weights.take(
                    {b.channels, 1, 1}, {c, 1, 1},
                    [&](std::size_t o, std::size_t, std::size_t, float w) { residual_bias[l * c + o] = w; });
            }
            weights.take({b.outputs, b.bottleneck, b.head_kernel}, {a.outputs, bottleneck, b.head_kernel},
                         [&](std::size_t o, std::size_t j, std::size_t k, float w) {
                             head[(k * bottleneck + j) * a.outputs + o] = w;
                         });
            if (b.has_head_bias)
                weights.take({b.outputs, 1, 1}, {a.outputs, 1, 1},
                             [&](std::size_t o, std::size_t, std::size_t, float w) { head_bias[o] = w; });
            values = head_bias + (a.has_head_bias ? a.outputs : 0);
            last_head = head;
        }
        // What the last head gives is scaled.
        const float scale = weights.next();
        for (; last_head != values; ++last_head)
            *last_head *= scale;
    }

  private:
    static bool is_slimmed(const NamStack& own, const NamStack& file) {
        return file.head_kernel == 1 && own.channels < file.channels &&
               std::find(file.slimmable.begin(), file.slimmable.end(), own.channels) != file.slimmable.end();
    }
};

template <std::size_t Steps, std::size_t Units, class... More>
struct NamLSTM {
    static constexpr bool is_known = true;
    static constexpr std::size_t layers = 1 + sizeof...(More);

    static std::string describe(const NamFile& file) {
        if (file.architecture != "LSTM")
            return "architecture: expected 'LSTM', found '" + file.architecture + "'";
        if (file.lstm_layers != layers)
            return "config.num_layers: expected " + std::to_string(layers) + ", found " +
                   std::to_string(file.lstm_layers);
        if (file.lstm_units != Units)
            return "config.hidden_size: expected " + std::to_string(Units) + ", found " +
                   std::to_string(file.lstm_units);
        return {};
    }

    static void fill(const NamFile& file, float* values) {
        NamWeights weights(file);
        constexpr std::size_t gates = 4 * Units;
        for (std::size_t layer = 0; layer < layers; ++layer) {
            const std::size_t in = layer == 0 ? 1 : Units;
            // Behind the input's rows are the state's, as in Burin's order of tensors.
            weights.take(
                {gates, in + Units, 1}, {gates, in + Units, 1},
                [&](std::size_t o, std::size_t j, std::size_t, float w) { values[j * gates + o] = w; });
            values += (in + Units) * gates;
            weights.take({gates, 1, 1}, {gates, 1, 1},
                         [&](std::size_t o, std::size_t, std::size_t, float w) { values[o] = w; });
            values += gates;
            // The states it begins with: it begins with silence instead, long enough to forget them.
            weights.take({2 * Units, 1, 1}, {0, 0, 0}, [](std::size_t, std::size_t, std::size_t, float) {});
        }
        for (std::size_t i = 0; i <= Units; ++i)
            values[i] = weights.next();
    }
};

template <std::size_t Steps, std::size_t Units>
struct NamNetwork<Sequential<Input<Steps, 1>, LSTM<Units, ReturnSequences>, TimeDistributed<Dense<1>>>>
    : NamLSTM<Steps, Units> {};
template <std::size_t Steps, std::size_t Units>
struct NamNetwork<Sequential<Input<Steps, 1>, LSTM<Units, ReturnSequences>, LSTM<Units, ReturnSequences>,
                             TimeDistributed<Dense<1>>>> : NamLSTM<Steps, Units, void> {};
template <std::size_t Steps, std::size_t Units>
struct NamNetwork<Sequential<Input<Steps, 1>, LSTM<Units, ReturnSequences>, LSTM<Units, ReturnSequences>,
                             LSTM<Units, ReturnSequences>, TimeDistributed<Dense<1>>>>
    : NamLSTM<Steps, Units, void, void> {};

} // namespace detail

/// Whether a network type is that of a file; `load_nam` of it says what differs.
template <class Net>
bool is_nam(const NamFile& file) {
    static_assert(detail::NamNetwork<Net>::is_known,
                  "a .nam file has a network Sequential<Input<steps, 1>, WaveNet<...>>, or one to three "
                  "LSTM<units, ReturnSequences> and TimeDistributed<Dense<1>>");
    return detail::NamNetwork<Net>::describe(file).empty();
}

/// Puts the weights of a capture into a network of its kind: a WaveNet, or one to three LSTM of the same size
/// with a TimeDistributed<Dense<1>>. What the file scales its output with is in the last weights then. Of a
/// file whose channels may be cut down ("slimmable") smaller networks can be filled, too. Throws Error, and
/// changes nothing, if it is another network or has not as many weights.
template <class Net>
void load_nam(const NamFile& file, Parameters<Net>& parameters) {
    static_assert(detail::NamNetwork<Net>::is_known,
                  "a .nam file has a network Sequential<Input<steps, 1>, WaveNet<...>>, or one to three "
                  "LSTM<units, ReturnSequences> and TimeDistributed<Dense<1>>");
    if (const std::string difference = detail::NamNetwork<Net>::describe(file); !difference.empty())
        throw Error(file.name + ": " + difference);
    std::vector<float> values(stored_count<Net>);
    detail::NamNetwork<Net>::fill(file, values.data());
    from_row_major<Net>(values.data(), parameters.data());
}

/// The same with the file's name. Returns what it says of itself.
template <class Net>
NamFile load_nam(const std::string& path, Parameters<Net>& parameters, NamOptions options = {}) {
    NamFile file = read_nam(path, options);
    load_nam(file, parameters);
    return file;
}

} // namespace burin::io
