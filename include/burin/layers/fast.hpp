#pragma once

#include "burin/graph/map_parts.hpp"
#include "burin/kernels/functions/accuracy.hpp"
#include "burin/layers/elementwise.hpp"

#include <cstddef>

namespace burin {

namespace detail {

template <class Layer>
struct FastLayer : Elementwise<FastLayer<Layer>> {
    static constexpr Text<64> name() { return Text<64>("Fast<").append(Layer::name().view()).append(">"); }
    static constexpr OpTraits traits = Layer::traits;
    static constexpr std::size_t cost = Layer::cost;

    template <class Vector>
    static Vector value(Vector x) noexcept {
        return Layer::template value<kernels::Accuracy::fast>(x);
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector at) noexcept {
        return Layer::template gradient<kernels::Accuracy::fast>(dy, at);
    }
};

template <class Form>
struct FastForm : MapParts<FastForm, Form> {};

template <class Layer>
    requires(Layer::has_fast_form)
struct FastForm<Layer> {
    using type = FastLayer<Layer>;
};

} // namespace detail

/// A network, or a layer, whose Sigmoid, Tanh, Softplus, GELU, GELUTanh and SiLU are computed in half the
/// time and to about 1e-5 instead of to the last place; see docs/accuracy.md. All else is as it was, the
/// names of the parameters too, so that weights can be trained with one and used with the other:
///
///     using Quick = Fast<Sequential<Input<8>, Dense<32>, Tanh, Dense<1>>>;
///     using Mixed = Sequential<Input<8>, Dense<32>, Fast<Tanh>, Dense<8>, Tanh, Dense<1>>;
template <class NetworkOrLayer>
using Fast = typename detail::FastForm<NetworkOrLayer>::type;

} // namespace burin
