#include "burin/embedded.hpp"

#include "peak.hpp"
#include "works.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <sstream>
#include <string>

namespace {

using namespace burin;

template <class Scalar>
peers::Variants dense(const peers::Request& request) {
    const auto d = std::make_shared<peers::Dense<Scalar>>(request);
    const auto results = [d, work = request.work] { return d->results(work); };
    return peers::with_dense_sizes(
        d->inputs, d->outputs, [&]<std::size_t K, std::size_t N>(peers::Sizes<K, N>) -> peers::Variants {
            // As the library keeps it.
            const auto w = std::make_shared<peers::Memory<Scalar>>(d->w);
            kernels::pack_panels(w->data(), K, N);
            if (request.is("forward"))
                return {peers::stateless(
                    "",
                    [d, w] {
                        kernels::dense_forward<K, N, true>(d->x.data(), w->data(), d->bias.data(),
                                                           d->y.data(), d->rows,
                                                           [](auto value) { return ReLU::value(value); });
                    },
                    results)};
            if (request.is("weight_gradient"))
                return {peers::stateless(
                    "",
                    [d] {
                        kernels::dense_weight_gradient<K, N, true, false>(
                            d->x.data(), d->dy.data(), d->dw.data(), d->db.data(), d->rows);
                    },
                    [d] {
                        auto dw = d->dw;
                        for (std::size_t i = 0; i < K * N; ++i)
                            dw[i] = d->dw[kernels::panels<Scalar>(N).index(K, i / N, i % N)];
                        return peers::join(dw, d->db);
                    })};
            return {peers::stateless(
                "",
                [d, w] {
                    kernels::dense_input_gradient<K, N>(d->dy.data(), w->data(), d->x.data(), d->dx.data(),
                                                        d->rows, engine::NoActivation{});
                },
                results)};
        });
}

peers::Variants softmax(const peers::Request& request) {
    const auto s = std::make_shared<peers::Softmax>(request);
    return peers::with_sizes(
        {s->classes},
        [&]<std::size_t Classes>(peers::Sizes<Classes>) -> peers::Variants {
            return {peers::stateless(
                "",
                [s] {
                    const losses::SparseCategoricalCrossentropy loss;
                    s->loss = losses::reduce(loss, losses::value_and_gradient<Shape(Classes)>(
                                                       loss, s->logits.data(), s->targets.data(), nullptr,
                                                       s->gradient.data(), s->rows));
                },
                [s] { return s->results(); })};
        },
        peers::Sizes<10>{}, peers::Sizes<1000>{});
}

template <class Optimizer>
peers::Variants sweep(const peers::Request& request) {
    return {peers::sweep_variant(
        "", std::make_shared<peers::Sweep>(request), [](peers::Sweep& s, std::uint64_t step) {
            constexpr Optimizer optimizer{.learning_rate = peers::Sweep::learning_rate};
            burin::optimizers::update(optimizer, s.parameters.data(), s.gradients.data(), s.state.data(),
                                      s.count, step);
        })};
}

template <class Net>
std::shared_ptr<Parameters<Net>> parameters_of(const peers::Memory<float>& values) {
    auto parameters = std::make_shared<Parameters<Net>>();
    from_row_major<Net>(values.data(), parameters->data());
    return parameters;
}

peers::Variants training(const peers::Request& request) {
    using Net = Sequential<Input<28, 28>, Flatten, Dense<128>, ReLU, Dense<10>>;
    const auto training = std::make_shared<peers::Training>(request);
    return peers::with_sizes(
        request.sizes,
        [&]<std::size_t Batch>(peers::Sizes<Batch>) -> peers::Variants {
            const auto parameters = parameters_of<Net>(training->parameters);
            const auto trainer = std::make_shared<
                Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, Batch>>(*parameters);
            return {peers::training_variant(
                "", training, [parameters, trainer](const float* images, const Label* labels) {
                    return losses::reduce(trainer->loss, trainer->step(std::span(images, Batch * 784),
                                                                       std::span(labels, Batch)));
                })};
        },
        peers::Sizes<32>{}, peers::Sizes<128>{});
}

template <class Activation, class Hidden, std::size_t... Widths>
struct NetOf;
template <class Activation, class... Layers, std::size_t Last>
struct NetOf<Activation, Sequential<Layers...>, Last> {
    using Type = Sequential<Layers..., Dense<Last>>;
};
template <class Activation, class... Layers, std::size_t Next, std::size_t... Widths>
    requires(sizeof...(Widths) > 0)
struct NetOf<Activation, Sequential<Layers...>, Next, Widths...> {
    using Type = typename NetOf<Activation, Sequential<Layers..., Dense<Next>, Activation>, Widths...>::Type;
};

template <class Activation>
peers::Variants inference(const peers::Request& request) {
    const auto problem = std::make_shared<peers::Inference>(request);
    return peers::with_network_widths(
        problem->widths,
        [&]<std::size_t First, std::size_t... Widths>(peers::Sizes<First, Widths...>) -> peers::Variants {
            using Net = typename NetOf<Activation, Sequential<Input<First>>, Widths...>::Type;
            const auto parameters = parameters_of<Net>(problem->parameters);
            const auto predictor = std::make_shared<Predictor<Net>>();
            return {peers::inference_variant("", problem, [parameters, predictor](const float* input) {
                return (*predictor)(*parameters, std::span(input, First)).data();
            })};
        });
}

peers::Variants prepare(const peers::Request& request) {
    if (request.is_product())
        return request.in_double ? dense<double>(request) : dense<float>(request);
    if (request.is("softmax_crossentropy"))
        return softmax(request);
    if (request.is("sgd"))
        return sweep<optimizers::SGD>(request);
    if (request.is("momentum"))
        return sweep<optimizers::Momentum>(request);
    if (request.is("rmsprop"))
        return sweep<optimizers::RMSprop>(request);
    if (request.is("adam"))
        return sweep<optimizers::Adam>(request);
    if (request.is("adamw"))
        return sweep<optimizers::AdamW>(request);
    if (request.is("training_step"))
        return training(request);
    if (request.is("inference_relu"))
        return inference<ReLU>(request);
    if (request.is("inference_tanh"))
        return inference<Tanh>(request);
    return {};
}

/// `beside_peak PRECISION SECONDS`: nanoseconds a run, and beside it operations a second in registers.
/// `traffic READ WRITTEN SECONDS`: nanoseconds for so many bytes.
std::string limit(const std::string& line, const std::function<void(std::size_t)>& repeat) {
    std::istringstream words(line);
    std::string what, precision;
    std::size_t read = 0, written = 0;
    double seconds = 0;
    std::ostringstream answer;
    if (words >> what; what == "traffic" && words >> read >> written >> seconds) {
        answer << peers::traffic_time(read, written, seconds);
    } else if (what == "beside_peak" && words >> precision >> seconds) {
        const auto [taken, operations] = precision == "double" ? peers::beside_peak<double>(repeat, seconds)
                                                               : peers::beside_peak<float>(repeat, seconds);
        answer << 1e9 * taken << ' ' << operations;
    }
    return answer.str();
}

} // namespace

int main() {
    return peers::serve("Burin (" + std::string(kernels::architecture) + ", " PEER_COMPILER ")", prepare,
                        limit);
}
