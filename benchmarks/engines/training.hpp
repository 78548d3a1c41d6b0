#pragma once

#include "burin.hpp"
#include "networks.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace engines {

/// 256 samples, and what trains: from the weights of all programs.
template <class Net, class Loss, std::size_t Batch>
struct Lesson {
    using Trainer = burin::Trainer<Net, Loss, burin::optimizers::Adam, Batch>;
    static constexpr std::size_t samples = 256, width = burin::input_shape<Net>.size();

    std::shared_ptr<burin::Parameters<Net>> parameters;
    std::unique_ptr<Trainer> trainer;
    peers::Memory<float> inputs;
    std::vector<std::uint32_t> labels;
    std::size_t at;

    Lesson()
        : parameters(parameters_of<Net>()), trainer(std::make_unique<Trainer>(*parameters)),
          inputs(peers::numbers<float>(7, samples * width)),
          labels(peers::labels(samples, burin::output_shape<Net>.size())), at(0) {}

    float step() {
        const std::span<const float> x(inputs.data() + at * width, Batch * width);
        const std::span<const std::uint32_t> targets(labels.data() + at, Batch);
        at = (at + Batch) % samples;
        if constexpr (std::is_same_v<Loss, burin::losses::MeanSquaredError>)
            return burin::losses::reduce(trainer->loss, trainer->step(x, x));
        else
            return burin::losses::reduce(trainer->loss, trainer->step(x, targets));
    }
};

/// Steps of Adam, of batches in turn: the labels are `peers::labels`, an autoencoder's targets its inputs.
/// The results are the losses of four steps.
struct Training {
    template <class Net, std::size_t Batch>
    peers::Variants operator()() const {
        using Loss = std::conditional_t<std::is_same_v<Net, Autoencoder>, burin::losses::MeanSquaredError,
                                        burin::losses::SparseCategoricalCrossentropy>;
        const auto lesson = std::make_shared<Lesson<Net, Loss, Batch>>();
        return {{"", peers::repeat([lesson] { lesson->step(); }), [lesson] {
                     std::vector<double> losses;
                     for (int i = 0; i < 4; ++i)
                         losses.push_back(static_cast<double>(lesson->step()));
                     return losses;
                 }}};
    }
};

} // namespace engines
