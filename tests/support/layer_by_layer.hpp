#pragma once

#include "burin/graph/execute.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/workspace.hpp"
#include "support/on_heap.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>

template <class Net>
using InferencePlan = burin::engine::Plan<Net, burin::recipes::inference>;

/// What an inference's plan computes together gives the bits of layer by layer, each result in memory; in a
/// whole batch and in a part of one.
template <class Net, std::size_t Batch, class Scalar = float>
void check_layer_by_layer() {
    using namespace burin;
    using Alone = engine::Plan<Net, recipes::calibration>;
    using Together = InferencePlan<Net>;
    constexpr std::size_t size = input_shape<Net>.size(), outputs = output_shape<Net>.size();
    const auto parameters = OnHeap<Parameters<Net, Scalar>>();
    const auto numbers = random_numbers<Scalar>(stored_count<Net>, 1);
    std::copy(numbers.begin(), numbers.end(), parameters->data());
    const auto x = random_numbers<Scalar>(Batch * size, 2);
    const auto alone = OnHeap<engine::Arena<Alone, Batch, Scalar>>();
    const auto together = OnHeap<engine::Arena<Together, Batch, Scalar>>();
    for (const std::size_t rows : {Batch, std::size_t(1)}) {
        engine::Frame<Net, Scalar> frame;
        frame.inputs = {x.data()};
        frame.parameters = *parameters;
        frame.rows = rows;
        frame.arena = alone->data();
        engine::execute<Alone, Batch, Scalar>(frame);
        const Scalar* const expected = engine::output_of<Alone, Batch, Scalar>(frame);
        frame.arena = together->data();
        engine::execute<Together, Batch, Scalar>(frame);
        const Scalar* const found = engine::output_of<Together, Batch, Scalar>(frame);
        CHECK(std::equal(expected, expected + rows * outputs, found));
    }
}
