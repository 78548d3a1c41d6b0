#pragma once

#include "burin/core/assert.hpp"
#include "burin/graph/execute.hpp"
#include "burin/graph/frame.hpp"
#include "burin/graph/operands.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/whole_samples.hpp"
#include "burin/quantization/int8_arithmetic.hpp"
#include "burin/quantization/int8_step_runner.hpp"
#include "burin/quantization/quantized_network.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin {

/// Inference with 8-bit integers: runs up to `Batch` samples at a time in an arena of its own, whose elements
/// are bytes. A plain struct without pointers to itself; on a microcontroller put it in `.bss`.
///
///     const auto ranges = calibrate<Net>(model, samples);
///     const auto network = quantize(model, ranges);              // on the heap
///     QuantizedPredictor<Net> predictor;
///     const auto outputs = predictor(*network, inputs);          // 8-bit integers
///
/// With `InputMemory::arena` the inputs need no memory of their own: they are to be written to `input()`
/// before each run, which uses their place for something else.
///
///     QuantizedPredictor<Net, 1, InputMemory::arena> predictor;
///     quantize(numbers, network.inputs[0], predictor.input());
///     const auto outputs = predictor.run(network, 1);
template <class Net, std::size_t Batch = 1, InputMemory Where = InputMemory::callers>
class QuantizedPredictor {
    static_assert(Batch > 0, "a QuantizedPredictor's batch holds at least one sample");

    using Type = typename QuantizedNetwork<Net>::Type;
    using N = engine::Network<Type>;
    using PlanType = engine::Plan<Type, recipes::quantized.with_inputs_in(Where)>;
    using Memory = detail::Operands<PlanType, Batch, std::int8_t>;

  public:
    /// Bytes of the arena.
    static constexpr std::size_t arena_bytes =
        std::max<std::size_t>(PlanType::template memory<Batch, std::int8_t>.size, 1);

    using InputPointers = std::array<const std::int8_t*, N::input_count>;

    /// The outputs of `rows` ≤ Batch samples, for any number of inputs and outputs. Each result points to
    /// rows × output size elements in the arena, which the next run overwrites. Of more rows only the first
    /// Batch are computed; see BURIN_ASSERT.
    template <Rounding Way>
    std::array<const std::int8_t*, N::output_count>
    run(const QuantizedNetwork<Net, Way>& network, const InputPointers& inputs, std::size_t rows) noexcept
        requires(Where == InputMemory::callers)
    {
        return run_from(network, inputs, rows);
    }

    /// Up to Batch samples of input `Index`, in the arena.
    template <std::size_t Index = 0>
    std::span<std::int8_t> input() noexcept
        requires(Where == InputMemory::arena)
    {
        return {arena_.data() + Memory::template offset<Memory::template given_input<Index>>,
                Batch * N::input_shapes[Index].size()};
    }

    /// The outputs of the samples in `input()`.
    template <Rounding Way>
    std::array<const std::int8_t*, N::output_count> run(const QuantizedNetwork<Net, Way>& network,
                                                        std::size_t rows) noexcept
        requires(Where == InputMemory::arena)
    {
        return run_from(network, {}, rows);
    }

    /// The same for a network of one input and one output: `inputs` holds up to Batch whole samples. Returns
    /// the outputs of as many as were computed.
    template <Rounding Way>
    std::span<const std::int8_t> operator()(const QuantizedNetwork<Net, Way>& network,
                                            std::span<const std::int8_t> inputs) noexcept
        requires(N::input_count == 1 && N::output_count == 1 && Where == InputMemory::callers)
    {
        const std::size_t rows = detail::whole_samples<N::input_shapes[0].size(), Batch>(inputs.size());
        return {run(network, {inputs.data()}, rows)[0], rows * N::output_shapes[0].size()};
    }

  private:
    template <Rounding Way>
    std::array<const std::int8_t*, N::output_count> run_from(const QuantizedNetwork<Net, Way>& network,
                                                             const InputPointers& inputs,
                                                             std::size_t rows) noexcept {
        BURIN_ASSERT(rows <= Batch, "QuantizedPredictor: expected no more rows than its batch");
        engine::Frame<Type, std::int8_t, QuantizedNetwork<Net, Way>> frame;
        frame.inputs = inputs;
        frame.parameters = &network;
        frame.arena = arena_.data();
        frame.rows = Batch == 1 ? 1 : std::min(rows, Batch);
        if (rows > 0)
            engine::execute<PlanType, Batch, std::int8_t>(frame);
        return engine::outputs_of<PlanType, Batch, std::int8_t>(frame);
    }

    alignas(recipes::Arithmetic<recipes::Numbers::int8>::alignment<std::int8_t>)
        std::array<std::int8_t, arena_bytes> arena_;
};

/// Bytes of the arena of 8-bit inference. The inputs are counted if they are in it.
template <class Net, std::size_t Batch = 1, InputMemory Where = InputMemory::callers>
inline constexpr std::size_t quantized_arena_bytes = QuantizedPredictor<Net, Batch, Where>::arena_bytes;

/// Numbers as a network's input wants them, as many as there is room for: beyond its range a bound, NaN the
/// zero point.
inline void quantize(std::span<const float> numbers, const quantization::Scale& scale,
                     std::span<std::int8_t> to) noexcept {
    BURIN_ASSERT(numbers.size() <= to.size(), "quantize: expected room for all numbers");
    const auto fitting = numbers.first(std::min(numbers.size(), to.size()));
    std::transform(fitting.begin(), fitting.end(), to.begin(),
                   [&](float number) { return quantization::quantized(number, scale); });
}

/// What a network's outputs stand for: as many as there is room for.
inline void dequantize(std::span<const std::int8_t> stored, const quantization::Scale& scale,
                       std::span<float> to) noexcept {
    BURIN_ASSERT(stored.size() <= to.size(), "dequantize: expected room for all numbers");
    const auto fitting = stored.first(std::min(stored.size(), to.size()));
    std::transform(fitting.begin(), fitting.end(), to.begin(),
                   [&](std::int8_t one) { return quantization::dequantized(one, scale); });
}

/// The first of the largest: the class that a classifier names; 0 of none.
inline std::size_t argmax(std::span<const std::int8_t> outputs) noexcept {
    return static_cast<std::size_t>(std::max_element(outputs.begin(), outputs.end()) - outputs.begin());
}

} // namespace burin
