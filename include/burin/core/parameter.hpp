#pragma once

#include "burin/core/shape.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin {

/// What a trainable tensor is for; initialisers and regularisers treat the roles differently.
enum class ParameterRole { weight, bias, scale };

/// How many values feed one output and how many outputs one value feeds, receptive field included.
struct Fans {
    std::size_t in = 1;
    std::size_t out = 1;
};

/// What a weight does, which also says where the numbers that belong to one of its units are.
enum class WeightUse {
    kernel,     ///< Multiplies the input: `[..., units]`.
    depthwise,  ///< The same, each channel by itself: `[..., channels, multiplier]`, a unit each.
    transposed, ///< Multiplies the input: `[..., units, inputs]`.
    recurrent,  ///< Multiplies the layer's own state of the step before: `[..., units]`.
    embedding,  ///< Is itself taken, a row at a time: `[units, ...]`.
};

namespace core {

/// How the elements of a tensor lie in memory. Files, initializers and users see every tensor row-major.
enum class Layout {
    row_major,
    panels, ///< A matrix as the products of kernels/products.hpp want it: see `kernels::Panels`.
};

/// Elements of a tensor, counted row-major, from `first` up to `last`, which is not among them.
struct ElementRange {
    std::size_t first = 0;
    std::size_t last = 0;
};

inline constexpr std::size_t max_parameters_per_layer = 8;

} // namespace core

/// One trainable tensor of a layer: its name in files, what it is for and how large it is.
struct ParameterSpec {
    std::string_view name{};
    ParameterRole role = ParameterRole::weight;
    Shape shape{};
    Fans fans{};
    core::Layout layout = core::Layout::row_major;
    core::ElementRange ones{}; ///< Those of a bias that begin with 1 instead of 0.
    WeightUse use = WeightUse::kernel;
    double start = 1; ///< What the elements of a scale begin with.
};

/// The trainable tensors of one layer, in the order in which they are stored.
struct ParameterList {
    std::array<ParameterSpec, core::max_parameters_per_layer> specs{};
    std::size_t count = 0;

    constexpr ParameterList() = default;

    template <class... Specs>
        requires(sizeof...(Specs) >= 1 && sizeof...(Specs) <= core::max_parameters_per_layer)
    constexpr explicit ParameterList(Specs... list) : specs{list...}, count(sizeof...(Specs)) {}

    constexpr const ParameterSpec& operator[](std::size_t index) const { return specs[index]; }
    constexpr const ParameterSpec* begin() const { return specs.data(); }
    constexpr const ParameterSpec* end() const { return specs.data() + count; }

    /// Elements before tensor `index`.
    constexpr std::size_t offset(std::size_t index) const {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < index; ++i)
            sum += specs[i].shape.size();
        return sum;
    }

    constexpr std::size_t size() const { return offset(count); }
};

} // namespace burin
