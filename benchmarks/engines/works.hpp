#pragma once

#include "../peers/works.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// What the works of `benchmarks/engines/run` are made of, the same for every program: weights, inputs, and
/// the sizes that some are compiled for. engine.py makes the same numbers.
namespace engines {

using peers::Sizes;

/// The tensors of a network, one after the other, as Burin has them row-major: matrices and kernels uniform
/// in ±√(3 / inputs of a neuron), so that activations keep their size, vectors in ±0.1.
class Weights {
  public:
    std::vector<float> next(std::initializer_list<std::size_t> shape) {
        return next(std::vector<std::size_t>(shape));
    }
    std::vector<float> next(const std::vector<std::size_t>& shape) {
        std::size_t count = 1;
        for (const std::size_t extent : shape)
            count *= extent;
        const double inputs = static_cast<double>(count / shape.back());
        const double limit = shape.size() == 1 ? 0.1 : std::sqrt(3 / inputs);
        const auto all = peers::numbers<float>(seed_++, count, -limit, limit);
        return {all.begin(), all.end()};
    }

  private:
    std::uint32_t seed_ = 100;
};

/// Sound that arrives, sample by sample.
struct Stream {
    static constexpr std::size_t samples = 4096;
    peers::Memory<float> inputs = peers::numbers<float>(7, samples);
    peers::Memory<float> outputs = peers::Memory<float>(samples);
    std::size_t at = 0;
};

/// One step at a time. `step(input)` returns the output, `reset()` begins anew; the results are the first 512
/// outputs. Nothing keeps a compiler from leaving a state in registers between the steps.
template <class Step, class Reset>
peers::Variant step_variant(std::string settings, Step step, Reset reset) {
    const auto stream = std::make_shared<Stream>();
    auto run = [stream, step](std::size_t times) mutable {
        const float* const inputs = stream->inputs.data();
        float* const outputs = stream->outputs.data();
        std::size_t at = stream->at;
        for (; times > 0; --times) {
            outputs[at] = step(inputs + at);
            at = (at + 1) % Stream::samples;
        }
        stream->at = at;
        asm volatile("" : : "r"(outputs) : "memory");
    };
    return {std::move(settings), run, [stream, run, reset]() mutable {
                reset();
                stream->at = 0;
                run(512);
                return std::vector<double>(stream->outputs.begin(), stream->outputs.begin() + 512);
            }};
}

/// A block at a time, as sound is delivered: `block(inputs, outputs)` does `Steps` of them.
template <std::size_t Steps, class Block, class Reset>
peers::Variant block_variant(std::string settings, Block block, Reset reset) {
    static_assert(Stream::samples % Steps == 0 && 512 % Steps == 0);
    const auto stream = std::make_shared<Stream>();
    auto run = [stream, block]() mutable {
        block(stream->inputs.data() + stream->at, stream->outputs.data() + stream->at);
        stream->at = (stream->at + Steps) % Stream::samples;
    };
    return {std::move(settings), peers::repeat(run), [stream, run, reset]() mutable {
                reset();
                stream->at = 0;
                for (std::size_t i = 0; i < 512; i += Steps)
                    run();
                return std::vector<double>(stream->outputs.begin(), stream->outputs.begin() + 512);
            }};
}

/// 64 samples that a network is given, so many at a time.
struct Samples {
    static constexpr std::size_t count = 64;
    std::size_t width;
    peers::Memory<float> values = peers::numbers<float>(7, count* width);
    std::size_t at = 0;

    explicit Samples(std::size_t given) : width(given) {}
};

/// `infer(first)` returns a pointer to the `Outputs` of each of `Batch` samples from there on; the results
/// are those of every sample, which `read(outputs, i)` makes numbers of.
template <std::size_t Batch, std::size_t Outputs, class Infer, class Read>
peers::Variant sample_variant(std::string settings, Infer infer, Read read) {
    static_assert(Samples::count % Batch == 0);
    auto run = [at = std::size_t{0}, infer]() mutable {
        const auto* const outputs = infer(at);
        at = (at + Batch) % Samples::count;
        asm volatile("" : : "r"(outputs) : "memory");
        return outputs;
    };
    return {std::move(settings), peers::repeat(run), [run, read]() mutable {
                std::vector<double> all;
                for (std::size_t i = 0; i < Samples::count; i += Batch) {
                    const auto* const outputs = run();
                    for (std::size_t j = 0; j < Batch * Outputs; ++j)
                        all.push_back(static_cast<double>(read(outputs[j])));
                }
                return all;
            }};
}
template <std::size_t Batch, std::size_t Outputs, class Infer>
peers::Variant sample_variant(std::string settings, Infer infer) {
    return sample_variant<Batch, Outputs>(std::move(settings), infer, [](float value) { return value; });
}

/// Samples of a block.
inline constexpr std::size_t block = 64;

/// `lstm UNITS` and `gru UNITS`, a step; with `_block` behind the name a block. One input, a Dense<1> behind.
template <class Function>
peers::Variants with_lstm_units(const std::vector<std::size_t>& asked, Function function) {
    return peers::with_sizes(asked, function, Sizes<8>{}, Sizes<10>{}, Sizes<12>{}, Sizes<16>{}, Sizes<20>{},
                             Sizes<24>{}, Sizes<32>{}, Sizes<40>{}, Sizes<48>{}, Sizes<64>{});
}
template <class Function>
peers::Variants with_gru_units(const std::vector<std::size_t>& asked, Function function) {
    return peers::with_sizes(asked, function, Sizes<8>{}, Sizes<12>{}, Sizes<16>{}, Sizes<24>{}, Sizes<32>{},
                             Sizes<40>{});
}

/// `conv_relu CHANNELS KERNEL DILATION …` and `conv_tanh …`: a causal convolution for each dilation, the
/// activation behind each, then a Dense<1>.
template <class Function>
peers::Variants with_convolutions(const std::vector<std::size_t>& asked, Function function) {
    return peers::with_sizes(asked, function, Sizes<8, 3, 1, 2>{}, Sizes<3, 3, 1, 2>{},
                             Sizes<4, 3, 1, 2, 4, 8>{}, Sizes<8, 3, 1, 2, 4, 8, 16, 32, 64, 128>{},
                             Sizes<12, 3, 1, 2, 4, 8, 16, 32, 64, 128>{},
                             Sizes<16, 3, 1, 2, 4, 8, 16, 32, 64, 128>{}, Sizes<16, 2, 1, 2, 4, 8>{});
}

/// `mlp_tanh WIDTH …`: one sample, the activation between layers.
template <class Function>
peers::Variants with_mlp_widths(const std::vector<std::size_t>& asked, Function function) {
    return peers::with_sizes(asked, function, Sizes<8, 8, 1>{}, Sizes<16, 16, 1>{}, Sizes<32, 32, 32, 1>{},
                             Sizes<4, 20, 20, 2>{});
}

} // namespace engines
