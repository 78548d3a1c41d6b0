// Convolutions of known networks beside oneDNN's, which keeps images and weights in layouts of its choice
// (they are brought into them before the timing), and against the measured peak of the core's
// multiply-adders.
//   taskset -c 1 build/benchmarks/convolution

#include "burin/kernels/convolution.hpp"
#include "burin/graph/epilogue.hpp"
#include "burin/kernels/depthwise.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/convolution_options.hpp"

#include "machine.hpp"
#include "random_numbers.hpp"

#include <dnnl.hpp>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

using namespace burin;
using dnnl::memory;
using Tag = memory::format_tag;

/// One work of both libraries, and whether they agree on its result.
struct Contest {
    std::function<void()> burin, onednn;
    std::function<double()> difference;
};

struct Seconds {
    double burin, onednn;
};

double seconds_of(const std::function<void()>& run, int times) {
    const auto start = machine::Clock::now();
    for (int i = 0; i < times; ++i)
        run();
    return machine::seconds_since(start) / times;
}

/// Medians of turns of a millisecond or more.
Seconds measure(const Contest& contest) {
    constexpr int turns = 9;
    std::vector<double> times[2];
    const std::function<void()>* const sides[] = {&contest.burin, &contest.onednn};
    int repetitions[2];
    for (int side = 0; side < 2; ++side) {
        (*sides[side])();
        const double once = seconds_of(*sides[side], 3);
        repetitions[side] = std::max(1, static_cast<int>(1e-3 / once));
    }
    for (int turn = 0; turn < turns; ++turn)
        for (int side = 0; side < 2; ++side)
            times[side].push_back(seconds_of(*sides[side], repetitions[side]));
    return {machine::median(times[0]), machine::median(times[1])};
}

const dnnl::engine& engine() {
    static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    return cpu;
}

dnnl::stream& stream() {
    static dnnl::stream only(engine());
    return only;
}

memory::desc any(const memory::dims& sizes) {
    return {sizes, memory::data_type::f32, Tag::any};
}
memory::desc described(const memory::dims& sizes, Tag tag) {
    return {sizes, memory::data_type::f32, tag};
}

memory over(const memory::desc& description, const Numbers& numbers) {
    return {description, engine(), const_cast<float*>(numbers.data())};
}

/// A copy in another layout.
memory brought_into(const memory::desc& to, memory from) {
    memory result(to, engine());
    dnnl::reorder(from, result).execute(stream(), from, result);
    stream().wait();
    return result;
}

double largest_difference(const Numbers& a, const Numbers& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest =
            std::max(largest, static_cast<double>(std::abs(a[i] - b[i]) / std::max(1.0f, std::abs(b[i]))));
    return largest;
}

/// A convolution of so many images, as both libraries see it.
template <kernels::Convolution C, bool IsDepthwise>
struct Problem {
    std::size_t rows;
    std::size_t x_size = rows * C.input_pixels() * C.channels, y_size = rows * C.output_pixels() * C.filters;
    static constexpr std::size_t w_size = C.taps() * (IsDepthwise ? 1 : C.channels) * C.filters;
    Numbers x = random_numbers(x_size), w = random_numbers(w_size), bias = random_numbers(C.filters);
    Numbers y = Numbers(y_size), dy = random_numbers(y_size), dx = Numbers(x_size), dw = Numbers(w_size),
            db = Numbers(C.filters);
    Numbers scratch = Numbers(
        std::max(kernels::convolution_forward_scratch(C), kernels::convolution_backward_scratch(C)) + 1);
    Numbers row_major_w = w;

    using Dim = memory::dim;
    static constexpr Dim d(std::size_t size) { return static_cast<Dim>(size); }
    static constexpr auto &rows_axis = C.axes[1], &columns_axis = C.axes[2];
    memory::dims x_dims{d(rows), d(C.channels), d(rows_axis.input), d(columns_axis.input)};
    memory::dims y_dims{d(rows), d(C.filters), d(rows_axis.output), d(columns_axis.output)};
    memory::dims w_dims =
        IsDepthwise ? memory::dims{d(C.channels), 1, 1, d(rows_axis.kernel), d(columns_axis.kernel)}
                    : memory::dims{d(C.filters), d(C.channels), d(rows_axis.kernel), d(columns_axis.kernel)};
    memory::dims strides{d(rows_axis.stride), d(columns_axis.stride)};
    memory::dims before{d(rows_axis.before), d(columns_axis.before)};
    memory::dims after{after_of(rows_axis), after_of(columns_axis)};
    Tag w_tag = IsDepthwise ? Tag::hwigo : Tag::hwio;

    static constexpr Dim after_of(const kernels::ConvolutionAxis& axis) {
        return d(axis.padded()) - d(axis.before) - d(axis.input);
    }

    explicit Problem(std::size_t images) : rows(images) {
        // Burin's weights lie in panels.
        if constexpr (!IsDepthwise)
            kernels::pack_panels(w.data(), C.depth(), C.filters);
    }

    dnnl::convolution_forward::primitive_desc forward_form(dnnl::prop_kind kind, bool relu) const {
        dnnl::primitive_attr attributes;
        if (relu) {
            dnnl::post_ops operations;
            operations.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
            attributes.set_post_ops(operations);
        }
        return {{kind, dnnl::algorithm::convolution_direct, any(x_dims), any(w_dims),
                 described({d(C.filters)}, Tag::x), any(y_dims), strides, before, after},
                attributes,
                engine()};
    }

    static std::function<void()> call(const dnnl::primitive& primitive,
                                      std::unordered_map<int, memory> arguments) {
        return [primitive, arguments = std::move(arguments)] {
            primitive.execute(stream(), arguments);
            stream().wait();
        };
    }

    /// How far a memory of oneDNN is from our numbers.
    static std::function<double()> compare(memory found, memory::dims dims, Tag tag, const Numbers& ours,
                                           bool panels = false) {
        return [=, &ours]() mutable {
            Numbers theirs(ours.size());
            memory plain(described(dims, tag), engine(), theirs.data());
            dnnl::reorder(found, plain).execute(stream(), found, plain);
            stream().wait();
            if (panels)
                kernels::pack_panels(theirs.data(), C.depth(), C.filters);
            return largest_difference(ours, theirs);
        };
    }

    Contest forward() {
        const auto form = forward_form(dnnl::prop_kind::forward_inference, true);
        memory output(form.dst_desc(), engine());
        return {[this] {
                    const auto relu = [](auto value) { return ReLU::value(value); };
                    if constexpr (IsDepthwise)
                        kernels::depthwise_forward<C, true>(x.data(), w.data(), bias.data(), y.data(), rows,
                                                            relu);
                    else
                        kernels::convolution_forward<C, true>(x.data(), w.data(), bias.data(), y.data(), rows,
                                                              scratch.data(), relu);
                    benchmark::ClobberMemory();
                },
                call(dnnl::convolution_forward(form),
                     {{DNNL_ARG_SRC, brought_into(form.src_desc(), over(described(x_dims, Tag::nhwc), x))},
                      {DNNL_ARG_WEIGHTS,
                       brought_into(form.weights_desc(), over(described(w_dims, w_tag), row_major_w))},
                      {DNNL_ARG_BIAS, over(described({d(C.filters)}, Tag::x), bias)},
                      {DNNL_ARG_DST, output}}),
                compare(output, y_dims, Tag::nhwc, y)};
    }

    Contest weight_gradient() {
        const dnnl::convolution_backward_weights::primitive_desc form(
            {dnnl::algorithm::convolution_direct, any(x_dims), any(w_dims), described({d(C.filters)}, Tag::x),
             any(y_dims), strides, before, after},
            engine(), forward_form(dnnl::prop_kind::forward_training, false));
        memory output(form.diff_weights_desc(), engine());
        return {[this] {
                    if constexpr (IsDepthwise)
                        kernels::depthwise_weight_gradient<C, true, false>(x.data(), dy.data(), dw.data(),
                                                                           db.data(), rows);
                    else
                        kernels::convolution_weight_gradient<C, true, false>(x.data(), dy.data(), dw.data(),
                                                                             db.data(), rows, scratch.data());
                    benchmark::ClobberMemory();
                },
                call(dnnl::convolution_backward_weights(form),
                     {{DNNL_ARG_SRC, brought_into(form.src_desc(), over(described(x_dims, Tag::nhwc), x))},
                      {DNNL_ARG_DIFF_DST,
                       brought_into(form.diff_dst_desc(), over(described(y_dims, Tag::nhwc), dy))},
                      {DNNL_ARG_DIFF_WEIGHTS, output},
                      {DNNL_ARG_DIFF_BIAS, memory(described({d(C.filters)}, Tag::x), engine())}}),
                compare(output, w_dims, w_tag, dw, !IsDepthwise)};
    }

    Contest input_gradient() {
        const dnnl::convolution_backward_data::primitive_desc form(
            {dnnl::algorithm::convolution_direct, any(x_dims), any(w_dims), any(y_dims), strides, before,
             after},
            engine(), forward_form(dnnl::prop_kind::forward_training, false));
        memory output(form.diff_src_desc(), engine());
        return {[this] {
                    const float* const nothing = nullptr;
                    if constexpr (IsDepthwise)
                        kernels::depthwise_input_gradient<C>(dy.data(), w.data(), nothing, dx.data(), rows,
                                                             engine::NoActivation{});
                    else
                        kernels::convolution_input_gradient<C>(dy.data(), w.data(), nothing, dx.data(), rows,
                                                               scratch.data(), engine::NoActivation{});
                    benchmark::ClobberMemory();
                },
                call(dnnl::convolution_backward_data(form),
                     {{DNNL_ARG_DIFF_DST,
                       brought_into(form.diff_dst_desc(), over(described(y_dims, Tag::nhwc), dy))},
                      {DNNL_ARG_WEIGHTS,
                       brought_into(form.weights_desc(), over(described(w_dims, w_tag), row_major_w))},
                      {DNNL_ARG_DIFF_SRC, output}}),
                compare(output, x_dims, Tag::nhwc, dx)};
    }
};

double log_sum = 0;
int figures = 0;
std::string wanted;

void report(const char* layer, std::size_t batch, const char* work, double operations,
            const Contest& contest) {
    double peak = machine::fma_peak();
    const Seconds seconds = measure(contest);
    peak = std::max(peak, machine::fma_peak());
    const double difference = contest.difference();
    const double ratio = seconds.onednn / seconds.burin;
    log_sum += std::log(ratio);
    ++figures;
    std::printf("%-34s %5zu  %-15s %7.1f %8.1f %8.1f %5.0f %% %5.0f %% %6.2f%s\n", layer, batch, work,
                peak / 1e9, operations / seconds.burin / 1e9, operations / seconds.onednn / 1e9,
                100 * operations / seconds.burin / peak, 100 * operations / seconds.onednn / peak, ratio,
                difference < 1e-3 ? "" : "  DIFFERENT RESULTS");
    std::fflush(stdout);
}

enum class Place { first, later };

template <kernels::Convolution C, bool IsDepthwise>
void run(const char* layer, Place place) {
    if (std::string(layer).find(wanted) == std::string::npos)
        return;
    for (const std::size_t batch : {std::size_t{1}, std::size_t{32}}) {
        Problem<C, IsDepthwise> problem(batch);
        const double operations = 2.0 * static_cast<double>(batch * C.output_pixels() * C.filters * C.taps() *
                                                            (IsDepthwise ? 1 : C.channels));
        report(layer, batch, "forward", operations, problem.forward());
        report(layer, batch, "weight gradient", operations, problem.weight_gradient());
        if (place == Place::later)
            report(layer, batch, "input gradient", operations, problem.input_gradient());
    }
}

template <std::size_t Height, std::size_t Width, std::size_t Channels, std::size_t Filters, auto Kernel,
          class... Options>
void convolution(const char* layer, Place place = Place::later) {
    using Settings = burin::detail::ConvolutionOptions<2, Kernel, Options...>;
    run<Settings::convolution(Shape{Height, Width, Channels}, Filters), false>(layer, place);
}

template <std::size_t Height, std::size_t Width, std::size_t Channels, auto Kernel, class... Options>
void depthwise(const char* layer) {
    using Settings = burin::detail::ConvolutionOptions<2, Kernel, Options...>;
    run<Settings::convolution(Shape{Height, Width, Channels}, Channels), true>(layer, Place::later);
}

} // namespace

int main(int argc, char** argv) {
    wanted = argc > 1 ? argv[1] : "";
    std::printf("%-34s %5s  %-15s %7s %8s %8s %7s %7s %6s\n", "layer", "batch", "product", "peak", "Burin",
                "oneDNN", "Burin", "oneDNN", "ratio");
    std::printf("%-34s %5s  %-15s %25s %15s\n", "", "", "", "GFLOP/s", "of the peak");
#if !defined(GROUP) || GROUP == 1
    convolution<28, 28, 1, 6, 5, Same>("LeNet-5 28x28x1 5x5 6", Place::first);
    convolution<14, 14, 6, 16, 5>("LeNet-5 14x14x6 5x5 16 valid");
    convolution<49, 10, 1, 64, Shape{10, 4}, Same, Stride<2>>("DS-CNN 49x10x1 10x4 64 /2", Place::first);
    depthwise<25, 5, 64, 3, Same>("DS-CNN 25x5x64 depthwise 3x3");
    convolution<25, 5, 64, 64, 1>("DS-CNN 25x5x64 1x1 64");
#endif
#if !defined(GROUP) || GROUP == 2
    convolution<32, 32, 16, 16, 3, Same>("ResNet-20 32x32x16 3x3 16");
    convolution<32, 32, 16, 32, 3, Same, Stride<2>>("ResNet-20 32x32x16 3x3 32 /2");
    convolution<16, 16, 32, 32, 3, Same>("ResNet-20 16x16x32 3x3 32");
    convolution<8, 8, 64, 64, 3, Same>("ResNet-20 8x8x64 3x3 64");
#endif
#if !defined(GROUP) || GROUP == 3
    depthwise<48, 48, 8, 3, Same>("MobileNet 48x48x8 depthwise 3x3");
    convolution<48, 48, 8, 16, 1>("MobileNet 48x48x8 1x1 16");
    depthwise<48, 48, 16, 3, Same, Stride<2>>("MobileNet 48x48x16 depthwise 3x3 /2");
    depthwise<24, 24, 32, 3, Same>("MobileNet 24x24x32 depthwise 3x3");
    convolution<24, 24, 32, 32, 1>("MobileNet 24x24x32 1x1 32");
    depthwise<12, 12, 64, 3, Same>("MobileNet 12x12x64 depthwise 3x3");
    convolution<12, 12, 64, 64, 1>("MobileNet 12x12x64 1x1 64");
    depthwise<6, 6, 128, 3, Same>("MobileNet 6x6x128 depthwise 3x3");
    convolution<6, 6, 128, 128, 1>("MobileNet 6x6x128 1x1 128");
#endif
    std::printf("geometric mean of the ratios of %d products: %.2f\n", figures, std::exp(log_sum / figures));
}
