// What a C programmer would write: loops over constant extents, for the compiler to vectorise
// (-O3 -march=native -ffast-math). Templates only stand for the constants.

#include "works.hpp"

#include <cmath>
#include <cstddef>
#include <memory>

namespace {

/// `Rows` rows at a time share what is loaded of w.
template <std::size_t Rows, std::size_t K, std::size_t N, class Scalar, class Activation>
void forward_rows(const Scalar* __restrict x, const Scalar* __restrict w, const Scalar* __restrict bias,
                  Scalar* __restrict y, Activation activation) {
    Scalar sum[Rows][N];
    for (std::size_t r = 0; r < Rows; ++r)
        for (std::size_t n = 0; n < N; ++n)
            sum[r][n] = bias[n];
    for (std::size_t k = 0; k < K; ++k)
        for (std::size_t r = 0; r < Rows; ++r)
            for (std::size_t n = 0; n < N; ++n)
                sum[r][n] += x[r * K + k] * w[k * N + n];
    for (std::size_t r = 0; r < Rows; ++r)
        for (std::size_t n = 0; n < N; ++n)
            y[r * N + n] = activation(sum[r][n]);
}

template <std::size_t Rows, std::size_t K, std::size_t N, class Scalar, class Activation>
void forward(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y, std::size_t rows,
             Activation activation) {
    for (; rows >= Rows; rows -= Rows, x += Rows * K, y += Rows * N)
        forward_rows<Rows, K, N>(x, w, bias, y, activation);
    for (; rows > 0; --rows, x += K, y += N)
        forward_rows<1, K, N>(x, w, bias, y, activation);
}

/// As many columns of the sums as stay in registers, over all of K.
template <std::size_t Rows, std::size_t Columns, std::size_t K, std::size_t N, class Scalar, class Activation>
void forward_tiles(const Scalar* __restrict x, const Scalar* __restrict w, const Scalar* __restrict bias,
                   Scalar* __restrict y, std::size_t rows, Activation activation) {
    const auto tile = [&]<std::size_t R>(std::integral_constant<std::size_t, R>, std::size_t n0) {
        Scalar sum[R][Columns];
        for (std::size_t r = 0; r < R; ++r)
            for (std::size_t n = 0; n < Columns; ++n)
                sum[r][n] = bias[n0 + n];
        for (std::size_t k = 0; k < K; ++k)
            for (std::size_t r = 0; r < R; ++r)
                for (std::size_t n = 0; n < Columns; ++n)
                    sum[r][n] += x[r * K + k] * w[k * N + n0 + n];
        for (std::size_t r = 0; r < R; ++r)
            for (std::size_t n = 0; n < Columns; ++n)
                y[r * N + n0 + n] = activation(sum[r][n]);
    };
    for (; rows >= Rows; rows -= Rows, x += Rows * K, y += Rows * N)
        for (std::size_t n = 0; n < N; n += Columns)
            tile(std::integral_constant<std::size_t, Rows>{}, n);
    for (; rows > 0; --rows, x += K, y += N)
        for (std::size_t n = 0; n < N; n += Columns)
            tile(std::integral_constant<std::size_t, 1>{}, n);
}

template <std::size_t Rows, std::size_t K, std::size_t N, class Scalar>
void weight_gradient(const Scalar* __restrict x, const Scalar* __restrict dy, Scalar* __restrict dw,
                     Scalar* __restrict db, std::size_t rows) {
    for (std::size_t i = 0; i < K * N; ++i)
        dw[i] = 0;
    for (std::size_t n = 0; n < N; ++n)
        db[n] = 0;
    for (; rows >= Rows; rows -= Rows, x += Rows * K, dy += Rows * N) {
        for (std::size_t k = 0; k < K; ++k)
            for (std::size_t n = 0; n < N; ++n) {
                Scalar sum = 0;
                for (std::size_t r = 0; r < Rows; ++r)
                    sum += x[r * K + k] * dy[r * N + n];
                dw[k * N + n] += sum;
            }
        for (std::size_t r = 0; r < Rows; ++r)
            for (std::size_t n = 0; n < N; ++n)
                db[n] += dy[r * N + n];
    }
    if constexpr (Rows > 1) {
        for (; rows > 0; --rows, x += K, dy += N) {
            for (std::size_t k = 0; k < K; ++k)
                for (std::size_t n = 0; n < N; ++n)
                    dw[k * N + n] += x[k] * dy[n];
            for (std::size_t n = 0; n < N; ++n)
                db[n] += dy[n];
        }
    }
}

template <std::size_t K, std::size_t N, class Scalar>
void input_gradient(const Scalar* __restrict dy, const Scalar* __restrict w, Scalar* __restrict dx,
                    std::size_t rows) {
    for (; rows > 0; --rows, dy += N, dx += K)
        for (std::size_t k = 0; k < K; ++k) {
            Scalar sum = 0;
            for (std::size_t n = 0; n < N; ++n)
                sum += dy[n] * w[k * N + n];
            dx[k] = sum;
        }
}

/// Four elements at a time share what is loaded of dy.
template <std::size_t K, std::size_t N, class Scalar>
void input_gradient_by_four(const Scalar* __restrict dy, const Scalar* __restrict w, Scalar* __restrict dx,
                            std::size_t rows) {
    for (; rows > 0; --rows, dy += N, dx += K) {
        std::size_t k = 0;
        for (; k + 4 <= K; k += 4) {
            Scalar s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            const Scalar* const row = w + k * N;
            for (std::size_t n = 0; n < N; ++n) {
                s0 += dy[n] * row[n];
                s1 += dy[n] * row[N + n];
                s2 += dy[n] * row[2 * N + n];
                s3 += dy[n] * row[3 * N + n];
            }
            dx[k] = s0, dx[k + 1] = s1, dx[k + 2] = s2, dx[k + 3] = s3;
        }
        for (; k < K; ++k) {
            Scalar sum = 0;
            for (std::size_t n = 0; n < N; ++n)
                sum += dy[n] * w[k * N + n];
            dx[k] = sum;
        }
    }
}

constexpr auto relu = [](auto value) { return value > 0 ? value : 0; };
constexpr auto tanh = [](float value) { return std::tanh(value); };
constexpr auto identity = [](auto value) { return value; };

template <class Scalar>
peers::Variants dense(const peers::Request& request) {
    const auto d = std::make_shared<peers::Dense<Scalar>>(request);
    const auto variant = [&](const char* settings, auto run) {
        return peers::stateless(
            settings, [d, run] { run(*d); }, [d, work = request.work] { return d->results(work); });
    };
    using D = peers::Dense<Scalar>;
    return peers::with_dense_sizes(
        d->inputs, d->outputs, [&]<std::size_t K, std::size_t N>(peers::Sizes<K, N>) -> peers::Variants {
            if (request.is("forward")) {
                peers::Variants all{variant("a row at a time",
                                            [](D& p) {
                                                forward<1, K, N>(p.x.data(), p.w.data(), p.bias.data(),
                                                                 p.y.data(), p.rows, relu);
                                            }),
                                    variant("4 rows at a time", [](D& p) {
                                        forward<4, K, N>(p.x.data(), p.w.data(), p.bias.data(), p.y.data(),
                                                         p.rows, relu);
                                    })};
                constexpr std::size_t columns = 64 / sizeof(Scalar);
                if constexpr (N % columns == 0)
                    all.push_back(variant("tiles of 4 rows", [](D& p) {
                        forward_tiles<4, columns, K, N>(p.x.data(), p.w.data(), p.bias.data(), p.y.data(),
                                                        p.rows, relu);
                    }));
                return all;
            }
            if (request.is("weight_gradient"))
                return {variant("a row at a time",
                                [](D& p) {
                                    weight_gradient<1, K, N>(p.x.data(), p.dy.data(), p.dw.data(),
                                                             p.db.data(), p.rows);
                                }),
                        variant("8 rows at a time", [](D& p) {
                            weight_gradient<8, K, N>(p.x.data(), p.dy.data(), p.dw.data(), p.db.data(),
                                                     p.rows);
                        })};
            return {variant("an element at a time",
                            [](D& p) { input_gradient<K, N>(p.dy.data(), p.w.data(), p.dx.data(), p.rows); }),
                    variant("4 elements at a time", [](D& p) {
                        input_gradient_by_four<K, N>(p.dy.data(), p.w.data(), p.dx.data(), p.rows);
                    })};
        });
}

/// Returns the mean loss.
template <std::size_t Classes>
float softmax_crossentropy(const float* __restrict z, const std::uint32_t* targets,
                           float* __restrict gradient, std::size_t rows) {
    const float share = 1.0f / static_cast<float>(rows);
    float loss = 0;
    for (std::size_t r = 0; r < rows; ++r, z += Classes, gradient += Classes) {
        float largest = z[0];
        for (std::size_t c = 1; c < Classes; ++c)
            largest = z[c] > largest ? z[c] : largest;
        float sum = 0;
        for (std::size_t c = 0; c < Classes; ++c) {
            gradient[c] = std::exp(z[c] - largest);
            sum += gradient[c];
        }
        loss += std::log(sum) + largest - z[targets[r]];
        const float scale = share / sum;
        for (std::size_t c = 0; c < Classes; ++c)
            gradient[c] *= scale;
        gradient[targets[r]] -= share;
    }
    return loss * share;
}

peers::Variants softmax(const peers::Request& request) {
    const auto s = std::make_shared<peers::Softmax>(request);
    return peers::with_sizes(
        {s->classes},
        [&]<std::size_t Classes>(peers::Sizes<Classes>) -> peers::Variants {
            return {peers::stateless(
                "",
                [s] {
                    s->loss = softmax_crossentropy<Classes>(s->logits.data(), s->targets.data(),
                                                            s->gradient.data(), s->rows);
                },
                [s] { return s->results(); })};
        },
        peers::Sizes<10>{}, peers::Sizes<1000>{});
}

void adam(float* __restrict p, const float* __restrict g, float* __restrict m, float* __restrict v,
          std::size_t count, std::uint64_t step, float decay) {
    const double c1 = 1 - std::pow(0.9, static_cast<double>(step)),
                 c2 = 1 - std::pow(0.999, static_cast<double>(step));
    const auto rate = static_cast<float>(peers::Sweep::learning_rate * std::sqrt(c2) / c1);
    const auto epsilon = static_cast<float>(1e-8 * std::sqrt(c2));
    const auto keep = static_cast<float>(1 - peers::Sweep::learning_rate * static_cast<double>(decay));
    for (std::size_t i = 0; i < count; ++i) {
        m[i] = 0.9f * m[i] + 0.1f * g[i];
        v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
        p[i] = keep * p[i] - rate * m[i] / (std::sqrt(v[i]) + epsilon);
    }
}

peers::Variants sweep(const peers::Request& request) {
    const auto variant = [&](auto update) -> peers::Variants {
        return {peers::sweep_variant("", std::make_shared<peers::Sweep>(request), update)};
    };
    constexpr auto rate = static_cast<float>(peers::Sweep::learning_rate);
    if (request.is("sgd"))
        return variant([](peers::Sweep& s, std::uint64_t) {
            float* __restrict const p = s.parameters.data();
            const float* __restrict const g = s.gradients.data();
            for (std::size_t i = 0; i < s.count; ++i)
                p[i] -= rate * g[i];
        });
    if (request.is("momentum"))
        return variant([](peers::Sweep& s, std::uint64_t) {
            float* __restrict const p = s.parameters.data();
            float* __restrict const v = s.state.data();
            const float* __restrict const g = s.gradients.data();
            for (std::size_t i = 0; i < s.count; ++i) {
                v[i] = 0.9f * v[i] + g[i];
                p[i] -= rate * v[i];
            }
        });
    if (request.is("rmsprop"))
        return variant([](peers::Sweep& s, std::uint64_t) {
            float* __restrict const p = s.parameters.data();
            float* __restrict const v = s.state.data();
            const float* __restrict const g = s.gradients.data();
            for (std::size_t i = 0; i < s.count; ++i) {
                v[i] = 0.99f * v[i] + 0.01f * g[i] * g[i];
                p[i] -= rate * g[i] / (std::sqrt(v[i]) + 1e-8f);
            }
        });
    const float decay = request.is("adamw") ? 0.01f : 0.0f;
    return variant([decay](peers::Sweep& s, std::uint64_t step) {
        adam(s.parameters.data(), s.gradients.data(), s.state.data(), s.state.data() + s.count, s.count, step,
             decay);
    });
}

/// The gradients, and the moments of Adam, are as the parameters: weights and biases of one layer, then of
/// the next.
struct Learner {
    static constexpr std::size_t K = peers::Training::pixels, H = peers::Training::hidden,
                                 C = peers::Training::classes;
    peers::Memory<float> p, g = peers::Memory<float>(p.size()), m = g, v = g;
    peers::Memory<float> hidden, logits, d_logits, d_hidden;
    std::uint64_t step = 0;

    Learner(const peers::Memory<float>& parameters, std::size_t batch)
        : p(parameters), hidden(batch * H), logits(batch * C), d_logits(batch * C), d_hidden(batch * H) {}

    float learn(const float* images, const std::uint32_t* targets, std::size_t batch) {
        constexpr std::size_t bias1 = K * H, weight2 = bias1 + H, bias2 = weight2 + H * C;
        forward_tiles<4, 16, K, H>(images, p.data(), p.data() + bias1, hidden.data(), batch, relu);
        forward<4, H, C>(hidden.data(), p.data() + weight2, p.data() + bias2, logits.data(), batch, identity);
        const float loss = softmax_crossentropy<C>(logits.data(), targets, d_logits.data(), batch);
        weight_gradient<8, H, C>(hidden.data(), d_logits.data(), g.data() + weight2, g.data() + bias2, batch);
        input_gradient<H, C>(d_logits.data(), p.data() + weight2, d_hidden.data(), batch);
        for (std::size_t i = 0; i < batch * H; ++i)
            d_hidden[i] = hidden[i] > 0 ? d_hidden[i] : 0;
        weight_gradient<8, K, H>(images, d_hidden.data(), g.data(), g.data() + bias1, batch);
        adam(p.data(), g.data(), m.data(), v.data(), p.size(), ++step, 0);
        return loss;
    }
};

peers::Variants training(const peers::Request& request) {
    const auto training = std::make_shared<peers::Training>(request);
    const auto learner = std::make_shared<Learner>(training->parameters, training->batch);
    return peers::with_sizes(
        request.sizes,
        [&]<std::size_t Batch>(peers::Sizes<Batch>) -> peers::Variants {
            return {peers::training_variant("", training,
                                            [learner](const float* images, const std::uint32_t* targets) {
                                                return learner->learn(images, targets, Batch);
                                            })};
        },
        peers::Sizes<32>{}, peers::Sizes<128>{});
}

template <std::size_t In, std::size_t Out, std::size_t... Rest, class Activation>
void infer(const float* input, const float* parameters, float* outputs, Activation activation) {
    if constexpr (sizeof...(Rest) == 0) {
        forward_rows<1, In, Out>(input, parameters, parameters + In * Out, outputs, identity);
    } else {
        float hidden[Out];
        forward_rows<1, In, Out>(input, parameters, parameters + In * Out, hidden, activation);
        infer<Out, Rest...>(hidden, parameters + (In + 1) * Out, outputs, activation);
    }
}

template <class Activation>
peers::Variants inference(const peers::Request& request, Activation activation) {
    const auto problem = std::make_shared<peers::Inference>(request);
    return peers::with_network_widths(
        problem->widths, [&]<std::size_t... Widths>(peers::Sizes<Widths...>) -> peers::Variants {
            const auto outputs = std::make_shared<peers::Memory<float>>(problem->widths.back());
            return {peers::inference_variant("", problem, [problem, outputs, activation](const float* input) {
                infer<Widths...>(input, problem->parameters.data(), outputs->data(), activation);
                return outputs->data();
            })};
        });
}

peers::Variants prepare(const peers::Request& request) {
    if (request.is_product())
        return request.in_double ? dense<double>(request) : dense<float>(request);
    if (request.is("softmax_crossentropy"))
        return softmax(request);
    if (request.is("training_step"))
        return training(request);
    if (request.is("inference_relu"))
        return inference(request, relu);
    if (request.is("inference_tanh"))
        return inference(request, tanh);
    return sweep(request);
}

} // namespace

int main() {
    return peers::serve("plain loops (" PEER_COMPILER " -O3 -march=native -ffast-math)", prepare);
}
