#pragma once

#include "burin/core/language.hpp"

#include <cstddef>

namespace burin {

/// Option of layers that add a bias: they do not.
struct NoBias {};

namespace detail {

/// `Layer<Numbers..., Options...>` without NoBias among the options; `type` of the last step.
template <class Kept, class... Options>
struct WithoutNoBias;

template <template <std::size_t, auto, class...> class LayerType, std::size_t Filters, auto Kernel,
          class... Kept, class Option, class... Options>
struct WithoutNoBias<LayerType<Filters, Kernel, Kept...>, Option, Options...>
    : WithoutNoBias<LayerType<Filters, Kernel, Kept..., Option>, Options...> {};

template <template <std::size_t, auto, class...> class LayerType, std::size_t Filters, auto Kernel,
          class... Kept, class... Options>
struct WithoutNoBias<LayerType<Filters, Kernel, Kept...>, NoBias, Options...>
    : WithoutNoBias<LayerType<Filters, Kernel, Kept...>, Options...> {};

template <template <auto, class...> class LayerType, auto Kernel, class... Kept, class Option,
          class... Options>
struct WithoutNoBias<LayerType<Kernel, Kept...>, Option, Options...>
    : WithoutNoBias<LayerType<Kernel, Kept..., Option>, Options...> {};

template <template <auto, class...> class LayerType, auto Kernel, class... Kept, class... Options>
struct WithoutNoBias<LayerType<Kernel, Kept...>, NoBias, Options...>
    : WithoutNoBias<LayerType<Kernel, Kept...>, Options...> {};

template <class LayerType>
struct WithoutNoBias<LayerType> {
    using type = LayerType;
};

} // namespace detail
} // namespace burin
