#pragma once

#include "burin/training/model.hpp"
#include "burin/training/trainer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace burin {

/// A Trainer of a model on the heap, for batches of up to `Batch` samples: a trainer is a few times as large
/// as the parameters (`training_bytes`), more than a stack may have room for. The model must outlive it.
///
///     const auto trainer = make_trainer<32>(model, losses::SparseCategoricalCrossentropy{},
///                                           optimizers::Adam{});
///     trainer->step(inputs, labels);
template <std::size_t Batch, class Net, class Scalar, class Loss, class Optimizer>
std::unique_ptr<Trainer<Net, Loss, Optimizer, Batch, Scalar>>
make_trainer(Model<Net, Scalar>& model, const Loss& loss, const Optimizer& optimizer,
             std::uint64_t seed = 0) {
    return core::within_memory("make_trainer", [&] {
        return std::make_unique<Trainer<Net, Loss, Optimizer, Batch, Scalar>>(model.parameters(), loss,
                                                                              optimizer, seed);
    });
}

/// The same for one that shares its work with workers, which must outlive it:
///
///     parallel::Team team(4);
///     const auto trainer = make_trainer<128>(model, loss, optimizer, seed, team);
template <std::size_t Batch, class Net, class Scalar, class Loss, class Optimizer, class Workers>
std::unique_ptr<Trainer<Net, Loss, Optimizer, Batch, Scalar, Workers>>
make_trainer(Model<Net, Scalar>& model, const Loss& loss, const Optimizer& optimizer, std::uint64_t seed,
             Workers& workers) {
    return core::within_memory("make_trainer", [&] {
        return std::make_unique<Trainer<Net, Loss, Optimizer, Batch, Scalar, Workers>>(
            model.parameters(), loss, optimizer, seed, workers);
    });
}

} // namespace burin
