#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/diagnosis.hpp"
#include "burin/graph/brief_run.hpp"
#include "burin/graph/carried_state.hpp"
#include "burin/graph/execute.hpp"
#include "burin/graph/map_parts.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/kernels/machine.hpp"
#include "burin/kernels/simd/subnormals.hpp"
#include "burin/passes/pieces.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace burin {

namespace detail {

/// Inputs with another first extent.
template <std::size_t Steps>
struct StepsRule {
    template <class Form>
    struct To : MapParts<To, Form> {};
    template <std::size_t First, std::size_t... Others>
    struct To<Input<First, Others...>> {
        using type = Input<Steps, Others...>;
    };
};
template <class Net, std::size_t Steps>
using WithSteps = typename StepsRule<Steps>::template To<Net>::type;

/// Of an output that has one for each piece: 1.
constexpr std::size_t steps_of(const Shape& output) {
    return output.rank > 1 ? output[0] : 1;
}

/// Whether two networks have the same tensors in the same places.
template <class A, class B>
constexpr bool have_same_tensors() {
    const auto& a = parameter_tensors<A>;
    const auto& b = parameter_tensors<B>;
    bool same = a.size() == b.size();
    for (std::size_t i = 0; i < a.size() && same; ++i)
        same = a[i].offset == b[i].offset && a[i].spec.shape == b[i].spec.shape;
    return same;
}

/// Names the first layer that has other parameters for a piece: it mixes steps.
template <std::size_t N, std::size_t Outputs>
constexpr Sentence describe_mixed_steps(const passes::LoweredGraph<N, Outputs>& whole,
                                        const passes::LoweredGraph<N, Outputs>& piece) {
    std::size_t at = 0;
    while (at + 1 < N && whole.nodes[at].parameter_count == piece.nodes[at].parameter_count &&
           whole.nodes[at].statistics_count == piece.nodes[at].statistics_count)
        ++at;
    const passes::LoweredNode& node = whole.nodes[at];
    Sentence sentence =
        passes::expected_of(node).append("the same parameters for any number of steps, got `");
    return sentence.append(passes::input_shapes(whole.nodes, node).span()[0])
        .append("`, whose first axis a Streamer takes for time");
}

/// Why a network can't run piece by piece; empty if it can.
template <class Net, std::size_t Steps>
constexpr Sentence describe_what_does_not_stream() {
    using Piece = WithSteps<Net, Steps>;
    Sentence sentence;
    if constexpr (is_valid_network<Net>) {
        for (const passes::LoweredNode& node : engine::Network<Net>::graph.nodes)
            if (!node.rules->traits.streams && sentence.empty())
                sentence = passes::expected_of(node).append(
                    "a layer that can run in a Streamer, got one that needs the whole sequence");
        if (!sentence.empty())
            return sentence;
        sentence = passes::describe_pieces(engine::Network<Net>::graph, Steps);
        if (!sentence.empty())
            return sentence;
        if constexpr (!is_valid_network<Piece>)
            sentence.append("with ").append(Steps).append(" steps: ").append(Examined<Piece>::problem.view());
        else if (!have_same_tensors<Net, Piece>())
            sentence = describe_mixed_steps(engine::Network<Net>::graph, engine::Network<Piece>::graph);
    }
    return sentence;
}

template <class Net, std::size_t Steps>
struct ExaminedStream {
    static constexpr Sentence problem = describe_what_does_not_stream<Net, Steps>();
};

} // namespace detail

/// Whether a network can run piece by piece.
template <class Net, std::size_t Steps = 1>
inline constexpr bool can_stream =
    is_valid_network<Net> && detail::ExaminedStream<Net, Steps>::problem.empty();

/// Inference piece by piece, `Steps` time steps at a time, as samples of audio or readings of a sensor
/// arrive: the network is that for whole sequences with `Steps` in place of the first extent of its inputs,
/// and the parameters are the same. What layers must remember of earlier pieces is here; the outputs are
/// those that the whole sequence would have so far, bit for bit. `Batch` sequences run side by side.
///
/// A plain struct without pointers to itself; a run allocates nothing, and takes the same steps every time.
/// Numbers too small to be normalized are 0 in a run (see `execute`): states come to rest in silence.
template <class Net, std::size_t Steps = 1, std::size_t Batch = 1, class Scalar = float>
class Streamer : private core::DiagnosisOf<detail::ExaminedStream<Net, Steps>> {
    static_assert(Steps > 0 && Batch > 0, "a Streamer takes at least one step of one sequence at a time");

  public:
    /// The network of a piece.
    using Piece = std::conditional_t<can_stream<Net, Steps>, detail::WithSteps<Net, Steps>, detail::StandIn>;

  private:
    using N = engine::Network<Piece>;
    using PlanType = engine::Plan<Piece, recipes::streaming>;

  public:
    using InputPointers = std::array<const Scalar*, N::input_count>;

    /// Steps that an output gives of a piece: fewer than `Steps` where strides are on the way to it.
    template <std::size_t Output = 0>
    static constexpr std::size_t output_steps = detail::steps_of(N::output_shapes[Output]);

    /// The outputs for the next piece of each sequence, for any number of inputs and outputs. Each result
    /// points to Batch × output size elements in the arena, which the next run overwrites.
    BURIN_DETAIL_RUN_INLINE std::array<const Scalar*, N::output_count>
    run(const Scalar* parameters, const InputPointers& inputs) noexcept {
        engine::Frame<Piece, Scalar> frame;
        frame.inputs = inputs;
        frame.parameters = parameters;
        frame.arena = arena_.data();
        frame.state = state_.data();
        frame.rows = Batch;
        engine::execute<PlanType, Batch, Scalar>(frame);
        return engine::outputs_of<PlanType, Batch, Scalar>(frame);
    }

    /// The same for a network of one input and one output: `piece` holds the next steps of each sequence.
    /// Nothing is computed, or returned, if it holds less; what it holds beyond is not read.
    BURIN_DETAIL_RUN_INLINE std::span<const Scalar> operator()(const Parameters<Net, Scalar>& parameters,
                                                               std::span<const Scalar> piece) noexcept
        requires(N::input_count == 1 && N::output_count == 1)
    {
        BURIN_ASSERT(piece.size() == piece_size,
                     "Streamer: expected exactly the next steps of each sequence");
        if (piece.size() < piece_size)
            return {};
        return {run(parameters.data(), {piece.data()})[0], outputs_size};
    }

    /// Any number of whole pieces, one after the other, whose outputs are written to `outputs`. Returns those
    /// of as many as there are pieces and room for.
    std::span<Scalar> operator()(const Parameters<Net, Scalar>& parameters, std::span<const Scalar> pieces,
                                 std::span<Scalar> outputs) noexcept
        requires(N::input_count == 1 && N::output_count == 1)
    {
        BURIN_ASSERT(pieces.size() % piece_size == 0, "Streamer: expected whole pieces, one after the other");
        BURIN_ASSERT(outputs.size() / outputs_size >= pieces.size() / piece_size,
                     "Streamer: expected room for the outputs of all pieces");
        const std::size_t count = std::min(pieces.size() / piece_size, outputs.size() / outputs_size);
        // Once, where each run would set it and put it back.
        const kernels::SubnormalsAreZero subnormals_are_zero(!detail::looks_for_subnormals<PlanType, Batch>);
        for (std::size_t i = 0; i < count; ++i)
            std::copy_n(run(parameters.data(), {pieces.data() + i * piece_size})[0], outputs_size,
                        outputs.data() + i * outputs_size);
        return outputs.first(count * outputs_size);
    }

    /// The sequences begin anew.
    void reset() noexcept { state_.reset(); }
    /// One of them does; `row` is less than Batch.
    void reset(std::size_t row) noexcept { state_.reset(row); }

  private:
    static constexpr std::size_t piece_size = Batch * N::input_shapes[0].size();
    static constexpr std::size_t outputs_size = Batch * N::output_shapes[0].size();

    CarriedState<Piece, Batch, Scalar> state_;
    engine::Arena<PlanType, Batch, Scalar> arena_;
};

} // namespace burin
