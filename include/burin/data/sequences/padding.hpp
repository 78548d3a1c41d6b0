#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/dataset.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace burin::data::sequences {

/// How sequences of several lengths become samples of one.
struct Padding {
    std::size_t length = 0;    ///< Steps of a sample; those of the longest sequence where it is 0.
    std::size_t channels = 1;  ///< Numbers of a step.
    double value = 0;          ///< Of steps that are not there.
    bool pad_left = false;     ///< Whether these stand in front; for networks whose last step counts.
    bool cut_left = false;     ///< Whether what is too long loses its beginning instead of its end.
    bool mask_channel = false; ///< One more channel, the last: 1 for steps that are there, 0 for others.
};

namespace detail {

/// Calls visit(sequence, step, from) for each step that is there: the sequence's step `from` becomes the
/// sample's `step`.
template <class Sequences, class Visit>
void for_each_kept(const Sequences& sequences, std::size_t each, std::size_t length, const Padding& padding,
                   const Visit& visit) {
    for (std::size_t s = 0; s < sequences.size(); ++s) {
        const std::size_t steps = sequences[s].size() / each, kept = std::min(steps, length);
        const std::size_t cut = padding.cut_left ? steps - kept : 0,
                          pad = padding.pad_left ? length - kept : 0;
        for (std::size_t i = 0; i < kept; ++i)
            visit(s, pad + i, cut + i);
    }
}

template <class Sequences>
std::size_t padded_length(const Sequences& sequences, std::size_t each, const Padding& padding) {
    if (each == 0)
        throw Error("pad: expected at least one channel, got 0");
    std::size_t longest = padding.length;
    for (std::size_t s = 0; s < sequences.size(); ++s) {
        if (sequences[s].size() % each != 0)
            throw Error("pad: sequence " + std::to_string(s) + ": expected whole steps of " +
                        std::to_string(each) + " numbers, got " + std::to_string(sequences[s].size()) +
                        " numbers");
        if (padding.length == 0)
            longest = std::max(longest, sequences[s].size() / each);
    }
    if (longest == 0)
        throw Error("pad: expected a sequence with a step, got none");
    return longest;
}

/// That a product is a number of elements at all.
inline void check_room(std::size_t sequences, std::size_t length, std::size_t width) {
    if (sequences > 0 && length > std::numeric_limits<std::size_t>::max() / sequences / width)
        throw std::bad_alloc();
}

} // namespace detail

/// Sequences, each its steps one after the other, as samples of one length, `[length, channels]`, or with a
/// mask `[length, channels + 1]`, with their targets: one or as many for each sequence.
///
///     const auto samples = sequences::pad(recordings, labels, {.channels = 3, .mask_channel = true});
///
/// Throws Error for what is no whole steps, and where the targets are not as many for each.
template <class Target, class Scalar>
Dataset<Target, Scalar> pad(const std::vector<std::vector<Scalar>>& sequences, std::vector<Target> targets,
                            const Padding& padding = {}) {
    if (padding.channels == std::numeric_limits<std::size_t>::max())
        throw Error("pad: expected fewer channels, got " + std::to_string(padding.channels));
    const std::size_t each = padding.channels, width = each + padding.mask_channel;
    const std::size_t length = detail::padded_length(sequences, each, padding);
    return core::within_memory("pad", [&] {
        detail::check_room(sequences.size(), length, width);
        std::vector<Scalar> values(sequences.size() * length * width, static_cast<Scalar>(padding.value));
        if (padding.mask_channel)
            for (std::size_t step = 0; step < sequences.size() * length; ++step)
                values[step * width + each] = 0;
        detail::for_each_kept(sequences, each, length, padding,
                              [&](std::size_t s, std::size_t step, std::size_t from) {
                                  Scalar* const to = &values[(s * length + step) * width];
                                  std::copy_n(&sequences[s][from * each], each, to);
                                  if (padding.mask_channel)
                                      to[each] = 1;
                              });
        return Dataset<Target, Scalar>(Shape(length, width), std::move(values), std::move(targets));
    });
}

/// The labels of each step, brought to the same steps as `pad` brings sequences. Steps that are not there get
/// a label that losses and metrics can leave out: `losses::SparseCategoricalCrossentropy{.ignore_index =
/// no_label}`.
///
///     const sequences::Padding padding{.length = 30};
///     const auto tagged = sequences::pad(words, sequences::pad_labels(tags, padding), padding);
inline std::vector<Label> pad_labels(const std::vector<std::vector<Label>>& labels,
                                     const Padding& padding = {}, Label ignored = no_label) {
    const std::size_t length = detail::padded_length(labels, 1, padding);
    return core::within_memory("pad_labels", [&] {
        detail::check_room(labels.size(), length, 1);
        std::vector<Label> values(labels.size() * length, ignored);
        detail::for_each_kept(labels, 1, length, padding,
                              [&](std::size_t s, std::size_t step, std::size_t from) {
                                  values[s * length + step] = labels[s][from];
                              });
        return values;
    });
}

} // namespace burin::data::sequences
