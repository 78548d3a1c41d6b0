#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/half.hpp"
#include "burin/graph/execute.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/samples_together.hpp"
#include "burin/graph/whole_samples.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/kernels/machine.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace burin {

/// Inference: runs up to `Batch` samples at a time in an arena of its own. A plain struct without pointers to
/// itself; on a microcontroller put it in `.bss`.
///
/// With `float16` or `bfloat16` as Stored the parameters are stored so and all else is float: before each
/// layer's step its parameters are widened into the arena, which grows by the largest layer that is in use
/// with the most activations, not by the network.
///
/// With `OutputLinks` it stops at what the losses work on (logits) instead of the network's outputs.
///
/// Of a network of convolutions a few samples go through it together, or one: see `samples_together`. Its
/// arena is then that of so many, beside the outputs of the batch.
///
/// Numbers too small to be normalized are 0 in a run (see `execute`). Several threads may share the
/// parameters while nobody changes them, each with a Predictor of its own.
template <class Net, std::size_t Batch = 1, class Stored = float,
          engine::Links<engine::Network<Net>::output_count> OutputLinks = engine::no_links<Net>>
class Predictor {
    static_assert(Batch > 0, "a Predictor's batch holds at least one sample");

    using N = engine::Network<Net>;
    using Scalar = core::Computed<Stored>;
    using PlanType =
        engine::Plan<typename N::Type, recipes::inference.with(OutputLinks).widening(core::Half<Stored>)>;

  public:
    using InputPointers = std::array<const Scalar*, N::input_count>;

    /// The outputs of `rows` ≤ Batch samples, for any number of inputs and outputs. Each result points to
    /// rows × output size elements, which the next run overwrites. Of more rows only the first
    /// Batch are computed; see BURIN_ASSERT.
    BURIN_DETAIL_RUN_INLINE std::array<const Scalar*, N::output_count>
    run(engine::ParameterPointers<typename N::Type, const Stored> parameters, const InputPointers& inputs,
        std::size_t rows) noexcept {
        BURIN_ASSERT(rows <= Batch, "Predictor: expected no more rows than its batch");
        engine::Frame<typename N::Type, Scalar, Stored> frame;
        frame.inputs = inputs;
        frame.parameters = parameters;
        frame.arena = arena_.data();
        if constexpr (together == Batch) {
            frame.rows = Batch == 1 ? 1 : std::min(rows, Batch);
            if (rows > 0)
                engine::execute<PlanType, Batch, Scalar>(frame);
            return engine::outputs_of<PlanType, Batch, Scalar>(frame);
        } else {
            return run_together(frame, std::min(rows, Batch));
        }
    }

    /// The same for a network of one input and one output: `inputs` holds up to Batch whole samples. Returns
    /// the outputs of as many as were computed.
    BURIN_DETAIL_RUN_INLINE std::span<const Scalar> operator()(const Parameters<Net, Stored>& parameters,
                                                               std::span<const Scalar> inputs) noexcept
        requires(N::input_count == 1 && N::output_count == 1)
    {
        return run_whole(parameters, inputs);
    }

    /// The same in the midst of training on a device.
    BURIN_DETAIL_RUN_INLINE std::span<const Scalar>
    operator()(const TrainedParameters<Net, Stored>& parameters, std::span<const Scalar> inputs) noexcept
        requires(N::input_count == 1 && N::output_count == 1)
    {
        return run_whole(parameters, inputs);
    }

    /// The same with parameters that are a constant array, such as io::export_header writes: they stay in
    /// flash.
    BURIN_DETAIL_RUN_INLINE std::span<const Scalar>
    operator()(std::span<const Stored, stored_count<Net>> parameters, std::span<const Scalar> inputs) noexcept
        requires(N::input_count == 1 && N::output_count == 1)
    {
        return run_whole(parameters.data(), inputs);
    }

    /// Any number of whole samples, Batch at a time, whose outputs are written to `outputs`. Returns those of
    /// as many as there are samples and room for.
    std::span<Scalar> operator()(const Parameters<Net, Stored>& parameters, std::span<const Scalar> inputs,
                                 std::span<Scalar> outputs) noexcept
        requires(N::input_count == 1 && N::output_count == 1)
    {
        return run_in_pieces(parameters, inputs, outputs);
    }

    std::span<Scalar> operator()(const TrainedParameters<Net, Stored>& parameters,
                                 std::span<const Scalar> inputs, std::span<Scalar> outputs) noexcept
        requires(N::input_count == 1 && N::output_count == 1)
    {
        return run_in_pieces(parameters, inputs, outputs);
    }

    std::span<Scalar> operator()(std::span<const Stored, stored_count<Net>> parameters,
                                 std::span<const Scalar> inputs, std::span<Scalar> outputs) noexcept
        requires(N::input_count == 1 && N::output_count == 1)
    {
        return run_in_pieces(parameters.data(), inputs, outputs);
    }

  private:
    using Pointers = engine::ParameterPointers<typename N::Type, const Stored>;
    static constexpr std::size_t input_size = N::input_shapes[0].size();
    static constexpr std::size_t output_size = N::output_shapes[0].size();
    static constexpr std::size_t together = engine::samples_together<PlanType, Batch, Scalar>;

    /// A few samples after the other; what they give is put together.
    std::array<const Scalar*, N::output_count>
    run_together(engine::Frame<typename N::Type, Scalar, Stored>& frame, std::size_t rows) noexcept {
        const InputPointers inputs = frame.inputs;
        for (std::size_t first = 0; first < rows; first += together) {
            frame.rows = together == 1 ? 1 : std::min(together, rows - first);
            for (std::size_t i = 0; i < N::input_count; ++i)
                frame.inputs[i] = inputs[i] + first * N::input_shapes[i].size();
            engine::execute<PlanType, together, Scalar>(frame);
            const auto found = engine::outputs_of<PlanType, together, Scalar>(frame);
            Scalar* to = outputs_.data();
            for (std::size_t i = 0; i < N::output_count; to += Batch * N::output_shapes[i].size(), ++i) {
                const std::size_t size = N::output_shapes[i].size();
                std::copy_n(found[i], frame.rows * size, to + first * size);
            }
        }
        std::array<const Scalar*, N::output_count> results;
        const Scalar* from = outputs_.data();
        for (std::size_t i = 0; i < N::output_count; from += Batch * N::output_shapes[i].size(), ++i)
            results[i] = from;
        return results;
    }

    BURIN_DETAIL_RUN_INLINE std::span<const Scalar> run_whole(Pointers parameters,
                                                              std::span<const Scalar> inputs) noexcept {
        const std::size_t rows = detail::whole_samples<input_size, Batch>(inputs.size());
        return {run(parameters, {inputs.data()}, rows)[0], rows * output_size};
    }

    std::span<Scalar> run_in_pieces(Pointers parameters, std::span<const Scalar> inputs,
                                    std::span<Scalar> outputs) noexcept {
        BURIN_ASSERT(inputs.size() % input_size == 0, "expected whole samples, one after the other");
        BURIN_ASSERT(outputs.size() / output_size >= inputs.size() / input_size,
                     "expected room for the outputs of all samples");
        const std::size_t count = std::min(inputs.size() / input_size, outputs.size() / output_size);
        for (std::size_t first = 0; first < count; first += Batch) {
            const std::size_t rows = std::min(Batch, count - first);
            const Scalar* const from = run(parameters, {inputs.data() + first * input_size}, rows)[0];
            std::copy_n(from, rows * output_size, outputs.data() + first * output_size);
        }
        return outputs.first(count * output_size);
    }

    engine::Arena<PlanType, together, Scalar> arena_;
    [[no_unique_address]] std::array<Scalar, engine::outputs_beside<PlanType, Batch, Scalar>> outputs_;
};

} // namespace burin
