// What `scripts/bill` compiles and measures: one network's inference or training step, and the constants that
// the compiler has worked out for it. BILL_HEADER names the user's header, BILL_NETWORK the type in it.
#include <burin/embedded.hpp>
#include <burin/quantization/quantized_predictor.hpp>
#include <burin/quantization/quantized_streamer.hpp>

#include BILL_HEADER

#include "interface.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace bill {

using namespace burin;

#ifdef BILL_STEPS
using Net = typename Streamer<BILL_NETWORK, BILL_STEPS>::Piece;
#else
using Net = BILL_NETWORK;
#endif
using N = engine::Network<Net>;

#ifdef BILL_INT8
using Weights = QuantizedNetwork<Net>;
using Element = std::int8_t;
#else
using Weights = Parameters<Net>;
using Element = float;
#endif

inline constexpr std::size_t batch = BILL_BATCH;
#if !defined(BILL_INT8) || defined(BILL_STEPS)
inline constexpr std::size_t input_size = [] {
    std::size_t sum = 0;
    for (const Shape& shape : N::input_shapes)
        sum += batch * shape.size();
    return sum;
}();

alignas(memory_alignment) std::array<Element, input_size> inputs;

std::array<const Element*, N::input_count> input_pointers() {
    std::array<const Element*, N::input_count> pointers{};
    const Element* next = inputs.data();
    for (std::size_t i = 0; i < pointers.size(); ++i) {
        pointers[i] = next;
        next += batch * N::input_shapes[i].size();
    }
    return pointers;
}

void bill_give_inputs(const std::byte* bytes) {
    std::copy_n(bytes, sizeof(inputs), std::as_writable_bytes(std::span(inputs)).data());
}
inline constexpr std::size_t input_bytes = sizeof(inputs);
#endif

/// Nothing may be worked out before the program runs.
template <class Pointer>
[[gnu::always_inline]] Pointer* hidden(Pointer* pointer) {
    asm volatile("" : "+r"(pointer) : : "memory");
    return pointer;
}

#ifdef BILL_TRAIN

using Loss = BILL_LOSS;
using Optimizer = BILL_OPTIMIZER;
using TrainerType = Trainer<Net, Loss, Optimizer, batch>;
using SamplesType = TrainerType::SamplesType;
using TrainingPlan = engine::Plan<Net, recipes::training.with(fitting::links_of<Net, Loss>)>;

template <std::size_t Output>
using Target = typename SamplesType::template Target<Output>;

/// A label stands for the classes of a row, any other target for one element of the output.
template <std::size_t Output>
inline constexpr std::size_t target_count =
    batch * output_shape<Net, Output>.size() /
    (std::is_same_v<Target<Output>, Label> ? output_shape<Net, Output>.last() : 1);

template <std::size_t Output>
std::array<Target<Output>, target_count<Output>> targets;

Weights parameters;

extern "C" [[gnu::noinline]] void bill_step() {
    static TrainerType trainer(parameters);
    TrainerType& hidden_trainer = *hidden(&trainer);
    SamplesType samples;
    samples.inputs = input_pointers();
    samples.rows = batch;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((std::get<I>(samples.targets) = targets<I>.data()), ...);
    }(std::make_index_sequence<N::output_count>{});
    volatile float loss = hidden_trainer.step(samples).total;
    static_cast<void>(loss);
}

void bill_give_parameters(const std::byte* bytes) {
    std::copy_n(bytes, sizeof(parameters), reinterpret_cast<std::byte*>(&parameters));
}

std::span<const std::byte> bill_outputs() {
    return std::as_bytes(parameters.all());
}

inline constexpr std::size_t target_bytes = []<std::size_t... I>(std::index_sequence<I...>) {
    return (sizeof(targets<I>) + ...);
}(std::make_index_sequence<N::output_count>{});

#else

// The bytes of `Weights`, in flash: bytes.cpp.
extern "C" const std::array<std::byte, sizeof(Weights)> bill_weights;

#if defined(BILL_STEPS) && defined(BILL_INT8)
QuantizedStreamer<Net, BILL_STEPS, batch> predictor;
#elif defined(BILL_STEPS)
Streamer<Net, BILL_STEPS, batch> predictor;
#elif defined(BILL_INT8)
QuantizedPredictor<Net, batch, InputMemory::arena> predictor;

void bill_give_inputs(const std::byte* bytes) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto give = [&](std::span<std::byte> to) {
            std::copy_n(bytes, to.size(), to.data());
            bytes += to.size();
        };
        (give(std::as_writable_bytes(predictor.template input<I>())), ...);
    }(std::make_index_sequence<N::input_count>{});
}
inline constexpr std::size_t input_bytes = 0; // They are in the arena.
inline constexpr std::size_t given_bytes = [] {
    std::size_t sum = 0;
    for (const Shape& shape : N::input_shapes)
        sum += batch * shape.size();
    return sum;
}();
#else
Predictor<Net, batch> predictor;
#endif

std::array<const Element*, N::output_count> outputs;

extern "C" [[gnu::noinline]] void bill_step() {
    const Weights* const weights = hidden(reinterpret_cast<const Weights*>(bill_weights.data()));
#if defined(BILL_STEPS) && defined(BILL_INT8)
    outputs = predictor.run(*weights, input_pointers());
#elif defined(BILL_STEPS)
    outputs = predictor.run(weights->data(), input_pointers());
#elif defined(BILL_INT8)
    outputs = predictor.run(*weights, batch);
#else
    outputs = predictor.run(weights->data(), input_pointers(), batch);
#endif
    hidden(outputs.data());
}

std::span<const std::byte> bill_outputs() {
    return std::as_bytes(std::span(outputs[0], batch * N::output_shapes[0].size()));
}

#endif

/// As `FACTS` in scripts/bill lists them.
extern "C" [[gnu::section(".bill"), gnu::used]] constinit const std::uint64_t bill_facts[]{
    parameter_count<Net>,
    trained_count<Net>,
    statistics_count<Net>,
    sizeof(Weights),
    input_bytes,
#ifdef BILL_TRAIN
    training_flops<Net, Loss>* batch,
    training_macs<Net, Loss>* batch,
    sizeof(Gradients<Net>),
    sizeof(float) * Optimizer::state_vectors* trained_count<Net>,
    sizeof(engine::Arena<TrainingPlan, batch, float>),
    sizeof(float) * TrainingPlan::lower_bound<batch>,
    sizeof(TrainerType),
    target_bytes,
    input_bytes,
#else
    flops<Net>* batch,
    macs<Net>* batch,
    0,
    0,
    sizeof(predictor),
#if defined(BILL_STEPS) && defined(BILL_INT8)
    predictor.state_bytes + engine::Plan<Net, recipes::quantized_streaming>::lower_bound<batch>,
#elif defined(BILL_STEPS)
    sizeof(float) * (CarriedState<Net, batch>::count + engine::Plan<Net, recipes::streaming>::lower_bound<batch>),
#elif defined(BILL_INT8)
    engine::Plan<Net, recipes::quantized.with_inputs_in(InputMemory::arena)>::lower_bound<batch>,
#else
    sizeof(float) * engine::Plan<Net, recipes::inference>::lower_bound<batch>,
#endif
    sizeof(predictor),
    0,
#if defined(BILL_INT8) && !defined(BILL_STEPS)
    given_bytes,
#else
    input_bytes,
#endif
#endif
};

} // namespace bill
