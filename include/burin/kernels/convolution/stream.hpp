#pragma once

#include "burin/kernels/convolution.hpp"
#include "burin/kernels/convolution/choose_stream.hpp"
#include "burin/kernels/convolution/input_ring.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/convolution/step.hpp"
#include "burin/kernels/products.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

namespace detail {

/// The convolution whose input is a window that a way of `StreamChoice` gathers, without anything before it.
constexpr Convolution gathered(const Convolution& c, StreamWay way) {
    Convolution inner = c;
    ConvolutionAxis& axis = inner.axes[2];
    axis.before = 0;
    if (way == StreamWay::window) {
        axis.input += remembered_steps(c);
    } else if (way == StreamWay::taps) {
        axis.stride = 1;
        axis.dilation = axis.output;
        axis.input = axis.kernel * axis.output;
    }
    return inner;
}

} // namespace detail

template <Convolution C, class Scalar>
inline constexpr StreamChoice stream_choice = choose_stream(C, sizeof(Scalar), this_machine);

/// Elements that `stream_convolution` works with.
constexpr std::size_t stream_scratch(const Convolution& c) {
    const StreamWay way = choose_stream(c, 4, this_machine).way;
    return way == StreamWay::step || way == StreamWay::stateless
               ? 0
               : detail::gathered(c, way).axes[2].input * c.channels;
}

/// y = epilogue(x ∗ w + b) for the next piece x of each of `rows` sequences, and what is remembered for the
/// one after it. The outputs are those of the whole sequence, bit for bit.
template <Convolution C, bool HasBias, class Scalar, class Epilogue>
[[gnu::always_inline]] inline void stream_convolution(const Scalar* x, const Scalar* w, const Scalar* bias,
                                                      Scalar* y, std::size_t rows, Scalar* scratch,
                                                      Scalar* state, Epilogue epilogue) noexcept {
    static constexpr StreamChoice choice = stream_choice<C, Scalar>;
    constexpr std::size_t steps = C.axes[2].input, taps = C.axes[2].kernel, dilation = C.axes[2].dilation,
                          outputs = C.axes[2].output;
    if constexpr (choice.way == StreamWay::stateless) {
        if constexpr (convolution_choice<ConvolutionProduct::forward, C, Scalar>.way == ConvolutionWay::dense)
            dense_forward<C.channels, C.filters, HasBias>(x, w, HasBias ? bias : nullptr, y, rows * outputs,
                                                          epilogue);
        else
            convolution_forward<C, HasBias>(x, w, bias, y, rows, scratch, epilogue);
    } else {
        for (std::size_t r = 0; r < rows;
             ++r, x += steps * C.channels, y += outputs * C.filters, state += ring_size(C)) {
            detail::InputRing<C, Scalar> ring(state);
            if constexpr (choice.way == StreamWay::step) {
                std::array<const Scalar*, taps> at;
                BURIN_DETAIL_UNROLL
                for (std::size_t k = 0; k + 1 < taps; ++k)
                    at[k] = ring.at(k * dilation);
                at[taps - 1] = x;
                detail::step_forward<C, choice, HasBias>(at, w, bias, y, epilogue);
            } else {
                if constexpr (choice.way == StreamWay::taps) {
                    for (std::size_t k = 0; k + 1 < taps; ++k)
                        ring.copy(k * dilation, steps, scratch + k * steps * C.channels);
                } else {
                    ring.copy(0, remembered_steps(C), scratch);
                }
                constexpr Convolution inner = detail::gathered(C, choice.way);
                std::copy_n(x, steps * C.channels, scratch + (inner.axes[2].input - steps) * C.channels);
                convolution_forward<inner, HasBias>(static_cast<const Scalar*>(scratch), w, bias, y, 1,
                                                    static_cast<Scalar*>(nullptr), epilogue);
            }
            ring.template push<steps>(x);
        }
    }
}

} // namespace burin::kernels
