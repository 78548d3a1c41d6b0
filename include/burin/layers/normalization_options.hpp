#pragma once

#include "burin/core/number.hpp"
#include "burin/core/parameter.hpp"
#include "burin/core/text.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/no_bias.hpp"

#include <array>
#include <cstddef>
#include <type_traits>

namespace burin {

/// Option of BatchNorm: how far running statistics move towards those of a batch.
template <auto Share>
struct RunningMomentum {
    static_assert(Share >= 0 && Share <= 1, "the momentum of BatchNorm is from 0 to 1");
    static constexpr double value = Share;
    static constexpr const char* name = "RunningMomentum";
};

/// Option of normalisations: what is added to the variance.
template <auto Value>
struct Epsilon {
    static_assert(Value > 0, "the epsilon of a normalisation is positive, so that nothing is divided by 0");
    static constexpr double value = Value;
    static constexpr const char* name = "Epsilon";
};

/// Option of normalisations: no `weight`, what is normalised stays as it is. With `NoBias` too a layer has no
/// parameters (PyTorch's affine=False).
struct NoScale {};

namespace detail {

template <template <auto> class Kind, class Option>
inline constexpr bool is_option = false;
template <template <auto> class Kind, core::Number auto Value>
inline constexpr bool is_option<Kind, Kind<Value>> = true;

/// The value of the option of this kind, or the default.
template <template <auto> class Kind, class... Options>
constexpr double option_or(double value) {
    [[maybe_unused]] const auto look_at = [&value]<class Option>(const Option*) {
        if constexpr (is_option<Kind, Option>)
            value = Option::value;
    };
    (look_at(static_cast<const Options*>(nullptr)), ...);
    return value;
}

template <class Option>
inline constexpr bool is_affine_option = std::is_same_v<Option, NoScale> || std::is_same_v<Option, NoBias>;

/// `Epsilon<0.001>`, or `NoScale`.
template <class Option>
constexpr void append_normalization_option(Text<64>& text) {
    if constexpr (is_affine_option<Option>)
        text.append(std::is_same_v<Option, NoScale> ? "NoScale" : "NoBias");
    else
        text.append(Option::name).append("<").append(Option::value).append(">");
}

/// `Name`, or `Name<Epsilon<0.001>>`.
template <class... Options>
constexpr Text<64> name_with_options(const char* name) {
    Text<64> text(name);
    std::size_t index = 0;
    ((text.append(index++ == 0 ? "<" : ", "), append_normalization_option<Options>(text)), ...);
    return index == 0 ? text : text.append(">");
}

/// Whether a normalisation has a `weight` and a `bias`; without one of them it is as if all of its elements
/// were 1, or 0.
template <bool HasScale, bool HasBias>
struct Affine {
    static constexpr bool has_scale = HasScale, has_bias = HasBias;

    static constexpr ParameterList parameters(const Shape& shape) {
        const ParameterSpec weight{"weight", ParameterRole::scale, shape};
        const ParameterSpec bias{"bias", ParameterRole::bias, shape};
        if constexpr (HasScale && HasBias)
            return ParameterList(weight, bias);
        else if constexpr (HasScale)
            return ParameterList(weight);
        else if constexpr (HasBias)
            return ParameterList(bias);
        else
            return {};
    }

    /// Of the `Count` elements of each, from the first parameter on.
    template <std::size_t Count, class Scalar>
    static const Scalar* weight(const Scalar* parameters) noexcept {
        if constexpr (HasScale)
            return parameters;
        else
            return same<Scalar, Count, 1>.data();
    }
    template <std::size_t Count, class Scalar>
    static const Scalar* bias(const Scalar* parameters) noexcept {
        if constexpr (HasBias)
            return parameters + bias_offset<Count>;
        else
            return same<Scalar, Count, 0>.data();
    }
    /// weight · x, which is x without a weight.
    template <class Number, class Weight>
    static Number scaled(const Number& x, const Weight& weight_of_x) noexcept {
        if constexpr (HasScale)
            return weight_of_x() * x;
        else
            return x;
    }
    template <std::size_t Count>
    static constexpr std::size_t bias_offset = HasScale ? Count : 0;
    template <std::size_t Count>
    static constexpr std::size_t count = (HasScale ? Count : 0) + (HasBias ? Count : 0);

  private:
    template <class Scalar, std::size_t Count, int Value>
    static constexpr std::array<Scalar, Count> same = [] {
        std::array<Scalar, Count> all{};
        all.fill(Scalar(Value));
        return all;
    }();
};

template <class... Options>
using AffineOf =
    Affine<!(std::is_same_v<NoScale, Options> || ...), !(std::is_same_v<NoBias, Options> || ...)>;

/// Writes a parameter's gradient, or adds to what another node wrote.
template <bool Adds, class Scalar>
void put_gradient(std::size_t count, const Scalar* values, Scalar* gradient) noexcept {
    kernels::for_each_vector<Scalar>(count, [=](std::size_t, auto load, auto store) noexcept {
        store(gradient, Adds ? load(gradient) + load(values) : load(values));
    });
}

} // namespace detail
} // namespace burin
