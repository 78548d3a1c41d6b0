#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/diagnosis.hpp"
#include "burin/core/for_each_index.hpp"
#include "burin/graph/streamer.hpp"
#include "burin/quantization/int8_arithmetic.hpp"
#include "burin/quantization/int8_step_runner.hpp"
#include "burin/quantization/quantized_network.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace burin {

namespace detail {

/// Why a network can't run piece by piece with 8-bit integers; empty if it can.
template <class Net, std::size_t Steps>
struct ExaminedInt8Stream {
    static constexpr Sentence problem = [] {
        Sentence sentence = ExaminedForInt8<Net>::problem;
        if (sentence.empty())
            sentence = ExaminedStream<Net, Steps>::problem;
        if constexpr (quantization::is_quantizable<Net>)
            if (sentence.empty()) {
                const auto int8 = recipes::Arithmetic<recipes::Numbers::int8>::template graph<Net>();
                for (const passes::LoweredNode& node : engine::Network<Net>::graph.nodes) {
                    const std::size_t index =
                        static_cast<std::size_t>(&node - engine::Network<Net>::graph.nodes.data());
                    if (node.state_count > 0 && int8.nodes[index].state_count == 0 && sentence.empty())
                        sentence =
                            passes::expected_of(node).append("a layer that can run in a QuantizedStreamer, "
                                                             "got one whose state has no 8-bit form");
                }
            }
        return sentence;
    }();
};

/// The network of a piece, or what stands in for one that can't run so.
template <class Net, std::size_t Steps>
constexpr auto int8_piece() {
    if constexpr (is_valid_network<Net> && ExaminedInt8Stream<Net, Steps>::problem.empty())
        return std::type_identity<WithSteps<Net, Steps>>{};
    else
        return std::type_identity<StandIn>{};
}

} // namespace detail

/// Whether a network can run piece by piece with 8-bit integers.
template <class Net, std::size_t Steps = 1>
inline constexpr bool can_stream_quantized =
    is_valid_network<Net> && detail::ExaminedInt8Stream<Net, Steps>::problem.empty();

/// `Streamer` with 8-bit integers: `Steps` time steps at a time, with the constants of the network for whole
/// sequences. What layers remember of earlier pieces is 8-bit integers too (of recurrent ones, their cells'
/// floats); the outputs are those that a QuantizedPredictor gives of the whole sequence so far, bit for bit.
///
///     const auto network = quantize(model, ranges);
///     QuantizedStreamer<Net, 3> streamer;                  // sizeof is all the memory that it needs
///     const auto outputs = streamer(*network, piece);      // of the next 3 steps
///
/// A plain struct without pointers to itself; a run allocates nothing.
template <class Net, std::size_t Steps = 1, std::size_t Batch = 1>
class QuantizedStreamer : private core::DiagnosisOf<detail::ExaminedInt8Stream<Net, Steps>> {
    static_assert(Steps > 0 && Batch > 0,
                  "a QuantizedStreamer takes at least one step of one sequence at a time");

  public:
    /// The network of a piece.
    using Piece = typename decltype(detail::int8_piece<Net, Steps>())::type;

  private:
    using N = engine::Network<Piece>;
    using PlanType = engine::Plan<Piece, recipes::quantized_streaming>;

  public:
    /// Bytes of the arena, which holds nothing from one run to the next,
    static constexpr std::size_t arena_bytes =
        std::max<std::size_t>(PlanType::template memory<Batch, std::int8_t>.size, 1);
    /// and of what is carried.
    static constexpr std::size_t state_bytes = [] {
        std::size_t sum = 0;
        for (const passes::LoweredNode& node : PlanType::graph.nodes)
            sum += node.state_count;
        return sum * Batch;
    }();

    using InputPointers = std::array<const std::int8_t*, N::input_count>;

    /// Steps that an output gives of a piece: fewer than `Steps` where strides are on the way to it.
    template <std::size_t Output = 0>
    static constexpr std::size_t output_steps = detail::steps_of(N::output_shapes[Output]);

    /// The outputs for the next piece of each sequence, for any number of inputs and outputs. Each result
    /// points to Batch × output size elements in the arena, which the next run overwrites.
    template <Rounding Way>
    std::array<const std::int8_t*, N::output_count> run(const QuantizedNetwork<Net, Way>& network,
                                                        const InputPointers& inputs) noexcept {
        for (std::size_t row = 0; row < Batch; ++row)
            if (!has_begun_[row])
                begin(network, row);
        engine::Frame<Piece, std::int8_t, QuantizedNetwork<Net, Way>> frame;
        frame.inputs = inputs;
        frame.parameters = &network;
        frame.arena = arena_.data();
        frame.state = state_.data();
        frame.rows = Batch;
        engine::execute<PlanType, Batch, std::int8_t>(frame);
        return engine::outputs_of<PlanType, Batch, std::int8_t>(frame);
    }

    /// The same for a network of one input and one output: `piece` holds the next steps of each sequence.
    /// Nothing is computed, or returned, if it holds less; what it holds beyond is not read.
    template <Rounding Way>
    std::span<const std::int8_t> operator()(const QuantizedNetwork<Net, Way>& network,
                                            std::span<const std::int8_t> piece) noexcept
        requires(N::input_count == 1 && N::output_count == 1)
    {
        BURIN_ASSERT(piece.size() == piece_size,
                     "QuantizedStreamer: expected exactly the next steps of each sequence");
        if (piece.size() < piece_size)
            return {};
        return {run(network, {piece.data()})[0], outputs_size};
    }

    /// Any number of whole pieces, one after the other, whose outputs are written to `outputs`. Returns those
    /// of as many as there are pieces and room for.
    template <Rounding Way>
    std::span<std::int8_t> operator()(const QuantizedNetwork<Net, Way>& network,
                                      std::span<const std::int8_t> pieces,
                                      std::span<std::int8_t> outputs) noexcept
        requires(N::input_count == 1 && N::output_count == 1)
    {
        BURIN_ASSERT(pieces.size() % piece_size == 0,
                     "QuantizedStreamer: expected whole pieces, one after the other");
        BURIN_ASSERT(outputs.size() / outputs_size >= pieces.size() / piece_size,
                     "QuantizedStreamer: expected room for the outputs of all pieces");
        const std::size_t count = std::min(pieces.size() / piece_size, outputs.size() / outputs_size);
        for (std::size_t i = 0; i < count; ++i)
            std::copy_n(run(network, {pieces.data() + i * piece_size})[0], outputs_size,
                        outputs.data() + i * outputs_size);
        return outputs.first(count * outputs_size);
    }

    /// The sequences begin anew.
    void reset() noexcept { has_begun_.fill(false); }
    /// One of them does; `row` is less than Batch.
    void reset(std::size_t row) noexcept {
        BURIN_ASSERT(row < Batch, "QuantizedStreamer: expected a row of its batch");
        if (row < Batch)
            has_begun_[row] = false;
    }

  private:
    static constexpr std::size_t piece_size = Batch * N::input_shapes[0].size();
    static constexpr std::size_t outputs_size = Batch * N::output_shapes[0].size();

    /// The state before the first piece: what stands for 0, which the network's constants tell.
    template <Rounding Way>
    void begin(const QuantizedNetwork<Net, Way>& network, std::size_t row) noexcept {
        core::for_each_index<N::size>([&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
            constexpr auto& node = PlanType::graph.nodes[Index];
            if constexpr (node.state_count > 0)
                std::fill_n(state_.data() + node.state_offset * Batch + row * node.state_count,
                            node.state_count,
                            quantization::Int8Layer<engine::OpAt<Piece, Index>>::rest(
                                network.template constants<Index>()));
        });
        has_begun_[row] = true;
    }

    // All zeros at first, so that a static one is memory without code that fills it.
    std::array<std::int8_t, std::max<std::size_t>(state_bytes, 1)> state_{};
    alignas(recipes::Arithmetic<recipes::Numbers::int8>::alignment<std::int8_t>)
        std::array<std::int8_t, arena_bytes> arena_{};
    std::array<bool, Batch> has_begun_{};
};

} // namespace burin
