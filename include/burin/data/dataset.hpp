#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data {

/// Samples with their targets: a view that hands out rows without copying them. Copies, splits and subsets
/// share the memory; nothing changes it after construction.
///
/// `Target` is Label (class indices) or the scalar type (regression, one-hot). Targets per sample may be
/// several. Threads may share a set, since nothing changes it.
template <class Target = Label, class Scalar = float>
class Dataset {
  public:
    using TargetType = Target;
    using ScalarType = Scalar;

    Dataset() = default;

    /// `inputs` holds whole samples of `shape`, one after the other; `targets` as many equal groups.
    /// `weights` is empty, or has one weight a sample. Throws Error if the counts do not agree.
    Dataset(Shape shape, std::vector<Scalar> inputs, std::vector<Target> targets,
            std::vector<Scalar> weights = {})
        : Dataset(shape, std::move(inputs), std::move(targets), std::move(weights), true) {}

    /// Samples for losses that need no targets, such as `losses::Triplet`.
    static Dataset without_targets(Shape shape, std::vector<Scalar> inputs,
                                   std::vector<Scalar> weights = {}) {
        return Dataset(shape, std::move(inputs), {}, std::move(weights), false);
    }

    std::size_t size() const noexcept { return rows_.size(); }
    bool empty() const noexcept { return rows_.empty(); }
    Shape input_shape() const noexcept { return storage_ ? storage_->shape : Shape{}; }
    std::size_t target_size() const noexcept { return storage_ ? storage_->target_size : 1; }
    bool has_weights() const noexcept { return storage_ && !storage_->weights.empty(); }

    /// Of sample `index`: its inputs, its targets, and its weight, which is 1 where none were given. Each
    /// throws Error if there are fewer samples.
    std::span<const Scalar> input(std::size_t index) const {
        check(index);
        const std::size_t size = storage_->shape.size();
        return {storage_->inputs.data() + rows_[index] * size, size};
    }
    std::span<const Target> target(std::size_t index) const {
        check(index);
        const std::size_t size = storage_->target_size;
        return {storage_->targets.data() + rows_[index] * size, size};
    }
    Scalar weight(std::size_t index) const {
        check(index);
        return has_weights() ? storage_->weights[rows_[index]] : Scalar(1);
    }

    /// The label of each sample. Throws Error if they have several.
    std::vector<Label> labels() const
        requires std::is_same_v<Target, Label>
    {
        if (target_size() != 1)
            throw Error("Dataset::labels: expected one label a sample, got " + std::to_string(target_size()));
        std::vector<Label> labels(size());
        for (std::size_t i = 0; i < size(); ++i)
            labels[i] = target(i)[0];
        return labels;
    }

    /// `count` samples from `first` on. Throws Error if there are fewer.
    Dataset subset(std::size_t first, std::size_t count) const {
        if (first > size() || count > size() - first)
            throw Error("Dataset::subset: expected a range within " + std::to_string(size()) +
                        " samples, got " + std::to_string(count) + " from " + std::to_string(first) + " on");
        const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(first);
        return Dataset(storage_, std::vector<std::size_t>(begin, begin + static_cast<std::ptrdiff_t>(count)));
    }

    /// The samples of these numbers, in this order; one may be several times among them. Throws Error if
    /// there are fewer.
    Dataset subset(std::span<const std::size_t> indices) const {
        std::vector<std::size_t> rows;
        rows.reserve(indices.size());
        for (const std::size_t index : indices) {
            check(index);
            rows.push_back(rows_[index]);
        }
        return Dataset(storage_, std::move(rows));
    }

    /// The same samples in an order that depends on the seed alone.
    Dataset shuffled(std::uint64_t seed) const {
        std::vector<std::size_t> rows = rows_;
        burin::shuffle(rows, RandomStream{seed, Purpose::splitting, 0});
        return Dataset(storage_, std::move(rows));
    }

    /// Two parts of the shuffled samples, the first with `fraction` of them, rounded. Throws Error unless
    /// 0 < fraction < 1.
    std::pair<Dataset, Dataset> split(double fraction, std::uint64_t seed) const {
        if (!(fraction > 0 && fraction < 1))
            throw Error("Dataset::split: expected a fraction between 0 and 1, got " +
                        std::to_string(fraction));
        const Dataset mixed = shuffled(seed);
        const auto first = static_cast<std::size_t>(fraction * static_cast<double>(size()) + 0.5);
        return {mixed.subset(0, first), mixed.subset(first, size() - first)};
    }

    /// Throws Error unless every label is less than `classes`, or the one that is ignored.
    void check_labels(std::size_t classes, IgnoredLabel ignored = {}) const
        requires std::is_same_v<Target, Label>
    {
        for (std::size_t i = 0; i < size(); ++i)
            for (Label label : target(i))
                if (label >= classes && !ignored.matches(label))
                    throw Error("Dataset: sample " + std::to_string(i) + ": expected a label below " +
                                std::to_string(classes) + ", got " + std::to_string(label));
    }

  private:
    struct Storage {
        Shape shape;
        std::size_t target_size;
        std::vector<Scalar> inputs;
        std::vector<Target> targets;
        std::vector<Scalar> weights;
    };

    Dataset(Shape shape, std::vector<Scalar> inputs, std::vector<Target> targets, std::vector<Scalar> weights,
            bool has_targets) {
        const std::size_t size = shape.size();
        if (size == 0 || inputs.size() % size != 0)
            throw Error("Dataset: expected inputs of whole samples of " + std::to_string(size) +
                        " values, got " + std::to_string(inputs.size()) + " values");
        const std::size_t rows = inputs.size() / size;
        if (targets.size() < rows && has_targets)
            throw Error("Dataset: expected at least a target for each of " + std::to_string(rows) +
                        " samples, got " + std::to_string(targets.size()) + " targets");
        if (rows == 0 ? !targets.empty() : targets.size() % rows != 0 || targets.empty() == has_targets)
            throw Error("Dataset: expected the same number of targets for each of " + std::to_string(rows) +
                        " samples, got " + std::to_string(targets.size()) + " targets");
        if (!weights.empty() && weights.size() != rows)
            throw Error("Dataset: expected a weight for each of " + std::to_string(rows) + " samples, got " +
                        std::to_string(weights.size()) + " weights");
        const std::size_t target_size = rows == 0 ? std::size_t(has_targets) : targets.size() / rows;
        storage_ = std::make_shared<const Storage>(
            Storage{shape, target_size, std::move(inputs), std::move(targets), std::move(weights)});
        rows_.resize(rows);
        std::iota(rows_.begin(), rows_.end(), std::size_t{0});
    }

    void check(std::size_t index) const {
        if (index >= rows_.size())
            refuse(index);
    }
    [[noreturn, gnu::cold, gnu::noinline]] void refuse(std::size_t index) const {
        throw Error("Dataset: expected the number of a sample below " + std::to_string(size()) + ", got " +
                    std::to_string(index));
    }

    Dataset(std::shared_ptr<const Storage> storage, std::vector<std::size_t> rows)
        : storage_(std::move(storage)), rows_(std::move(rows)) {}

    std::shared_ptr<const Storage> storage_;
    std::vector<std::size_t> rows_;
};

/// A training set and the set on which what was learnt is tested.
template <class Target = Label, class Scalar = float>
struct TrainAndTest {
    Dataset<Target, Scalar> train;
    Dataset<Target, Scalar> test;
};

} // namespace burin::data
