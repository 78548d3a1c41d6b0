#pragma once

#include "burin/core/type_name.hpp"
#include "burin/graph/recipe.hpp"
#include "burin/kernels/convolution/choose.hpp"
#include "burin/kernels/convolution/choose_stream.hpp"
#include "burin/kernels/depthwise/choose.hpp"
#include "burin/kernels/int8/choose.hpp"
#include "burin/kernels/machine.hpp"
#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/choose_input_gradient.hpp"
#include "burin/kernels/recurrent/choose.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/feed_forward.hpp"
#include "burin/layers/multi_head_attention.hpp"
#include "burin/layers/recurrent.hpp"
#include "burin/layers/time_distributed.hpp"
#include "burin/layers/transposed_convolution.hpp"
#include "burin/passes/node.hpp"
#include "burin/quantization/convolution.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

// Which kernels a layer's rules call, and what these choose: an overload of `chosen_calls` for each kind of
// layer that has any, so that layers need not say it. Hosted.

namespace burin::report::detail {

/// A kernel that a step calls.
struct KernelCall {
    std::string what;    ///< As `forward`.
    std::string extents; ///< As `32 × 784 × 128`: rows × inputs × outputs (`KernelRow::extents`).
    std::string choice;
};
using KernelCalls = std::vector<KernelCall>;

/// Which rule of a layer runs, on how many samples, on which processor.
template <class ShapesType, passes::StepKind Kind, Mode RunMode, class ScalarType, recipes::Numbers Kept>
struct KernelQuestion {
    using Shapes = ShapesType;
    using Scalar = ScalarType;
    static constexpr passes::StepKind kind = Kind;
    static constexpr Mode mode = RunMode;
    static constexpr std::size_t bytes = sizeof(Scalar);
    static constexpr recipes::Numbers numbers = Kept;

    kernels::Machine machine{};
    std::size_t rows = 1;
    bool trains = false;        ///< Whether a `backward` finds the gradients of parameters,
    bool finds_input = false;   ///< and those of inputs.
    bool is_far = false;        ///< Whether the first input comes from outside of the network.
    bool has_any_width = false; ///< Whether the epilogue is for vectors of any width.

    /// The same of other shapes.
    template <class OtherShapes>
    constexpr auto of(std::size_t other_rows) const {
        return KernelQuestion<OtherShapes, Kind, RunMode, Scalar, Kept>{
            machine, other_rows, trains, finds_input, is_far, has_any_width};
    }

    static constexpr bool is_forward = kind == passes::StepKind::forward;
    constexpr bool finds_weights() const {
        return kind == passes::StepKind::backward_parameters ||
               (kind == passes::StepKind::backward && trains);
    }
    constexpr bool finds_inputs() const {
        return kind == passes::StepKind::backward_input ||
               (kind == passes::StepKind::backward && finds_input);
    }
};

inline std::string by(std::initializer_list<std::size_t> extents) {
    std::string text;
    for (const std::size_t extent : extents)
        text += (text.empty() ? "" : " × ") + std::to_string(extent);
    return text;
}

inline void append(KernelCalls& calls, KernelCalls more) {
    for (KernelCall& call : more)
        calls.push_back(std::move(call));
}

template <class Choice>
std::string described(const Choice& choice) {
    return std::string(describe(choice).view());
}

inline std::string named(const std::string& name, const char* what) {
    return name.empty() ? what : name + ": " + what;
}

/// x · w of a matrix w [inputs, outputs].
template <class Question>
KernelCall forward_product(const Question& question, const std::string& name, const kernels::Extents& e,
                           const kernels::Hints& hints = {.is_dense = true}) {
    return {named(name, "forward"), by({e.rows, e.depth, e.columns}),
            described(choose(kernels::Product::forward, e, question.bytes, question.machine, hints))};
}

template <class Question>
KernelCall weight_gradient(const Question& question, const std::string& name, const kernels::Extents& e) {
    const kernels::Hints hints = kernels::weight_gradient_hints(e.depth, e.columns, false);
    return {named(name, "weight gradient"), by({e.rows, e.depth, e.columns}),
            described(choose(kernels::Product::weight_gradient, {e.depth, e.rows, e.columns}, question.bytes,
                             question.machine, hints))};
}

/// Of so many samples at a time; for those that are left it is chosen anew.
template <class Question>
KernelCall input_gradient(const Question& question, const std::string& name, const kernels::Extents& e) {
    std::string choices, last;
    std::size_t from = 0;
    for (std::size_t done = 0; done < e.rows;) {
        const kernels::InputGradientChoice choice = kernels::choose_input_gradient(
            {e.rows - done, e.columns, e.depth}, question.bytes, question.machine);
        const std::string now = described(choice);
        if (done > 0 && now != last) {
            choices += std::to_string(done - from) + " samples: " + last + "; ";
            from = done;
        }
        last = now;
        done += choice.rows > 0 ? choice.rows : e.rows;
    }
    if (from > 0)
        choices += std::to_string(e.rows - from) + (e.rows - from == 1 ? " sample: " : " samples: ");
    return {named(name, "input gradient"), by({e.rows, e.depth, e.columns}), choices + last};
}

/// The gradients that a rule finds with a matrix w [inputs, outputs].
template <class Question>
KernelCalls gradient_products(const Question& question, const std::string& name, const kernels::Extents& e) {
    KernelCalls calls;
    if (question.finds_weights())
        calls.push_back(weight_gradient(question, name, e));
    if (question.finds_inputs())
        calls.push_back(input_gradient(question, name, e));
    return calls;
}

/// All the products of a matrix within a larger layer.
template <class Question>
KernelCalls products(const Question& question, const std::string& name, const kernels::Extents& e) {
    if (question.is_forward)
        return {forward_product(question, name, e)};
    return gradient_products(question, name, e);
}

template <class Question, std::size_t Units, class... Options>
KernelCalls chosen_calls(const Question& question, const Dense<Units, Options...>*) {
    const kernels::Extents e{question.rows, Question::Shapes::inputs[0].size(), Units};
    if (!question.is_forward)
        return gradient_products(question, "", e);
    return {forward_product(question, "", e,
                            kernels::forward_hints(Units, question.machine.lanes(question.bytes),
                                                   question.mode == Mode::training, question.is_far,
                                                   question.has_any_width))};
}

/// The products of a convolution, by the names that these have for the layer.
/// `depth` are the inputs that an output sees.
template <class Question>
KernelCalls convolutions(const Question& question, const kernels::Convolution& c, std::size_t depth,
                         auto choose_one, bool is_transposed = false) {
    using kernels::ConvolutionProduct;
    const std::string extents = by({question.rows * c.output_pixels(), depth, c.filters});
    const ConvolutionProduct forward =
        is_transposed ? ConvolutionProduct::input_gradient : ConvolutionProduct::forward;
    const ConvolutionProduct back =
        is_transposed ? ConvolutionProduct::forward : ConvolutionProduct::input_gradient;
    KernelCalls calls;
    const auto add = [&](const char* what, ConvolutionProduct product) {
        calls.push_back({what, extents, described(choose_one(product, c, question.bytes, question.machine))});
    };
    if (question.is_forward)
        add("forward", forward);
    if (question.finds_weights())
        add("weight gradient", ConvolutionProduct::weight_gradient);
    if (question.finds_inputs())
        add("input gradient", back);
    return calls;
}

template <class Question, std::size_t Rank, std::size_t Filters, auto Kernel, class... Options>
KernelCalls chosen_calls(const Question& question,
                         const burin::detail::ConvolutionLayer<Rank, Filters, Kernel, Options...>*) {
    using Layer = burin::detail::ConvolutionLayer<Rank, Filters, Kernel, Options...>;
    constexpr kernels::Convolution c = Layer::of(Question::Shapes::inputs[0]);
    if constexpr (Question::mode == Mode::streaming && Layer::remembers && c.taps() > 1)
        return {{"forward", by({question.rows * c.output_pixels(), c.depth(), c.filters}),
                 described(kernels::choose_stream(c, question.bytes, question.machine))}};
    else
        return convolutions(question, c, c.depth(), kernels::choose_convolution);
}

template <class Question, std::size_t Rank, std::size_t Filters, auto Kernel, class... Options>
KernelCalls
chosen_calls(const Question& question,
             const burin::detail::TransposedConvolutionLayer<Rank, Filters, Kernel, Options...>*) {
    using Layer = burin::detail::TransposedConvolutionLayer<Rank, Filters, Kernel, Options...>;
    constexpr kernels::Convolution c = Layer::to_input(Question::Shapes::inputs[0]);
    return convolutions(question, c, c.depth(), kernels::choose_convolution, true);
}

template <class Question, auto Kernel, class... Options>
KernelCalls chosen_calls(const Question& question, const DepthwiseConv2D<Kernel, Options...>*) {
    using Layer = DepthwiseConv2D<Kernel, Options...>;
    constexpr kernels::Convolution c = Layer::of(Question::Shapes::inputs[0]);
    return convolutions(question, c, c.taps(), kernels::choose_depthwise);
}

template <class Question, class Cell, std::size_t Units, class... Options>
KernelCalls chosen_calls(const Question& question, const burin::detail::Recurrent<Cell, Units, Options...>*) {
    using Layer = burin::detail::Recurrent<Cell, Units, Options...>;
    const std::size_t time = Question::Shapes::inputs[0][0], features = Question::Shapes::inputs[0].last();
    const bool saves = passes::saves(question.mode);
    const kernels::RecurrentSize size = Layer::size_of(Question::Shapes::inputs, question.mode);
    const kernels::RecurrentChoice choice = choose_recurrent(size, saves, question.bytes, question.machine);
    const kernels::Extents inputs{question.rows * time, features, Layer::columns},
        states{question.rows * time, Layer::outputs, Layer::recurrent_columns};
    if (!question.is_forward) {
        KernelCalls calls;
        if (question.trains)
            calls = {weight_gradient(question, "inputs", inputs),
                     weight_gradient(question, "states", states)};
        if (question.finds_input)
            calls.push_back(input_gradient(question, "inputs", inputs));
        calls.push_back(
            input_gradient(question, "each step", {question.rows, Layer::outputs, Layer::recurrent_columns}));
        return calls;
    }
    if (choice.in_registers > 0)
        return {{"steps", by({question.rows, time, Units}), described(choice)}};
    // Blocks of a long sequence are made sample by sample.
    const std::size_t steps = kernels::steps_at_once(choice, saves, question.rows);
    const std::size_t rows = steps == time ? inputs.rows : steps == 1 ? question.rows : steps;
    return {{"steps", by({question.rows, time, Units}), described(choice)},
            forward_product(question, "inputs", {rows, features, Layer::columns}),
            forward_product(question, "each step", {question.rows, Layer::outputs, Layer::recurrent_columns},
                            {})};
}

template <class Question, std::size_t Units, class Activation>
KernelCalls chosen_calls(const Question& question, const FeedForward<Units, Activation>*) {
    const std::size_t features = Question::Shapes::output.last();
    const std::size_t rows = question.rows * Question::Shapes::output.size() / features;
    // Going forward, block by block.
    const std::size_t some =
        question.is_forward ? std::min(rows, FeedForward<Units, Activation>::block) : rows;
    KernelCalls calls = products(question, "hidden", {some, features, Units});
    append(calls, products(question, "output", {some, Units, features}));
    return calls;
}

template <class Question, std::size_t Heads, class... Options>
KernelCalls chosen_calls(const Question& question, const MultiHeadAttention<Heads, Options...>*) {
    using Layer = MultiHeadAttention<Heads, Options...>;
    const auto& inputs = Question::Shapes::inputs;
    const std::size_t last = inputs.size() - 1 - Layer::settings.masks(); // The others: query, key, value.
    const Shape &query = inputs[0], &key = inputs[last > 0 ? 1 : 0], &value = inputs[last];
    const std::size_t width = Layer::key_dim > 0 ? Heads * Layer::key_dim : query.last();
    const std::size_t key_width = width / Heads * Layer::key_heads;
    // Inference goes sample by sample.
    const std::size_t samples = question.is_forward && !passes::saves(question.mode) ? 1 : question.rows;
    KernelCalls calls = products(question, "query", {samples * query[0], query.last(), width});
    append(calls, products(question, "key", {samples * key[0], key.last(), key_width}));
    append(calls, products(question, "value", {samples * key[0], value.last(), key_width}));
    calls.push_back({"scores and mixes", by({question.rows * Heads, query[0], key[0]}),
                     "loops of vectors, keys transposed"});
    append(calls, products(question, "output", {samples * query[0], width, query.last()}));
    return calls;
}

// With 8-bit integers.

template <class Question, std::size_t Units, class... Options>
KernelCalls int8_calls(const Question& question, const Dense<Units, Options...>*) {
    const kernels::Int8Product product{question.rows, Question::Shapes::inputs[0].size(), Units};
    return {{"forward", by({product.rows, product.depth, product.channels}),
             described(kernels::choose_int8(product, question.machine))}};
}

template <class Question, std::size_t Rank, std::size_t Filters, auto Kernel, class... Options>
KernelCalls int8_calls(const Question& question,
                       const burin::detail::ConvolutionLayer<Rank, Filters, Kernel, Options...>*) {
    using Layer = burin::detail::ConvolutionLayer<Rank, Filters, Kernel, Options...>;
    constexpr kernels::Convolution c = Layer::of(Question::Shapes::inputs[0]);
    return {{"forward", by({question.rows * c.output_pixels(), c.depth(), c.filters}),
             described(kernels::choose_int8_convolution(c, question.rows, question.machine))}};
}

template <class Question, auto Kernel, class... Options>
KernelCalls int8_calls(const Question& question, const DepthwiseConv2D<Kernel, Options...>*) {
    const kernels::Convolution c = quantization::Int8Layer<
        DepthwiseConv2D<Kernel, Options...>>::template convolution<typename Question::Shapes>;
    return {{"forward", by({question.rows * c.output_pixels(), c.taps(), c.filters}),
             described(kernels::choose_int8_depthwise(c, question.machine))}};
}

// With any numbers.

template <class Question, class Layer>
KernelCalls kernel_calls(const Question& question, const Layer* layer);

template <class Question, class Layer>
KernelCalls calls_over_time(const Question& question, const TimeDistributed<Layer>*) {
    using Shapes = decltype(burin::detail::step_signature<typename Question::Shapes>(
        std::make_index_sequence<Question::Shapes::inputs.size()>{}));
    return kernel_calls(question.template of<Shapes>(question.rows * Question::Shapes::inputs[0][0]),
                        static_cast<const Layer*>(nullptr));
}

/// The kernels of any layer. The others of Burin have nothing to choose; what a layer of a user's does is not
/// known here, but that elementwise ones are swept over.
template <class Question, class Layer>
KernelCalls kernel_calls(const Question& question, const Layer* layer) {
    using passes::StepKind;
    constexpr bool is_int8 = Question::numbers == recipes::Numbers::int8;
    if constexpr (requires { calls_over_time(question, layer); }) {
        return calls_over_time(question, layer);
    } else if constexpr (is_int8 && requires { int8_calls(question, layer); }) {
        return int8_calls(question, layer);
    } else if constexpr (!is_int8 && requires { chosen_calls(question, layer); }) {
        return chosen_calls(question, layer);
    } else {
        constexpr bool is_of_burin = core::type_name<Layer>().starts_with("burin::");
        constexpr bool computes = Layer::flops(Question::Shapes::inputs) > 0;
        const char* const what = question.is_forward                              ? "forward"
                                 : question.kind == StepKind::backward_parameters ? "weight gradient"
                                 : question.kind == StepKind::backward_input      ? "input gradient"
                                                                                  : "gradients";
        return {{what, by({question.rows, Question::Shapes::output.size()}),
                 !is_of_burin && !Layer::traits.elementwise ? "the layer's own code"
                 : !computes                                ? "a copy"
                 : is_int8                                  ? "loops of bytes"
                 : Layer::traits.elementwise                ? "a sweep of vectors"
                                                            : "loops of vectors"}};
    }
}

} // namespace burin::report::detail
