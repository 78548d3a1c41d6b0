#pragma once

#include "burin/core/number.hpp"
#include "burin/core/text.hpp"
#include "burin/kernels/sweep.hpp"

#include <cstddef>

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

/// `Name`, or `Name<Epsilon<0.001>>`.
template <class... Options>
constexpr Text<64> name_with_options(const char* name) {
    Text<64> text(name);
    std::size_t index = 0;
    (text.append(index++ == 0 ? "<" : ", ")
         .append(Options::name)
         .append("<")
         .append(Options::value)
         .append(">"),
     ...);
    return index == 0 ? text : text.append(">");
}

/// Writes a parameter's gradient, or adds to what another node wrote.
template <bool Adds, class Scalar>
void put_gradient(std::size_t count, const Scalar* values, Scalar* gradient) noexcept {
    kernels::for_each_vector<Scalar>(count, [=](std::size_t, auto load, auto store) noexcept {
        store(gradient, Adds ? load(gradient) + load(values) : load(values));
    });
}

} // namespace detail
} // namespace burin
