#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::many_classes::detail {

/// Some samples of a data set, which must outlive it, with one target each in place of their own.
template <class Data, class Target>
class Relabelled {
  public:
    using TargetType = Target;
    using ScalarType = typename Data::ScalarType;

    Relabelled(const Data& data, std::vector<std::size_t> rows, std::vector<Target> targets)
        : data_(&data), rows_(std::make_shared<const std::vector<std::size_t>>(std::move(rows))),
          targets_(std::make_shared<const std::vector<Target>>(std::move(targets))), count_(rows_->size()) {}

    std::size_t size() const noexcept { return count_; }
    bool empty() const noexcept { return count_ == 0; }
    Shape input_shape() const noexcept { return data_->input_shape(); }
    std::size_t target_size() const noexcept { return 1; }
    bool has_weights() const noexcept { return data_->has_weights(); }
    auto input(std::size_t index) const { return data_->input((*rows_)[first_ + index]); }
    std::span<const Target> target(std::size_t index) const { return {targets_->data() + first_ + index, 1}; }
    auto weight(std::size_t index) const { return data_->weight((*rows_)[first_ + index]); }

    Relabelled subset(std::size_t first, std::size_t count) const {
        Relabelled part = *this;
        part.first_ += first;
        part.count_ = count;
        return part;
    }

    /// They are 0 and 1.
    void check_labels(std::size_t, IgnoredLabel = {}) const noexcept {}

  private:
    const Data* data_;
    std::shared_ptr<const std::vector<std::size_t>> rows_;
    std::shared_ptr<const std::vector<Target>> targets_;
    std::size_t first_ = 0;
    std::size_t count_;
};

} // namespace burin::many_classes::detail
