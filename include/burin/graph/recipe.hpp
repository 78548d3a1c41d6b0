#pragma once

#include "burin/core/link.hpp"
#include "burin/passes/node.hpp"

#include <array>
#include <cstddef>

namespace burin {

using passes::Mode;

namespace engine {

/// The links (softmax, sigmoid) that the losses of the outputs contain.
template <std::size_t Outputs>
using Links = std::array<Link, Outputs>;

} // namespace engine

/// Whose memory a network's inputs are in.
enum class InputMemory {
    callers, ///< The caller says where.
    arena,   ///< The arena's: the caller writes them there, and they are gone after a run.
};

namespace recipes {

/// What a program computes with.
enum class Numbers {
    real, ///< The scalar type of the run.
    int8, ///< 8-bit integers; `quantization/` has what is to be known of them.
};

/// Which elementwise layers are computed together with the layer before them.
enum class Fusing {
    chains, ///< All that can be.
    none,   ///< None: what each layer gives can be seen.
};

/// Which gradients a program finds.
enum class Gradients {
    none,
    of_parameters, ///< Those of all that are trained.
    of_inputs,     ///< Those of the network's inputs.
    of_node,       ///< That of what `engine::Recipe::kept_node` gives.
};

} // namespace recipes

namespace engine {

/// How a network becomes a program: which passes run, and what they aim at. A recipe that names no outputs is
/// one for networks with any number of them.
template <std::size_t Outputs = 0>
struct Recipe {
    Mode mode = Mode::inference;
    recipes::Numbers numbers = recipes::Numbers::real;
    recipes::Fusing fusing = recipes::Fusing::chains;
    InputMemory inputs = InputMemory::callers;
    bool widens = false; ///< The parameters are stored in half the bits, and each layer's are widened into
                         ///< the arena before its step. For inference.
    recipes::Gradients gradients = recipes::Gradients::none;
    std::size_t kept_node = passes::none; ///< The node whose value is one more output of the program.
    Links<Outputs> links{};               ///< Where the outputs are those that the losses want (logits).

    template <std::size_t Count>
    constexpr Recipe<Count> with(const Links<Count>& absorbed) const {
        return {mode, numbers, fusing, inputs, widens, gradients, kept_node, absorbed};
    }
    constexpr Recipe widening(bool is_wanted = true) const {
        Recipe changed = *this;
        changed.widens = is_wanted;
        return changed;
    }
    constexpr Recipe with_inputs_in(InputMemory memory) const {
        Recipe changed = *this;
        changed.inputs = memory;
        return changed;
    }

    template <std::size_t Count>
        requires(Outputs == 0 && Count > 0)
    constexpr operator Recipe<Count>() const {
        return with(Links<Count>{});
    }
};

} // namespace engine

/// The recipes that there are. The one of explanations depends on what is asked for: see `explaining.hpp`.
namespace recipes {

inline constexpr engine::Recipe<> inference{};
inline constexpr engine::Recipe<> training{.mode = Mode::training, .gradients = Gradients::of_parameters};
inline constexpr engine::Recipe<> streaming{.mode = Mode::streaming};
inline constexpr engine::Recipe<> quantized{.numbers = Numbers::int8};
inline constexpr engine::Recipe<> quantized_streaming{.mode = Mode::streaming, .numbers = Numbers::int8};
/// Inference in which what every layer gives is stored, so that an observer sees its range.
inline constexpr engine::Recipe<> calibration{.fusing = Fusing::none};

} // namespace recipes

} // namespace burin
