#pragma once

#include "burin/core/error.hpp"
#include "burin/core/half.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/predictor.hpp"
#include "burin/parallel/team.hpp"
#include "burin/training/parts.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace burin {

/// Inference of many samples on all cores: a Predictor for each thread of a team that it keeps, and no memory
/// beside. Each runs pieces of `Batch` samples, so that the outputs have the same bits at any number of
/// threads. Less than 20 µs of work stays on the thread that calls. For a network of one input and one
/// output.
///
///     ParallelPredictor<Net, 32> predictor;          // or `predictor(4)`: on four threads
///     predictor(model.parameters(), inputs, outputs);
template <class Net, std::size_t Batch = 32, class Stored = float>
class ParallelPredictor {
    using N = engine::Network<Net>;
    using Scalar = core::Computed<Stored>;
    using One = Predictor<Net, Batch, Stored>;
    static_assert(N::input_count == 1 && N::output_count == 1,
                  "ParallelPredictor runs networks of one input and one output");
    static constexpr std::size_t input_size = N::input_shapes[0].size(),
                                 output_size = N::output_shapes[0].size();

  public:
    /// With 0 threads, on as many as `parallel::threads()` says.
    explicit ParallelPredictor(std::size_t threads = 0) : team_(threads) {
        core::within_memory("ParallelPredictor", [&] {
            while (predictors_.size() < team_.threads())
                predictors_.push_back(std::make_unique<One>());
        });
    }

    std::size_t threads() const noexcept { return team_.threads(); }

    /// Writes the outputs of whole samples to `outputs`, and returns them. Throws Error unless the inputs are
    /// whole samples, and there is room for the outputs of all.
    std::span<Scalar> operator()(const Parameters<Net, Stored>& parameters, std::span<const Scalar> inputs,
                                 std::span<Scalar> outputs) {
        const std::size_t count = inputs.size() / input_size;
        if (inputs.size() % input_size != 0 || outputs.size() < count * output_size)
            throw Error("ParallelPredictor: expected whole samples of " + std::to_string(input_size) +
                        " values and room for " + std::to_string(count * output_size) + " outputs, got " +
                        std::to_string(inputs.size()) + " values and room for " +
                        std::to_string(outputs.size()));
        const std::size_t batches = (count + Batch - 1) / Batch;
        const bool pays = fitting::nanoseconds_of(flops<Net> * count) >= fitting::least_shared_nanoseconds;
        const std::size_t shares = pays ? std::min(batches, predictors_.size()) : 1;
        team_.for_each(shares, [&](std::size_t i) {
            const std::size_t begin = i * batches / shares * Batch,
                              end = std::min((i + 1) * batches / shares * Batch, count);
            (*predictors_[i])(parameters, inputs.subspan(begin * input_size, (end - begin) * input_size),
                              outputs.subspan(begin * output_size, (end - begin) * output_size));
        });
        return outputs.first(count * output_size);
    }

  private:
    parallel::Team team_;
    std::vector<std::unique_ptr<One>> predictors_;
};

} // namespace burin
