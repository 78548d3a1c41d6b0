#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/graph/network.hpp"
#include "burin/losses/loss.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace burin::detail {

/// Throws Error unless the samples are such as the network takes and the loss compares.
template <class Net, class Loss, class Data>
void check_data(const Data& data, std::string_view caller) {
    using N = ::burin::Network<Net>;
    const std::string who(caller);
    if (data.empty())
        throw Error(who + ": expected at least one sample, got an empty data set");
    const std::size_t features = N::input_shapes[0].size();
    if (data.input_shape().size() != features) {
        Text<128> expected, found;
        expected.append(N::input_shapes[0]);
        found.append(data.input_shape());
        throw Error(who + ": expected samples of shape " + std::string(expected.view()) + ", got " +
                    std::string(found.view()));
    }
    const Shape output = N::output_shapes[0];
    if (data.target_size() != Loss::target_size(output))
        throw Error(who + ": expected " + std::to_string(Loss::target_size(output)) +
                    " targets a sample, got " + std::to_string(data.target_size()));
    if constexpr (std::is_same_v<typename Data::TargetType, Label>)
        data.check_labels(output.last());
}

/// Room for one batch of samples, gathered from wherever they are.
template <class Scalar, class Target>
class BatchBuffer {
  public:
    BatchBuffer(std::size_t batch, std::size_t features, std::size_t targets)
        : inputs_(batch * features), targets_(batch * targets), weights_(batch) {}

    /// Copies sample `index` of `data` to place `row`.
    template <class Data>
    void put(std::size_t row, const Data& data, std::size_t index) {
        const auto input = data.input(index);
        std::transform(input.begin(), input.end(),
                       inputs_.begin() + static_cast<std::ptrdiff_t>(row * input.size()),
                       [](auto value) { return static_cast<Scalar>(value); });
        const auto target = data.target(index);
        std::transform(target.begin(), target.end(),
                       targets_.begin() + static_cast<std::ptrdiff_t>(row * target.size()),
                       [](auto value) { return static_cast<Target>(value); });
        weights_[row] = static_cast<Scalar>(data.weight(index));
        weighted_ = data.has_weights();
    }

    const Scalar* inputs() const noexcept { return inputs_.data(); }
    const Target* targets() const noexcept { return targets_.data(); }
    const Scalar* weights() const noexcept { return weighted_ ? weights_.data() : nullptr; }

  private:
    std::vector<Scalar> inputs_;
    std::vector<Target> targets_;
    std::vector<Scalar> weights_;
    bool weighted_ = false;
};

} // namespace burin::detail
