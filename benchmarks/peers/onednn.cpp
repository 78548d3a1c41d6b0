// oneDNN: inner products (and matmul) that choose the weights' layout themselves; weights are brought into it
// before the timing, and gradients of weights stay in it. Samples keep the rows of their user.

#include "works.hpp"

#include <dnnl.hpp>

#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

using dnnl::memory;
using dnnl::prop_kind;
using Tag = memory::format_tag;
using Size = memory::dim;

const dnnl::engine& engine() {
    static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    return cpu;
}

dnnl::stream& stream() {
    static dnnl::stream only(engine());
    return only;
}

memory::desc described(memory::dims sizes, Tag tag) {
    return {std::move(sizes), memory::data_type::f32, tag};
}

/// Memory that is somebody else's.
memory over(const memory::desc& description, const float* data) {
    return {description, engine(), const_cast<float*>(data)};
}

memory reordered(memory from, const memory::desc& to) {
    if (from.get_desc() == to)
        return from;
    memory result(to, engine());
    dnnl::reorder(from, result).execute(stream(), from, result);
    stream().wait();
    return result;
}

dnnl::primitive_attr with_post_op(dnnl::algorithm algorithm) {
    dnnl::primitive_attr attributes;
    if (algorithm != dnnl::algorithm::undef) {
        dnnl::post_ops operations;
        operations.append_eltwise(1, algorithm, 0, 0);
        attributes.set_post_ops(operations);
    }
    return attributes;
}

/// A primitive and its arguments.
struct Call {
    dnnl::primitive primitive;
    std::unordered_map<int, memory> arguments;

    void operator()() const { primitive.execute(stream(), arguments); }
};

/// y = activation(x · w + b) with w in rows of one input each, as Burin has it.
Call inner_product(Size rows, Size inputs, Size outputs, const float* x, const float* w, const float* bias,
                   float* y, dnnl::algorithm activation, prop_kind kind) {
    const auto x_form = described({rows, inputs}, Tag::nc), y_form = described({rows, outputs}, Tag::nc);
    const auto bias_form = described({outputs}, Tag::x);
    const dnnl::inner_product_forward::primitive_desc chosen(
        {kind, x_form, described({outputs, inputs}, Tag::any), bias_form, y_form}, with_post_op(activation),
        engine());
    return {
        dnnl::inner_product_forward(chosen),
        {{DNNL_ARG_SRC, over(x_form, x)},
         {DNNL_ARG_WEIGHTS, reordered(over(described({outputs, inputs}, Tag::io), w), chosen.weights_desc())},
         {DNNL_ARG_BIAS, over(bias_form, bias)},
         {DNNL_ARG_DST, over(y_form, y)}}};
}

Call matmul(Size rows, Size inputs, Size outputs, const float* x, const float* w, const float* bias, float* y,
            dnnl::algorithm activation) {
    const auto x_form = described({rows, inputs}, Tag::ab), y_form = described({rows, outputs}, Tag::ab);
    const auto bias_form = described({1, outputs}, Tag::ab);
    const dnnl::matmul::primitive_desc chosen(
        {x_form, described({inputs, outputs}, Tag::any), bias_form, y_form}, with_post_op(activation),
        engine());
    return {
        dnnl::matmul(chosen),
        {{DNNL_ARG_SRC, over(x_form, x)},
         {DNNL_ARG_WEIGHTS, reordered(over(described({inputs, outputs}, Tag::ab), w), chosen.weights_desc())},
         {DNNL_ARG_BIAS, over(bias_form, bias)},
         {DNNL_ARG_DST, over(y_form, y)}}};
}

peers::Variants dense(const peers::Request& request) {
    const auto d = std::make_shared<peers::Dense<float>>(request);
    const auto M = static_cast<Size>(d->rows), K = static_cast<Size>(d->inputs),
               N = static_cast<Size>(d->outputs);
    const auto x = described({M, K}, Tag::nc), dy = described({M, N}, Tag::nc);
    const auto any_weights = described({N, K}, Tag::any), rows_of_inputs = described({N, K}, Tag::io);
    const dnnl::inner_product_forward::primitive_desc hint({prop_kind::forward_training, x, any_weights, dy},
                                                           engine());

    if (request.is("forward")) {
        const auto variant = [&](const char* settings, Call call) {
            return peers::stateless(
                settings,
                [call] {
                    call();
                    stream().wait();
                },
                [d] { return d->results("forward"); });
        };
        const auto relu = dnnl::algorithm::eltwise_relu;
        return {
            variant("inner product", inner_product(M, K, N, d->x.data(), d->w.data(), d->bias.data(),
                                                   d->y.data(), relu, prop_kind::forward_inference)),
            variant("matmul", matmul(M, K, N, d->x.data(), d->w.data(), d->bias.data(), d->y.data(), relu))};
    }
    if (request.is("weight_gradient")) {
        const auto bias = described({N}, Tag::x);
        const dnnl::inner_product_backward_weights::primitive_desc chosen({x, any_weights, bias, dy},
                                                                          engine(), hint);
        memory gradient(chosen.diff_weights_desc(), engine());
        const Call call{dnnl::inner_product_backward_weights(chosen),
                        {{DNNL_ARG_SRC, over(x, d->x.data())},
                         {DNNL_ARG_DIFF_DST, over(dy, d->dy.data())},
                         {DNNL_ARG_DIFF_WEIGHTS, gradient},
                         {DNNL_ARG_DIFF_BIAS, over(bias, d->db.data())}}};
        return {peers::stateless(
            "inner product",
            [call] {
                call();
                stream().wait();
            },
            [d, gradient, rows_of_inputs] {
                memory as_ours = over(rows_of_inputs, d->dw.data());
                memory from = gradient;
                dnnl::reorder(from, as_ours).execute(stream(), from, as_ours);
                stream().wait();
                return d->results("weight_gradient");
            })};
    }
    const dnnl::inner_product_backward_data::primitive_desc chosen({x, any_weights, dy}, engine(), hint);
    const Call call{dnnl::inner_product_backward_data(chosen),
                    {{DNNL_ARG_DIFF_SRC, over(x, d->dx.data())},
                     {DNNL_ARG_WEIGHTS, reordered(over(rows_of_inputs, d->w.data()), chosen.weights_desc())},
                     {DNNL_ARG_DIFF_DST, over(dy, d->dy.data())}}};
    return {peers::stateless(
        "inner product",
        [call] {
            call();
            stream().wait();
        },
        [d] { return d->results("input_gradient"); })};
}

/// The softmax is oneDNN's; it has no cross-entropy, so a loop makes loss and gradient of it.
peers::Variants softmax(const peers::Request& request) {
    const auto s = std::make_shared<peers::Softmax>(request);
    const auto form = described({static_cast<Size>(s->rows), static_cast<Size>(s->classes)}, Tag::nc);
    const dnnl::softmax_forward::primitive_desc chosen({prop_kind::forward_training, form, 1}, engine());
    const Call call{
        dnnl::softmax_forward(chosen),
        {{DNNL_ARG_SRC, over(form, s->logits.data())}, {DNNL_ARG_DST, over(form, s->gradient.data())}}};
    return {peers::stateless(
        "softmax, then a loop",
        [s, call] {
            call();
            stream().wait();
            const float share = 1 / static_cast<float>(s->rows);
            float loss = 0;
            for (std::size_t r = 0; r < s->rows; ++r) {
                float* const row = s->gradient.data() + r * s->classes;
                loss -= std::log(row[s->targets[r]]);
                row[s->targets[r]] -= 1;
                for (std::size_t c = 0; c < s->classes; ++c)
                    row[c] *= share;
            }
            s->loss = loss * share;
        },
        [s] { return s->results(); })};
}

peers::Variants inference(const peers::Request& request, dnnl::algorithm activation) {
    const auto problem = std::make_shared<peers::Inference>(request);
    const auto& widths = problem->widths;
    const auto calls = std::make_shared<std::vector<Call>>();
    auto buffers = std::make_shared<std::vector<peers::Memory<float>>>();
    for (const std::size_t width : widths)
        buffers->emplace_back(width);
    const float* parameters = problem->parameters.data();
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
        const bool last = i + 2 == widths.size();
        calls->push_back(inner_product(
            1, static_cast<Size>(widths[i]), static_cast<Size>(widths[i + 1]), (*buffers)[i].data(),
            parameters, parameters + widths[i] * widths[i + 1], (*buffers)[i + 1].data(),
            last ? dnnl::algorithm::undef : activation, prop_kind::forward_inference));
        parameters += (widths[i] + 1) * widths[i + 1];
    }
    return {peers::inference_variant("inner products", problem, [calls, buffers](const float* input) {
        calls->front().arguments.at(DNNL_ARG_SRC).set_data_handle(const_cast<float*>(input));
        for (const Call& call : *calls)
            call();
        stream().wait();
        return buffers->back().data();
    })};
}

peers::Variants prepare(const peers::Request& request) {
    if (request.in_double)
        return {};
    if (request.is_product())
        return dense(request);
    if (request.is("softmax_crossentropy"))
        return softmax(request);
    if (request.is("inference_relu"))
        return inference(request, dnnl::algorithm::eltwise_relu);
    if (request.is("inference_tanh"))
        return inference(request, dnnl::algorithm::eltwise_tanh);
    return {};
}

} // namespace

int main() {
    const dnnl_version_t* const version = dnnl_version();
    return peers::serve("oneDNN " + std::to_string(version->major) + '.' + std::to_string(version->minor) +
                            '.' + std::to_string(version->patch) + ", weights in layouts of its choice",
                        prepare);
}
