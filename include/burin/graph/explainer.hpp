#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/diagnosis.hpp"
#include "burin/graph/execute.hpp"
#include "burin/graph/explaining.hpp"
#include "burin/graph/frame.hpp"
#include "burin/graph/operands.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/passes/missing_rule.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace burin {

namespace detail {

/// Whether every layer that gradients go back through has a rule for it.
template <class PlanType>
struct ExaminedRules {
    static constexpr Sentence problem =
        passes::describe_missing_rule(PlanType::program, PlanType::graph.nodes);
};

} // namespace detail

/// Asks a network why: runs it forward as inference does (Dropout passes everything, BatchNorm uses its
/// running statistics), up to `Batch` samples at a time, and back to the gradients of its inputs (`OfInputs`)
/// or of what one of its nodes gives (`OfNode<"conv2">`), in an arena of its own. Parameters have no
/// gradients, so none of their memory is there. A plain struct without pointers to itself; on a
/// microcontroller put it in `.bss`. `explain/` has the methods that work with it.
///
///     static Explainer<Net> explainer;
///     explainer.put(0, sample);
///     explainer.run(parameters, 1, [](auto, const float* outputs, float* gradient, std::size_t) noexcept {
///         std::fill_n(gradient, 10, 0.0F);
///         gradient[3] = 1;                        // of output 3
///     });
///     const float* slope = explainer.gradient();  // one number for each element of the sample
///
/// With `OutputLinks` it stops at what the losses work on (logits) instead of the network's outputs. Numbers
/// too small to be normalized are 0 in a run (see `execute`). What is no number (NaN) goes through.
template <class Net, std::size_t Batch = 1, class Of = OfInputs, class ScalarType = float,
          engine::Links<engine::Network<Net>::output_count> OutputLinks = engine::no_links<Net>>
class Explainer {
    static_assert(Batch > 0, "an Explainer's batch holds at least one sample");

    using N = engine::Network<Net>;
    using PlanType =
        engine::Plan<typename N::Type, recipes::explaining<typename N::Type, Of>.with(OutputLinks)>;
    using Memory = detail::Operands<PlanType, Batch, ScalarType>;
    using FrameType = engine::Frame<typename N::Type, ScalarType>;
    using Examined = detail::ExaminedRules<PlanType>;
    static constexpr bool has_rules = Examined::problem.empty();

  public:
    using NetworkType = Net;
    using Scalar = ScalarType;
    using Pointers = engine::ParameterPointers<typename N::Type, const Scalar>;
    static constexpr std::size_t batch_size = Batch;
    static constexpr std::size_t input_count = N::input_count;
    static constexpr std::size_t output_count = N::output_count;
    static constexpr std::array<Shape, N::input_count> input_shapes = N::input_shapes;
    static constexpr std::array<Shape, N::output_count> output_shapes = N::output_shapes;

    /// Numbers of a sample: those of all its inputs, one input after the other.
    static constexpr std::size_t sample_size = N::sample_size;

    /// Where the samples' input `Input` is to be written before each run, which uses the place for other
    /// things.
    template <std::size_t Input = 0>
    std::span<Scalar> input() noexcept {
        return {Memory::template write<Memory::template given_input<Input>>(frame(Batch)),
                Batch * N::input_shapes[Input].size()};
    }

    /// Writes one sample there, all its inputs. Nothing if it is none, or there is no such row (see
    /// BURIN_ASSERT).
    void put(std::size_t row, std::span<const Scalar> sample) noexcept {
        BURIN_ASSERT(row < Batch && sample.size() == sample_size, "Explainer: expected one whole sample");
        if (row >= Batch || sample.size() != sample_size)
            return;
        for_each_input([&](auto which, std::size_t first) {
            constexpr std::size_t size = N::input_shapes[which.value].size();
            std::copy_n(sample.data() + first, size, input<which.value>().data() + row * size);
        });
    }

    /// Forward and back for the first `rows` ≤ Batch samples. `seed(output_index, outputs, gradient, rows)`
    /// writes for each output of the network the gradient that goes back from it, of the outputs' size; it is
    /// not called for an output that reaches nothing asked for, nor with `OfNothing`.
    template <class Seed>
    void run(Pointers parameters, std::size_t rows, Seed&& seed) noexcept {
        static_cast<void>(core::DiagnosisOf<Examined>{});
        BURIN_ASSERT(rows > 0 && rows <= Batch, "Explainer: expected at least one row and at most its batch");
        FrameType here = frame(std::min(rows, Batch));
        here.parameters = parameters;
        if constexpr (has_rules)
            if (rows > 0)
                engine::execute<PlanType, Batch, Scalar>(here, seed);
    }

    /// Forward only, where nothing else is asked for.
    void run(Pointers parameters, std::size_t rows) noexcept
        requires(PlanType::gradient_count == 0)
    {
        run(parameters, rows, detail::NoLoss{});
    }

    /// rows × output size numbers in the arena, until the next run.
    template <std::size_t Output = 0>
    const Scalar* output() noexcept {
        return engine::output_of<PlanType, Batch, Scalar, Output>(frame(Batch));
    }

    /// The gradient of input `Input`, or of the node that was asked for; null if none gets there, as behind a
    /// `StopGradient`.
    template <std::size_t Input = 0>
    const Scalar* gradient() noexcept
        requires(PlanType::gradient_count > 0)
    {
        return engine::output_of<PlanType, Batch, Scalar, PlanType::first_gradient + Input>(frame(Batch));
    }

    /// What the node gives.
    const Scalar* node() noexcept
        requires(PlanType::keeps_node)
    {
        return engine::output_of<PlanType, Batch, Scalar, N::output_count>(frame(Batch));
    }
    static constexpr Shape node_shape() noexcept
        requires(PlanType::keeps_node)
    {
        return N::graph.nodes[PlanType::recipe.kept_node].shape;
    }

    /// Calls f(input_index, first) for all inputs; `first` is where this one begins in a sample.
    template <class Function>
    static constexpr void for_each_input(Function f) noexcept {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            std::size_t first = 0;
            ((f(std::integral_constant<std::size_t, I>{}, first), first += N::input_shapes[I].size()), ...);
        }(std::make_index_sequence<N::input_count>{});
    }

  private:
    FrameType frame(std::size_t rows) noexcept {
        FrameType here;
        here.arena = arena_.data();
        here.rows = rows;
        if constexpr (PlanType::gradient_count == 0)
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                here.inputs = {Memory::template read<Memory::template given_input<I>>(here)...};
            }(std::make_index_sequence<N::input_count>{});
        return here;
    }

    engine::Arena<PlanType, Batch, Scalar> arena_;
};

/// Bytes of explaining: the parameters, the statistics and the arena, in which the samples are, too.
template <class Net, std::size_t Batch = 1, class Of = OfInputs, class Scalar = float>
inline constexpr std::size_t explaining_bytes =
    sizeof(Scalar) *
    (stored_count<Net> +
     engine::Arena<engine::Plan<typename engine::Network<Net>::Type,
                                recipes::explaining<typename engine::Network<Net>::Type, Of>>,
                   Batch, Scalar>::count);

} // namespace burin
