// Eigen: matrices of fixed size where that is not hopeless (Eigen unrolls them), and of dynamic size.

#include "works.hpp"

#include <Eigen/Core>

#include <cstddef>
#include <memory>
#include <string>

namespace {

using Eigen::Dynamic;

// A fixed vector must be a column or a row as it lies in memory.
template <class Scalar, int Rows, int Columns>
using Matrix =
    Eigen::Matrix<Scalar, Rows, Columns, Columns == 1 && Rows != 1 ? Eigen::ColMajor : Eigen::RowMajor>;
template <class Scalar, int Rows, int Columns>
using Map = Eigen::Map<Matrix<Scalar, Rows, Columns>, Eigen::Aligned64>;
template <class Scalar, int Rows, int Columns>
using ConstMap = Eigen::Map<const Matrix<Scalar, Rows, Columns>, Eigen::Aligned64>;

template <class Scalar, int M, int K, int N>
void product(const std::string& work, peers::Dense<Scalar>& d) {
    const auto rows = static_cast<Eigen::Index>(d.rows), inputs = static_cast<Eigen::Index>(d.inputs),
               outputs = static_cast<Eigen::Index>(d.outputs);
    const ConstMap<Scalar, M, K> x(d.x.data(), rows, inputs);
    const ConstMap<Scalar, K, N> w(d.w.data(), inputs, outputs);
    const ConstMap<Scalar, 1, N> bias(d.bias.data(), 1, outputs);
    const ConstMap<Scalar, M, N> dy(d.dy.data(), rows, outputs);
    if (work == "forward") {
        Map<Scalar, M, N> y(d.y.data(), rows, outputs);
        y.noalias() = x * w;
        y = (y.rowwise() + bias).cwiseMax(Scalar(0));
    } else if (work == "weight_gradient") {
        Map<Scalar, K, N>(d.dw.data(), inputs, outputs).noalias() = x.transpose() * dy;
        Map<Scalar, 1, N>(d.db.data(), 1, outputs) = dy.colwise().sum();
    } else {
        Map<Scalar, M, K>(d.dx.data(), rows, inputs).noalias() = dy * w.transpose();
    }
}

template <class Scalar>
peers::Variants dense(const peers::Request& request) {
    const auto d = std::make_shared<peers::Dense<Scalar>>(request);
    const auto variant = [&](const char* settings, auto run) {
        return peers::stateless(
            settings, [d, run, work = request.work] { run(work, *d); },
            [d, work = request.work] { return d->results(work); });
    };
    peers::Variants all{variant("dynamic sizes", product<Scalar, Dynamic, Dynamic, Dynamic>)};
    if constexpr (std::is_same_v<Scalar, float>) {
        const auto add =
            [&]<std::size_t M, std::size_t K, std::size_t N>(peers::Sizes<M, K, N>) -> peers::Variants {
            constexpr int rows = M == 0 ? Dynamic : int(M);
            all.push_back(variant(M == 0 ? "fixed inputs and outputs" : "fixed sizes",
                                  product<Scalar, rows, int(K), int(N)>));
            return {};
        };
        using peers::Sizes;
        peers::with_sizes(request.sizes, add, Sizes<1, 128, 10>{}, Sizes<1, 64, 64>{}, Sizes<1, 784, 128>{},
                          Sizes<1, 33, 7>{}, Sizes<2, 33, 7>{}, Sizes<4, 33, 7>{}, Sizes<8, 33, 7>{},
                          Sizes<17, 33, 7>{}, Sizes<1, 10, 10>{}, Sizes<2, 10, 10>{}, Sizes<4, 10, 10>{},
                          Sizes<8, 10, 10>{}, Sizes<17, 10, 10>{});
        peers::with_sizes({0, d->inputs, d->outputs}, add, Sizes<0, 128, 10>{}, Sizes<0, 64, 64>{});
    }
    return all;
}

peers::Variants softmax(const peers::Request& request) {
    const auto s = std::make_shared<peers::Softmax>(request);
    return {peers::stateless(
        "a row at a time",
        [s] {
            const auto classes = static_cast<Eigen::Index>(s->classes);
            const float share = 1 / static_cast<float>(s->rows);
            float loss = 0;
            for (std::size_t r = 0; r < s->rows; ++r) {
                const Eigen::Map<const Eigen::ArrayXf> z(s->logits.data() + r * s->classes, classes);
                Eigen::Map<Eigen::ArrayXf> gradient(s->gradient.data() + r * s->classes, classes);
                const auto target = static_cast<Eigen::Index>(s->targets[r]);
                const float largest = z.maxCoeff();
                gradient = (z - largest).exp();
                const float sum = gradient.sum();
                loss += std::log(sum) + largest - z[target];
                gradient *= share / sum;
                gradient[target] -= share;
            }
            s->loss = loss * share;
        },
        [s] { return s->results(); })};
}

template <int In, int Out, int... Rest, class Activation>
void infer(const Eigen::Matrix<float, In, 1>& x, const float* parameters, float* outputs,
           Activation activation) {
    using Weights =
        Eigen::Map<const Eigen::Matrix<float, Out, In>>; // Column-major: inputs × outputs in rows.
    using Vector = Eigen::Matrix<float, Out, 1>;
    const Weights w(parameters);
    const Eigen::Map<const Vector> bias(parameters + In * Out);
    if constexpr (sizeof...(Rest) == 0) {
        Eigen::Map<Vector>(outputs).noalias() = w * x + bias;
    } else {
        const Vector sums = w * x + bias;
        const Vector hidden = activation(sums.array());
        infer<Out, Rest...>(hidden, parameters + (In + 1) * Out, outputs, activation);
    }
}

template <class Activation>
peers::Variants inference(const peers::Request& request, Activation activation) {
    const auto problem = std::make_shared<peers::Inference>(request);
    return peers::with_network_widths(
        problem->widths,
        [&]<std::size_t First, std::size_t... Widths>(peers::Sizes<First, Widths...>) -> peers::Variants {
            const auto outputs = std::make_shared<peers::Memory<float>>(problem->widths.back());
            return {peers::inference_variant(
                "fixed sizes", problem, [problem, outputs, activation](const float* input) {
                    const Eigen::Map<const Eigen::Matrix<float, int(First), 1>> x(input);
                    infer<int(First), int(Widths)...>(x, problem->parameters.data(), outputs->data(),
                                                      activation);
                    return outputs->data();
                })};
        });
}

peers::Variants prepare(const peers::Request& request) {
    if (request.is_product())
        return request.in_double ? dense<double>(request) : dense<float>(request);
    if (request.is("softmax_crossentropy"))
        return softmax(request);
    if (request.is("inference_relu"))
        return inference(request, [](const auto& sums) { return sums.cwiseMax(0.0f); });
    if (request.is("inference_tanh"))
        return inference(request, [](const auto& sums) { return sums.tanh(); });
    return {};
}

} // namespace

int main() {
    return peers::serve("Eigen " + std::to_string(EIGEN_WORLD_VERSION) + '.' +
                            std::to_string(EIGEN_MAJOR_VERSION) + '.' + std::to_string(EIGEN_MINOR_VERSION) +
                            " (" PEER_COMPILER " -O3 -march=native)",
                        prepare);
}
