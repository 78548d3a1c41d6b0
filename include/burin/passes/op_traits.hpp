#pragma once

#include "burin/core/link.hpp"

namespace burin::passes {

/// Which activations a backward rule reads besides the gradient of the output.
struct Reads {
    bool input = false;
    bool output = false;
};

/// What a kind of layer allows and promises, in the order in which a layer names it:
///
///     static constexpr OpTraits traits{.in_place = true, .input_gradient = {.input = true}};
///
/// `scripts/layer_contract.py` makes the second table of docs/adding-a-layer.md of these comments.
struct OpTraits {
    /// A place where data enters; computes nothing.
    bool is_input = false;
    /// The output is the input's elements under another shape: nothing is computed.
    bool is_view = false;
    /// As `is_view`, but only when not training, as for dropout.
    bool is_view_in_inference = false;
    /// One input, and each output element a function of the same input element; see `Elementwise`.
    bool elementwise = false;
    /// An elementwise layer's `value` is made for vectors of any width.
    bool for_any_width = false;
    /// `forward` applies `Context::Epilogue`, elementwise functions fused behind the layer, to what it
    /// writes.
    bool accepts_epilogue = false;
    /// It does so with an epilogue that also adds `run.summand`: a sum behind the layer, too.
    bool accepts_sum = false;
    /// The output is the sum of the inputs, element by element.
    bool is_sum = false;
    /// `backward_input` multiplies what it writes by `Context::Derivative`, that of the activation before.
    bool accepts_gradient_epilogue = false;
    /// `forward` may write its output over an input of the same size.
    bool in_place = false;
    /// The backward rules may write an input's gradient over the output's.
    bool gradient_in_place = false;
    /// The gradient of each input is the output's gradient itself: no `backward_input` is needed.
    bool gradient_is_view = false;
    /// One `backward` computes all gradients, instead of a rule for each.
    bool joint_backward = false;
    /// No gradient goes through: no backward rule is needed.
    bool stops_gradient = false;
    /// Pieces of a sequence, one after the other, give the same as the whole.
    bool streams = false;
    /// A sample alone is as many rows of its products as its image has pixels, or its sequence steps: a batch
    /// gains them little.
    bool many_rows = false;
    /// Each pixel of the output, all channels of it, is made of the same pixel of the only input:
    /// `forward_pixels` computes some of them. See `Op`'s `strip`.
    bool by_pixel = false;
    /// Which activations the gradient of the parameters reads, as `{.input = true, .output = true}`.
    Reads parameter_gradient{};
    /// The same for the gradients of the inputs.
    Reads input_gradient{};
    /// The function that a loss may take over from the layer, as cross-entropy does `Link::softmax`.
    Link link = Link::none;
    /// What the outputs are, whatever the inputs are, as `core::Values::probabilities`.
    core::Values values = core::Values::any;
    /// Each output lies between the inputs' least and largest, or is 0, so that probabilities stay such.
    bool keeps_range = false;
    /// Linear in its `weight`, whose element i (row-major) serves output channel i mod channels, but for a
    /// bias: what scales a channel can be put into the weights. To have a BatchNorm behind it folded, it
    /// needs the types `Itself` and `WithBias` too, as Dense has them.
    bool is_linear = false;
    /// What part of its statistics a batch replaces, s ← (1 − momentum) · s + momentum · of the batch, if
    /// they are running means, which `update_statistics` may find anew; 0 if not.
    double statistics_momentum = 0;
};

} // namespace burin::passes
