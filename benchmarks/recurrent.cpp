// LSTM and GRU beside oneDNN's: a step of one sequence, as when streaming, and whole sequences. Features are
// as many as units.
// Then training steps, for benchmarks/recurrent_torch.py beside them, and steps after a while of silence.
//
//     taskset -c 1 build/benchmarks/recurrent

#include "burin/embedded.hpp"

#include "machine.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#if defined(BENCHMARK_ONEDNN)
#include <dnnl.hpp>
#endif

namespace {

using namespace burin;

std::vector<float> numbers(std::size_t count, std::uint64_t seed, double scale) {
    const RandomStream stream{seed, Purpose::user, 0};
    std::vector<float> result(count);
    for (std::size_t i = 0; i < count; ++i)
        result[i] = static_cast<float>((2 * stream.uniform(i) - 1) * scale);
    return result;
}

/// Weights and inputs, row-major, with the gates in Burin's order; `outputs` are those of all steps.
struct Problem {
    std::size_t gates, units, time, batch;
    std::size_t columns = gates * units;
    float scale = 1 / std::sqrt(static_cast<float>(units));
    std::vector<float> weight = numbers(units * columns, 1, scale);
    std::vector<float> recurrent_weight = numbers(units * columns, 2, scale);
    std::vector<float> bias = numbers(columns, 3, scale);
    std::vector<float> recurrent_bias = numbers(columns, 4, scale);
    std::vector<float> x = numbers(batch * time * units, 5, 1);

    double operations() const { return 4.0 * static_cast<double>(batch * time * units * columns); }
};

/// A way to compute it.
struct Contender {
    std::function<void(std::size_t times)> repeat;
    std::function<std::vector<float>()> last_outputs; ///< [batch, units]
};

template <class Run>
std::function<void(std::size_t)> repeated(Run run) {
    return [run](std::size_t times) {
        for (; times > 0; --times) {
            run();
            benchmark::ClobberMemory();
        }
    };
}

template <class Net>
std::shared_ptr<Parameters<Net>> parameters_of(const Problem& problem) {
    auto parameters = std::make_shared<Parameters<Net>>();
    std::vector<float> all = problem.weight;
    all.insert(all.end(), problem.recurrent_weight.begin(), problem.recurrent_weight.end());
    all.insert(all.end(), problem.bias.begin(), problem.bias.end());
    if (problem.gates == 3)
        all.insert(all.end(), problem.recurrent_bias.begin(), problem.recurrent_bias.end());
    from_row_major<Net>(all.data(), parameters->data());
    return parameters;
}

template <class LayerType, std::size_t Units, std::size_t Time, std::size_t Batch>
Contender burin_contender(const Problem& problem) {
    using Net = Sequential<Input<Time, Units>, LayerType>;
    const auto parameters = parameters_of<Net>(problem);
    const float* const x = problem.x.data();
    if constexpr (Time == 1) {
        const auto streamer = std::make_shared<Streamer<Net>>();
        return {repeated([=] { benchmark::DoNotOptimize(streamer->run(parameters->data(), {x})); }), [=] {
                    streamer->reset();
                    const float* const y = streamer->run(parameters->data(), {x})[0];
                    return std::vector<float>(y, y + Units);
                }};
    } else {
        const auto predictor = std::make_shared<Predictor<Net, Batch>>();
        return {repeated([=] { benchmark::DoNotOptimize(predictor->run(parameters->data(), {x}, Batch)); }),
                [=] {
                    const float* const y = predictor->run(parameters->data(), {x}, Batch)[0];
                    std::vector<float> last(Batch * Units);
                    for (std::size_t row = 0; row < Batch; ++row)
                        std::copy_n(y + ((row + 1) * Time - 1) * Units, Units, last.data() + row * Units);
                    return last;
                }};
    }
}

#if defined(BENCHMARK_ONEDNN)

using dnnl::memory;
using Tag = memory::format_tag;

const dnnl::engine& engine() {
    static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    return cpu;
}

dnnl::stream& stream() {
    static dnnl::stream only(engine());
    return only;
}

memory made(const memory::desc& description, const std::vector<float>& values) {
    memory result(description, engine());
    std::copy(values.begin(), values.end(), static_cast<float*>(result.get_data_handle()));
    return result;
}

memory reordered(memory from, const memory::desc& to) {
    if (from.get_desc() == to)
        return from;
    memory result(to, engine());
    dnnl::reorder(from, result).execute(stream(), from, result);
    stream().wait();
    return result;
}

/// oneDNN's GRU has the gates z, r, n, and a fourth bias for what n has of the state.
std::vector<float> with_gates_of_onednn(const Problem& problem, const std::vector<float>& rows) {
    if (problem.gates == 4)
        return rows;
    std::vector<float> result = rows;
    for (std::size_t row = 0; row < rows.size() / problem.columns; ++row)
        for (std::size_t u = 0; u < problem.units; ++u)
            std::swap(result[row * problem.columns + u], result[row * problem.columns + problem.units + u]);
    return result;
}

Contender onednn_contender(const Problem& problem) {
    using Size = memory::dim;
    const auto T = static_cast<Size>(problem.time), B = static_cast<Size>(problem.batch),
               U = static_cast<Size>(problem.units), G = static_cast<Size>(problem.gates);
    const Size bias_gates = G == 3 ? 4 : G;
    const auto f32 = memory::data_type::f32;
    const memory::desc sequence({T, B, U}, f32, Tag::tnc), state({1, 1, B, U}, f32, Tag::ldnc);
    const memory::desc weights({1, 1, U, G, U}, f32, Tag::any), rows({1, 1, U, G, U}, f32, Tag::ldigo);
    const memory::desc bias({1, 1, bias_gates, U}, f32, Tag::ldgo);
    const auto forward = dnnl::prop_kind::forward_inference;
    const auto direction = dnnl::rnn_direction::unidirectional_left2right;

    std::vector<float> by_time(problem.x.size());
    for (std::size_t b = 0; b < problem.batch; ++b)
        for (std::size_t t = 0; t < problem.time; ++t)
            std::copy_n(problem.x.data() + (b * problem.time + t) * problem.units, problem.units,
                        by_time.data() + (t * problem.batch + b) * problem.units);
    std::vector<float> all_bias = problem.bias;
    if (G == 3) {
        const std::size_t units = problem.units;
        all_bias.assign(4 * units, 0);
        for (std::size_t u = 0; u < units; ++u) {
            all_bias[u] = problem.bias[units + u] + problem.recurrent_bias[units + u];
            all_bias[units + u] = problem.bias[u] + problem.recurrent_bias[u];
            all_bias[2 * units + u] = problem.bias[2 * units + u];
            all_bias[3 * units + u] = problem.recurrent_bias[2 * units + u];
        }
    }

    const auto finish = [&](const auto& chosen, auto primitive) {
        const std::vector<float> zeros(problem.batch * problem.units);
        const auto y = std::make_shared<memory>(sequence, engine());
        std::unordered_map<int, memory> arguments{
            {DNNL_ARG_SRC_LAYER, made(sequence, by_time)},
            {DNNL_ARG_SRC_ITER, made(state, zeros)},
            {DNNL_ARG_WEIGHTS_LAYER, reordered(made(rows, with_gates_of_onednn(problem, problem.weight)),
                                               chosen.weights_layer_desc())},
            {DNNL_ARG_WEIGHTS_ITER,
             reordered(made(rows, with_gates_of_onednn(problem, problem.recurrent_weight)),
                       chosen.weights_iter_desc())},
            {DNNL_ARG_BIAS, made(bias, all_bias)},
            {DNNL_ARG_DST_LAYER, *y},
            {DNNL_ARG_DST_ITER, memory(state, engine())}};
        if (G == 4) {
            arguments.insert({DNNL_ARG_SRC_ITER_C, made(state, zeros)});
            arguments.insert({DNNL_ARG_DST_ITER_C, memory(state, engine())});
        }
        const auto run = [=] {
            primitive.execute(stream(), arguments);
            stream().wait();
        };
        return Contender{repeated(run), [=, count = problem.batch * problem.units] {
                             run();
                             const float* const data = static_cast<const float*>(y->get_data_handle());
                             const float* const end = data + sequence.get_size() / sizeof(float);
                             return std::vector<float>(end - count, end);
                         }};
    };
    if (G == 4) {
        const dnnl::lstm_forward::primitive_desc chosen(
            {forward, direction, sequence, state, state, weights, weights, bias, sequence, state, state},
            engine());
        return finish(chosen, dnnl::lstm_forward(chosen));
    }
    const dnnl::lbr_gru_forward::primitive_desc chosen(
        {forward, direction, sequence, state, weights, weights, bias, sequence, state}, engine());
    return finish(chosen, dnnl::lbr_gru_forward(chosen));
}

#endif

double seconds_of(const Contender& contender, std::size_t times) {
    const auto start = machine::Clock::now();
    contender.repeat(times);
    return machine::seconds_since(start) / static_cast<double>(times);
}

/// Medians of turns that alternate, each of about two milliseconds.
std::vector<double> medians(const std::vector<Contender>& contenders) {
    std::vector<std::size_t> times;
    for (const Contender& each : contenders) {
        std::size_t count = 1;
        while (seconds_of(each, count) * static_cast<double>(count) < 1e-3)
            count *= 2;
        times.push_back(2 * count);
    }
    std::vector<std::vector<double>> all(contenders.size());
    for (int turn = 0; turn < 15; ++turn)
        for (std::size_t i = 0; i < contenders.size(); ++i)
            all[i].push_back(seconds_of(contenders[i], times[i]));
    std::vector<double> result;
    for (const auto& each : all)
        result.push_back(machine::median(each));
    return result;
}

struct Totals {
    double log_ratio = 0;
    int count = 0;
} totals;

template <template <std::size_t, class...> class Cell, std::size_t Gates, std::size_t Units, std::size_t Time,
          std::size_t Batch>
void compare(const char* name) {
    const Problem problem{Gates, Units, Time, Batch};
    using LayerType = Cell<Units, ReturnSequences>;
    std::vector<Contender> contenders{burin_contender<LayerType, Units, Time, Batch>(problem)};
    if constexpr (Time == 1)
        contenders.push_back(burin_contender<Fast<LayerType>, Units, Time, Batch>(problem));
#if defined(BENCHMARK_ONEDNN)
    contenders.push_back(onednn_contender(problem));
    const auto ours = contenders.front().last_outputs(), theirs = contenders.back().last_outputs();
    for (std::size_t i = 0; i < ours.size(); ++i)
        if (!(std::abs(ours[i] - theirs[i]) < 1e-4f)) {
            std::printf("%s<%zu>: output %zu is %g here and %g there\n", name, Units, i,
                        static_cast<double>(ours[i]), static_cast<double>(theirs[i]));
            std::exit(EXIT_FAILURE);
        }
#endif
    double peak = machine::fma_peak();
    const auto seconds = medians(contenders);
    peak = std::max(peak, machine::fma_peak());
    std::printf("| %s<%zu> | %zu | %zu | %.0f | %.0f ns |", name, Units, Time, Batch,
                100 * problem.operations() / seconds.front() / peak, seconds.front() * 1e9);
    if constexpr (Time == 1)
        std::printf(" %.0f ns |", seconds[1] * 1e9);
    else
        std::printf(" |");
#if defined(BENCHMARK_ONEDNN)
    const double ratio = seconds.back() / seconds.front();
    std::printf(" %.0f ns | %.2f |", seconds.back() * 1e9, ratio);
    totals.log_ratio += std::log(ratio);
    ++totals.count;
#endif
    std::printf("\n");
    std::fflush(stdout);
}

template <template <std::size_t, class...> class Cell, std::size_t Gates, std::size_t... Units>
void compare_sizes(const char* name) {
    (compare<Cell, Gates, Units, 1, 1>(name), ...);
    (compare<Cell, Gates, Units, 32, 1>(name), ...);
    (compare<Cell, Gates, Units, 32, 32>(name), ...);
}

/// A training step on 32 sequences of 32 steps: a Dense layer for each step, so that the cell's input
/// gradient is needed, and the cell.
template <template <std::size_t, class...> class Cell, std::size_t Gates, std::size_t Units>
void train(const char* name) {
    using Net = Sequential<Input<32, Units>, TimeDistributed<Dense<Units>>, Cell<Units, ReturnSequences>>;
    constexpr std::size_t batch = 32, steps = batch * 32;
    const auto parameters = std::make_unique<Parameters<Net>>();
    initialize(*parameters, initializers::Default{}, 1);
    const auto trainer =
        std::make_unique<Trainer<Net, losses::MeanSquaredError, optimizers::SGD, batch>>(*parameters);
    const std::vector<float> x = numbers(steps * Units, 1, 1), targets = numbers(steps * Units, 2, 0.5);
    double peak = machine::fma_peak();
    std::vector<double> seconds;
    for (int turn = 0; turn < 15; ++turn) {
        const auto start = machine::Clock::now();
        trainer->step(x, targets);
        seconds.push_back(machine::seconds_since(start));
    }
    peak = std::max(peak, machine::fma_peak());
    // Three products of each weight matrix, but no gradient of the input.
    const double operations = 2.0 * steps * Units * Units * (3.0 * 2 * Gates + 2);
    const double median = machine::median(seconds);
    std::printf("| %s<%zu> | %.0f | %.2f ms |\n", name, Units, 100 * operations / median / peak,
                median * 1e3);
}

/// A step of a Streamer while there is something to hear, and after so long a silence that all states have
/// come to rest: with numbers too small to be normalized it would take some forty times as long.
template <template <std::size_t, class...> class Cell, std::size_t Units>
void fall_silent(const char* name) {
    using Net = Sequential<Input<1, Units>, Cell<Units, ReturnSequences>>;
    const auto parameters = std::make_shared<Parameters<Net>>();
    initialize(*parameters, initializers::Default{}, 1);
    for (float& each : parameters->all())
        each *= 0.3f; // So that states die away.
    const auto streamer_of = [&](const std::vector<float>& x) {
        const auto streamer = std::make_shared<Streamer<Net>>();
        streamer->run(parameters->data(), {numbers(Units, 1, 1).data()});
        for (int step = 0; step < 2000; ++step)
            streamer->run(parameters->data(), {x.data()});
        return Contender{
            repeated([=] { benchmark::DoNotOptimize(streamer->run(parameters->data(), {x.data()})); }), {}};
    };
    const auto seconds =
        medians({streamer_of(numbers(Units, 2, 1)), streamer_of(std::vector<float>(Units, 0.0f))});
    std::printf("| %s<%zu> | %.0f ns | %.0f ns | %.2f |\n", name, Units, seconds[0] * 1e9, seconds[1] * 1e9,
                seconds[1] / seconds[0]);
}

} // namespace

int main() {
    std::printf("| layer | steps | sequences | %% of peak | Burin | `Fast` | oneDNN | oneDNN / Burin |\n");
    std::printf("|---|---|---|---|---|---|---|---|\n");
    compare_sizes<LSTM, 4, 8, 16, 32, 64, 128, 256>("LSTM");
    compare_sizes<GRU, 3, 8, 16, 32, 64, 128, 256>("GRU");
    if (totals.count > 0)
        std::printf("\ngeometric mean of oneDNN / Burin: %.2f\n", std::exp(totals.log_ratio / totals.count));
    std::printf("\n| a training step with | %% of peak | Burin |\n|---|---|---|\n");
    train<LSTM, 4, 16>("LSTM");
    train<LSTM, 4, 64>("LSTM");
    train<LSTM, 4, 256>("LSTM");
    train<GRU, 3, 16>("GRU");
    train<GRU, 3, 64>("GRU");
    train<GRU, 3, 256>("GRU");
    std::printf("\n| a step | of sound | in silence | silence / sound |\n|---|---|---|---|\n");
    fall_silent<LSTM, 16>("LSTM");
    fall_silent<LSTM, 64>("LSTM");
    fall_silent<GRU, 16>("GRU");
    fall_silent<GRU, 64>("GRU");
}
