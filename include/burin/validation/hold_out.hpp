#pragma once

#include "burin/data/dataset.hpp"
#include "burin/validation/shuffle_split.hpp"
#include "burin/validation/strata.hpp"

#include <cstdint>
#include <type_traits>

namespace burin::validation {

struct HoldOutOptions {
    double test = 0.25; ///< The share that is held out, rounded up.
    std::uint64_t seed = 0;
    bool stratify = false; ///< Whether both parts have the classes in the shares of the whole.
};

/// Data in two parts, one of them held out to test on; as scikit-learn's train_test_split. Throws Error for
/// shares that are none, and to stratify where a class has one sample.
///
///     const auto [train, test] = validation::hold_out(data, {.test = 0.2, .seed = 1, .stratify = true});
template <class Target, class Scalar>
data::TrainAndTest<Target, Scalar> hold_out(const data::Dataset<Target, Scalar>& data,
                                            const HoldOutOptions& options = {}) {
    const auto parts = [&](const Fold& fold) {
        return data::TrainAndTest<Target, Scalar>{data.subset(fold.train), data.subset(fold.test)};
    };
    if constexpr (std::is_same_v<Target, Label>)
        if (options.stratify)
            return parts(StratifiedShuffleSplit{.splits = 1, .test = options.test, .seed = options.seed}(
                labels_of(data))[0]);
    if (options.stratify)
        detail::refuse("hold_out", "labels, to stratify", "other targets");
    return parts(ShuffleSplit{.splits = 1, .test = options.test, .seed = options.seed}(data.size())[0]);
}

} // namespace burin::validation
