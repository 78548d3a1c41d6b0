#pragma once

#include "burin/core/error.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/fit_pipeline.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

// A network whose targets are numbers far from 0, or far apart, learns them slowly or not at all: they are
// scaled as its inputs are, and its answers are scaled back.
//
//     data::Pipeline<Input<3>, data::StandardScaler> of_targets; // three targets a sample
//     data::fit_targets(of_targets, train);
//     fit(model, data::scale_targets(of_targets, train), Fit{.loss = losses::MeanSquaredError{}});
//     of_targets.undo(answer, forecast);                         // anywhere; no heap
//
// The pipeline is any other: it is saved, loaded and exported like one. Both functions throw Error for
// targets of another number than it takes.

namespace burin::data {

namespace detail {

/// The targets of a data set, as samples.
template <class Scalar>
Dataset<Label, Scalar> targets_as_samples(const Dataset<Scalar, Scalar>& data, std::size_t expected) {
    if (data.target_size() != expected)
        throw Error("Pipeline: expected " + std::to_string(expected) + " targets a sample, got " +
                    std::to_string(data.target_size()));
    std::vector<Scalar> targets, weights;
    for (std::size_t i = 0; i < data.size(); ++i) {
        targets.insert(targets.end(), data.target(i).begin(), data.target(i).end());
        if (data.has_weights())
            weights.push_back(data.weight(i));
    }
    return Dataset<Label, Scalar>::without_targets(Shape(expected), std::move(targets), std::move(weights));
}

} // namespace detail

/// Learns the constants of a pipeline that begins with `Input<…>` from the targets of `data`.
template <class Scalar, class First, class... Stages>
void fit_targets(PipelineOf<Scalar, First, Stages...>& pipeline, const Dataset<Scalar, Scalar>& data) {
    core::within_memory("Pipeline", [&] {
        pipeline.fit(detail::targets_as_samples(data, PipelineOf<Scalar, First, Stages...>::input_size));
    });
}

/// The same samples with the targets that a pipeline makes of theirs.
template <class Scalar, class First, class... Stages>
Dataset<Scalar, Scalar> scale_targets(const PipelineOf<Scalar, First, Stages...>& pipeline,
                                      const Dataset<Scalar, Scalar>& data) {
    return core::within_memory("Pipeline", [&] {
        const auto scaled =
            pipeline(detail::targets_as_samples(data, PipelineOf<Scalar, First, Stages...>::input_size));
        std::vector<Scalar> inputs, targets, weights;
        for (std::size_t i = 0; i < data.size(); ++i) {
            inputs.insert(inputs.end(), data.input(i).begin(), data.input(i).end());
            targets.insert(targets.end(), scaled.input(i).begin(), scaled.input(i).end());
            if (data.has_weights())
                weights.push_back(data.weight(i));
        }
        return Dataset<Scalar, Scalar>(data.input_shape(), std::move(inputs), std::move(targets),
                                       std::move(weights));
    });
}

} // namespace burin::data
