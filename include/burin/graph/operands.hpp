#pragma once

#include "burin/graph/frame.hpp"
#include "burin/passes/program.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace burin::detail {

/// Where the values of a plan are in a run: at constant offsets of the arena, or in the caller's memory.
template <class PlanType, std::size_t Batch, class Scalar, class Stored = Scalar>
struct Operands {
    using N = typename PlanType::N;
    using Net = typename N::Type;
    using FrameType = engine::Frame<Net, Scalar, Stored>;

    static constexpr auto& program = PlanType::program;
    static constexpr auto& memory = PlanType::template memory<Batch, Scalar>;

    template <std::size_t Value>
    static constexpr std::size_t offset = memory.offsets[PlanType::liveness.storage[Value]];

    template <std::size_t Value>
    static const Scalar* read(const FrameType& frame) noexcept {
        if constexpr (Value == passes::none) {
            return nullptr;
        } else if constexpr (program.values[Value].is_external) {
            constexpr std::size_t index = [] {
                std::size_t externals = 0;
                for (std::size_t v = 0; v < Value; ++v)
                    externals += program.values[v].is_external;
                return externals;
            }();
            return frame.inputs[index];
        } else {
            return frame.arena + offset<Value>;
        }
    }

    /// Whether one value, not the caller's, begins no later than another.
    template <std::size_t Value, std::size_t Other>
    static constexpr bool begins_first = [] {
        if constexpr (program.values[Value].is_external)
            return false;
        else
            return offset<Value> <= offset<Other>;
    }();

    template <std::size_t Value>
    static constexpr bool is_from_outside = [] {
        if constexpr (Value == passes::none)
            return false;
        else
            return program.values[Value].is_external;
    }();

    template <std::size_t Value>
    static Scalar* write(const FrameType& frame) noexcept {
        if constexpr (Value == passes::none)
            return nullptr;
        else
            return frame.arena + offset<Value>;
    }

    /// The value that input `Index` of the network is, where the caller writes it into the arena.
    template <std::size_t Index>
    static constexpr std::size_t given_input = [] {
        std::size_t value = 0, count = 0;
        while (!program.values[value].is_given || count++ < Index)
            ++value;
        return value;
    }();

    template <std::size_t StepIndex, std::size_t... I>
    static std::array<const Scalar*, sizeof...(I)> read_inputs(const FrameType& frame,
                                                               std::index_sequence<I...>) noexcept {
        return {read<program.steps[StepIndex].input(I)>(frame)...};
    }

    template <std::size_t StepIndex, std::size_t... I>
    static std::array<Scalar*, sizeof...(I)> write_input_gradients(const FrameType& frame,
                                                                   std::index_sequence<I...>) noexcept {
        return {write<program.steps[StepIndex].input_gradient(I)>(frame)...};
    }

    template <std::size_t StepIndex, std::size_t... I>
    static constexpr std::array<bool, sizeof...(I)> wanted_gradients(std::index_sequence<I...>) {
        return {(program.steps[StepIndex].input_gradient(I) != passes::none)...};
    }
};

} // namespace burin::detail
