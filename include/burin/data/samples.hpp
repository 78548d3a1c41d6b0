#pragma once

#include "burin/core/error.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data {

namespace detail {

template <class Pipeline>
void require_fitted(const Pipeline& pipeline, const std::string& who) {
    if (!pipeline.is_fitted())
        throw Error(who + ": expected a pipeline that has been fitted, got one that has not");
}

} // namespace detail

/// Of what stages draw while they learn (parts, rows, projections): `preparation.fit(train, data::Seed{7})`.
/// Without it 0.
struct Seed {
    std::uint64_t value = 0;
};

/// What a stage of a pipeline learns from: samples as rows of numbers, NaN where one is missing, and their
/// targets if there are any. Stages that also run on a device name no type of the heap; they take this as a
/// template argument.
template <std::floating_point Scalar>
class Samples {
  public:
    /// `values` has whole samples of `width` numbers; `targets` is empty or has a number a sample.
    Samples(std::string stage, std::size_t width, const std::vector<Scalar>& values,
            const std::vector<double>& targets, const std::vector<Scalar>& weights, std::uint64_t seed = 0)
        : stage_(std::move(stage)), width_(width), values_(values), targets_(targets), weights_(weights),
          seed_(seed) {}

    std::size_t size() const noexcept { return values_.size() / width_; }
    /// Numbers of a sample.
    std::size_t width() const noexcept { return width_; }
    double operator()(std::size_t sample, std::size_t column) const noexcept {
        return static_cast<double>(values_[sample * width_ + column]);
    }
    std::vector<double> column(std::size_t number) const {
        std::vector<double> result(size());
        for (std::size_t i = 0; i < result.size(); ++i)
            result[i] = (*this)(i, number);
        return result;
    }
    std::vector<double> row(std::size_t sample) const {
        const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(sample * width_);
        return {begin, begin + static_cast<std::ptrdiff_t>(width_)};
    }
    /// All samples one after the other, as they are.
    const std::vector<Scalar>& values() const noexcept { return values_; }

    bool has_targets() const noexcept { return !targets_.empty(); }
    /// The first number of a sample's target, or its label; NaN where there are none.
    double target(std::size_t sample) const noexcept {
        return has_targets() ? targets_[sample] : std::numeric_limits<double>::quiet_NaN();
    }
    double weight(std::size_t sample) const noexcept {
        return weights_.empty() ? 1 : static_cast<double>(weights_[sample]);
    }
    std::uint64_t seed() const noexcept { return seed_; }

    /// Throws Error that begins with the stage: for what can't be learnt from.
    [[noreturn]] void refuse(std::string_view sentence) const {
        throw Error(stage_ + ": " + std::string(sentence));
    }

  private:
    std::string stage_;
    std::size_t width_;
    const std::vector<Scalar>& values_;
    const std::vector<double>& targets_;
    const std::vector<Scalar>& weights_;
    std::uint64_t seed_;
};

} // namespace burin::data
