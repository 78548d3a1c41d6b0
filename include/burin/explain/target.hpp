#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/shape.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace burin::explain {

/// The number that is explained: element `element` (a class) of output `output` of the network.
struct Target {
    std::size_t element = 0;
    std::size_t output = 0;
};

namespace detail {

/// Sends a gradient of 1 back from a target, and 0 from all else.
template <class Explainer>
struct OneHot {
    Target target;

    template <class Output, class Scalar>
    void operator()(Output output, const Scalar*, Scalar* gradient, std::size_t rows) const noexcept {
        constexpr std::size_t size = Explainer::output_shapes[Output::value].size();
        std::fill_n(gradient, size * rows, Scalar(0));
        if (output == target.output && target.element < size)
            for (std::size_t row = 0; row < rows; ++row)
                gradient[row * size + target.element] = Scalar(1);
    }
};

/// The target of a sample in the last run; 0 if the network has none such.
template <class Explainer>
typename Explainer::Scalar value_of(Explainer& explainer, const Target& target, std::size_t row) noexcept {
    typename Explainer::Scalar value = 0;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto look = [&](auto output) {
            constexpr std::size_t size = Explainer::output_shapes[output.value].size();
            if (target.output == output.value && target.element < size)
                value = explainer.template output<output.value>()[row * size + target.element];
        };
        (look(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<Explainer::output_count>{});
    return value;
}

/// Whether there is a whole sample and as much room for attributions as they take: else there is nothing to
/// do.
template <class Explainer, class Scalar>
bool fits(std::span<const Scalar> sample, std::span<Scalar> attribution, std::size_t size) noexcept {
    BURIN_ASSERT(sample.size() == Explainer::sample_size, "explain: expected one whole sample");
    BURIN_ASSERT(attribution.size() == size, "explain: expected room for all attributions, and no more");
    return sample.size() == Explainer::sample_size && attribution.size() == size;
}

/// Runs `count` samples, as many at a time as the explainer takes: `write(index, row)` puts sample `index`
/// into the explainer's row, `read(index, row)` looks at what came out.
template <class Explainer, class Write, class Read>
void run_all(Explainer& explainer, typename Explainer::Pointers parameters, std::size_t count,
             const Target& target, Write write, Read read) noexcept {
    for (std::size_t first = 0; first < count; first += Explainer::batch_size) {
        const std::size_t rows = std::min(Explainer::batch_size, count - first);
        for (std::size_t row = 0; row < rows; ++row)
            write(first + row, row);
        explainer.run(parameters, rows, OneHot<Explainer>{target});
        for (std::size_t row = 0; row < rows; ++row)
            read(first + row, row);
    }
}

/// Calls f(i, gradient) for each element i of a sample, with the gradient that the last run found for it.
template <class Explainer, class Function>
void for_each_gradient(Explainer& explainer, std::size_t row, Function f) noexcept {
    explainer.for_each_input([&](auto input, std::size_t first) {
        constexpr std::size_t size = Explainer::input_shapes[input.value].size();
        const auto* const gradient = explainer.template gradient<input.value>();
        for (std::size_t i = 0; i < size; ++i)
            f(first + i, gradient == nullptr ? typename Explainer::Scalar(0) : gradient[row * size + i]);
    });
}

} // namespace detail
} // namespace burin::explain
