#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/graph/layout.hpp"
#include "burin/graph/network.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

/// Alignment of parameters and arenas in bytes: a cache line, which is also the widest vector.
inline constexpr std::size_t memory_alignment = 64;

namespace engine {

/// The tensor of a network called `name`, as in `0.weight`; null if there is none.
template <class Net>
constexpr const ParameterTensor* find_tensor(std::string_view name) noexcept {
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        if (tensor.name().view() == name)
            return &tensor;
    return nullptr;
}

/// Where a run finds what a network remembers. What training changes may lie apart from what is frozen: the
/// first in memory, the second in flash.
template <class Net, class Scalar>
struct ParameterPointers {
    Scalar* trained = nullptr;
    std::add_const_t<Scalar>* frozen =
        nullptr;                  ///< And behind it all statistics; those that are frozen are read there.
    Scalar* statistics = nullptr; ///< Those that training updates.

    constexpr ParameterPointers() = default;
    /// All in one vector, as `Parameters` has it.
    constexpr ParameterPointers(Scalar* stored) noexcept
        : ParameterPointers(stored, stored + trained_count<Net>, stored + parameter_count<Net>) {}
    constexpr ParameterPointers(Scalar* trained_ones, std::add_const_t<Scalar>* frozen_ones,
                                Scalar* updated) noexcept
        : trained(trained_ones), frozen(frozen_ones), statistics(updated) {}

    constexpr operator ParameterPointers<Net, const Scalar>() const noexcept
        requires(!std::is_const_v<Scalar>)
    {
        return {trained, frozen, statistics};
    }
};

} // namespace engine

/// All that a network remembers, one tensor after the other without gaps, each as its layer wants it (weights
/// of Dense in panels, see `Layout`): the trained parameters, the frozen ones, and the statistics (of frozen
/// layers last). A plain struct: put it where you like.
template <class Net, class Scalar = float>
struct Parameters : private core::DiagnosisOf<detail::Examined<Net>> {
    // First, so that the assertion is what the compiler meets.
    static constexpr bool is_valid = is_valid_network<Net>;
    static constexpr std::size_t count = parameter_count<Net>;
    static constexpr std::size_t stored_count = burin::stored_count<Net>;

    alignas(memory_alignment) std::array<Scalar, std::max<std::size_t>(stored_count, 1)> values{};

    constexpr Scalar* data() noexcept { return values.data(); }
    constexpr const Scalar* data() const noexcept { return values.data(); }
    /// The parameters.
    constexpr std::span<Scalar> all() noexcept { return {values.data(), count}; }
    constexpr std::span<const Scalar> all() const noexcept { return {values.data(), count}; }

    constexpr Scalar* statistics() noexcept { return values.data() + count; }

    constexpr operator engine::ParameterPointers<typename engine::Network<Net>::Type, Scalar>() & noexcept {
        return values.data();
    }
    constexpr
    operator engine::ParameterPointers<typename engine::Network<Net>::Type, const Scalar>() const& noexcept {
        return values.data();
    }

    /// The tensor called `name`, as in `0.weight`, its elements counted row-major; empty if there is none.
    engine::TensorView<Scalar> operator[](std::string_view name) noexcept {
        return find(values.data(), name);
    }
    engine::TensorView<const Scalar> operator[](std::string_view name) const noexcept {
        return find(values.data(), name);
    }

  private:
    template <class Pointee>
    static engine::TensorView<Pointee> find(Pointee* data, std::string_view name) noexcept {
        const ParameterTensor* const tensor = engine::find_tensor<Net>(name);
        return tensor == nullptr ? engine::TensorView<Pointee>{}
                                 : engine::TensorView<Pointee>{data + tensor->offset, tensor->spec};
    }
};

/// What training changes of a network, for a machine with little memory: the trained parameters, then the
/// statistics of what is not frozen. The frozen ones are read where they are, in the constant array that
/// io::export_header writes.
template <class Net, class Scalar = float>
class TrainedParameters : private core::DiagnosisOf<detail::Examined<Net>> {
    static constexpr std::size_t trained = trained_count<Net>;
    static constexpr std::size_t updated = updated_statistics_count<Net>;

  public:
    static constexpr std::size_t count = trained + updated;

    /// Begins with the values of `stored`, which must outlive it.
    explicit TrainedParameters(std::span<const Scalar, stored_count<Net>> stored) noexcept
        : frozen_(stored.data() + trained) {
        std::copy_n(stored.data(), trained, values_.data());
        std::copy_n(stored.data() + parameter_count<Net>, updated, values_.data() + trained);
    }

    std::span<Scalar> all() noexcept { return {values_.data(), count}; }
    std::span<const Scalar> all() const noexcept { return {values_.data(), count}; }

    operator engine::ParameterPointers<typename engine::Network<Net>::Type, Scalar>() & noexcept {
        return {values_.data(), frozen_, values_.data() + trained};
    }
    operator engine::ParameterPointers<typename engine::Network<Net>::Type, const Scalar>() const& noexcept {
        return {values_.data(), frozen_, values_.data() + trained};
    }

  private:
    const Scalar* frozen_;
    alignas(memory_alignment) std::array<Scalar, std::max<std::size_t>(count, 1)> values_;
};

/// Copies the tensors that two networks have in common, by name and shape: of an autoencoder to its decoder,
/// of a network to one of which a part is `Frozen`, of a `Model<Net, double>` to a `Model<Net>`. Returns how
/// many they are.
template <class FromNet, class From, class ToNet, class To>
std::size_t copy_parameters(const Parameters<FromNet, From>& from, Parameters<ToNet, To>& to) noexcept {
    std::size_t copied = 0;
    for (const ParameterTensor& tensor : parameter_tensors<ToNet>) {
        const auto name = tensor.name();
        const engine::TensorView<const From> source = from[name.view()];
        const engine::TensorView<To> target = to[name.view()];
        if (source.empty() || source.shape() != target.shape())
            continue;
        for (std::size_t i = 0; i < target.size(); ++i)
            target[i] = static_cast<To>(source[i]);
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
    engine::TensorView<const Scalar> operator[](std::string_view name) const noexcept {
        const ParameterTensor* const tensor = engine::find_tensor<Net>(name);
        if (tensor == nullptr || tensor->kind != TensorKind::trained)
            return {};
        return {values.data() + tensor->offset, tensor->spec};
    }
};

} // namespace burin
