#pragma once

#include "burin/core/label.hpp"
#include "burin/core/random.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/balance/class_counts.hpp"
#include "burin/data/dataset.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Only what is trained on may be resampled, and after it was split: else the same sample is on both sides.

namespace burin::data {

/// The numbers of all samples, then of some that are drawn again, so that small classes are as large as
/// `options` says: as imbalanced-learn's `RandomOverSampler`.
///
///     const auto more = train.subset(data::oversampled(train.labels(), {.seed = 1}));
inline std::vector<std::size_t> oversampled(std::span<const Label> labels, const Resampling& options = {}) {
    return core::within_memory("oversampled", [&] {
        const auto members = detail::members_of_classes(labels, "oversampled");
        const auto wanted = detail::wanted_counts(members, options, true, "oversampled");
        std::vector<std::size_t> indices(labels.size());
        for (std::size_t i = 0; i < indices.size(); ++i)
            indices[i] = i;
        indices.reserve(detail::count_of_all(wanted, "oversampled"));
        for (std::size_t c = 0; c < members.size(); ++c) {
            const RandomStream stream{options.seed, Purpose::preparing, static_cast<std::uint32_t>(c + 1)};
            const auto there = static_cast<std::uint32_t>(members[c].size());
            for (std::size_t i = members[c].size(); i < wanted[c]; ++i)
                indices.push_back(members[c][stream.below(there, i)]);
        }
        return indices;
    });
}

/// The numbers of the samples that are kept, rising, none twice, so that large classes are as small as
/// `options` says: as imbalanced-learn's `RandomUnderSampler`.
inline std::vector<std::size_t> undersampled(std::span<const Label> labels, const Resampling& options = {}) {
    return core::within_memory("undersampled", [&] {
        auto members = detail::members_of_classes(labels, "undersampled");
        const auto wanted = detail::wanted_counts(members, options, false, "undersampled");
        std::vector<std::size_t> indices;
        for (std::size_t c = 0; c < members.size(); ++c) {
            shuffle(members[c],
                    RandomStream{options.seed, Purpose::preparing, static_cast<std::uint32_t>(c + 1)});
            indices.insert(indices.end(), members[c].begin(),
                           members[c].begin() + static_cast<std::ptrdiff_t>(wanted[c]));
        }
        std::ranges::sort(indices);
        return indices;
    });
}

/// The same of a set, whose memory they share.
template <class Scalar>
Dataset<Label, Scalar> oversample(const Dataset<Label, Scalar>& data, const Resampling& options = {}) {
    return data.subset(oversampled(data.labels(), options));
}
template <class Scalar>
Dataset<Label, Scalar> undersample(const Dataset<Label, Scalar>& data, const Resampling& options = {}) {
    return data.subset(undersampled(data.labels(), options));
}

} // namespace burin::data
