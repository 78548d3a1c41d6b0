#pragma once

#include "burin/io/onnx/dense_rules.hpp"
#include "burin/io/onnx/rule.hpp"
#include "burin/layers/embedding_bag.hpp"

#include <cstddef>
#include <string>

namespace burin::io::onnx {

/// Sums and means of rows; of the largest what is no token would have to be left out.
template <std::size_t Vocabulary, std::size_t Dimensions, class... Options>
    requires(!EmbeddingBag<Vocabulary, Dimensions, Options...>::is_maximum)
struct Rule<EmbeddingBag<Vocabulary, Dimensions, Options...>> {
    using LayerType = EmbeddingBag<Vocabulary, Dimensions, Options...>;
    static Value write(GraphWriter& to, const LayerStep& step) {
        std::string counts;
        std::string rows = gather_rows<typename LayerType::Rows, Vocabulary, Dimensions>(
            to, step, step.part("rows"), LayerType::adds_up ? nullptr : &counts);
        const std::string axes = to.integers("axis.1", {1});
        const Attributes drops = Attributes().integer("keepdims", 0);
        if (LayerType::is_weighted) {
            const std::string weights =
                to.node("Unsqueeze",
                        {to.channels_last(step.inputs[LayerType::is_weighted]), to.integers("axis.2", {2})},
                        {}, step.part("weights"));
            rows = to.node("Mul", {rows, weights}, {}, step.part("weighted"));
        }
        if (LayerType::adds_up)
            return to.value(to.node("ReduceSum", {rows, axes}, drops, step.name), step.output_shape);
        const std::string sum = to.node("ReduceSum", {rows, axes}, drops, step.part("sum"));
        const std::string count = to.node(
            "Max", {to.node("ReduceSum", {counts, axes}, drops, step.part("count")), to.number(1, "one")}, {},
            step.part("divisor"));
        return to.value(to.node("Div", {sum, count}, {}, step.name), step.output_shape);
    }
};

} // namespace burin::io::onnx
