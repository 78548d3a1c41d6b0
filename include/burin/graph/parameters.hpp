#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/graph/layout.hpp"
#include "burin/graph/network.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace burin {

/// Alignment of parameters and arenas in bytes: a cache line, which is also the widest vector.
inline constexpr std::size_t memory_alignment = 64;

/// The tensor of a network called `name`, as in `0.weight`; null if there is none.
template <class Net>
constexpr const ParameterTensor* find_tensor(std::string_view name) noexcept {
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        if (tensor.name().view() == name)
            return &tensor;
    return nullptr;
}

/// All that a network remembers, one tensor after the other without gaps, each as its layer wants it (weights
/// of Dense in panels, see `Layout`): the trained parameters, the frozen ones, and the statistics. A plain
/// struct: put it where you like.
template <class Net, class Scalar = float>
struct Parameters : private DiagnosisOf<detail::Examined<Net>> {
    static constexpr bool is_valid =
        is_valid_network<Net>; // First, so that the assertion is what the compiler meets.
    static constexpr std::size_t count = parameter_count<Net>;
    static constexpr std::size_t stored_count = burin::stored_count<Net>;

    alignas(memory_alignment) std::array<Scalar, std::max<std::size_t>(stored_count, 1)> values{};

    constexpr Scalar* data() noexcept { return values.data(); }
    constexpr const Scalar* data() const noexcept { return values.data(); }
    /// The parameters.
    constexpr std::span<Scalar> all() noexcept { return {values.data(), count}; }
    constexpr std::span<const Scalar> all() const noexcept { return {values.data(), count}; }

    constexpr Scalar* statistics() noexcept { return values.data() + count; }

    /// The tensor called `name`, as in `0.weight`, its elements counted row-major; empty if there is none.
    TensorView<Scalar> operator[](std::string_view name) noexcept { return find(values.data(), name); }
    TensorView<const Scalar> operator[](std::string_view name) const noexcept {
        return find(values.data(), name);
    }

  private:
    template <class Pointee>
    static TensorView<Pointee> find(Pointee* data, std::string_view name) noexcept {
        const ParameterTensor* const tensor = find_tensor<Net>(name);
        return tensor == nullptr ? TensorView<Pointee>{}
                                 : TensorView<Pointee>{data + tensor->offset, tensor->spec};
    }
};

/// Copies the tensors that two networks have in common, by name and shape: of an autoencoder to its decoder,
/// of a network to one of which a part is `Frozen`. Returns how many they are.
template <class FromNet, class ToNet, class Scalar>
std::size_t copy_parameters(const Parameters<FromNet, Scalar>& from, Parameters<ToNet, Scalar>& to) noexcept {
    std::size_t copied = 0;
    for (const ParameterTensor& tensor : parameter_tensors<ToNet>) {
        const auto name = tensor.name();
        const TensorView<const Scalar> source = from[name.view()];
        const TensorView<Scalar> target = to[name.view()];
        if (source.empty() || source.shape() != target.shape())
            continue;
        for (std::size_t i = 0; i < target.size(); ++i)
            target[i] = source[i];
        ++copied;
    }
    return copied;
}

/// The gradient of the loss with respect to each trained parameter, in the parameters' layout.
template <class Net, class Scalar = float>
struct Gradients {
    static constexpr std::size_t count = trained_count<Net>;

    alignas(memory_alignment) std::array<Scalar, std::max<std::size_t>(count, 1)> values{};

    constexpr Scalar* data() noexcept { return values.data(); }
    constexpr const Scalar* data() const noexcept { return values.data(); }
    constexpr std::span<Scalar> all() noexcept { return {values.data(), count}; }
    constexpr std::span<const Scalar> all() const noexcept { return {values.data(), count}; }

    /// The gradient of the tensor called `name`, its elements counted row-major; empty if it is not trained.
    TensorView<const Scalar> operator[](std::string_view name) const noexcept {
        const ParameterTensor* const tensor = find_tensor<Net>(name);
        if (tensor == nullptr || tensor->kind != TensorKind::trained)
            return {};
        return {values.data() + tensor->offset, tensor->spec};
    }
};

} // namespace burin
