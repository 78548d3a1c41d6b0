#pragma once

#include "burin/graph/network.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/report/memory_plan.hpp"
#include "burin/report/node_title.hpp"
#include "burin/report/table.hpp"
#include "burin/report/ticks.hpp"
#include "burin/training/history.hpp"
#include "burin/training/training_bytes.hpp"

#include <cstddef>
#include <cstdio>
#include <string>
#include <type_traits>

namespace burin::report {

namespace detail {

template <class Net, class Scalar>
Table summary_table() {
    using N = engine::Network<Net>;
    using Align = Table::Align;
    Table table({{"layer", Align::left},
                 {"", Align::left},
                 {"output shape", Align::left},
                 {"parameters", Align::right},
                 {"bytes", Align::right}});
    for (const passes::LoweredNode& node : N::graph.nodes) {
        Text<96> shape;
        shape.append(node.shape);
        const bool owns = node.shares_with == passes::none;
        table.add_row(
            {node_place(node), std::string(node.rules->name().view()), std::string(shape.view()),
             owns ? with_commas(node.parameter_count) : "as " + std::string(node.weights_place.text().view()),
             with_commas(owns ? node.parameter_count * sizeof(Scalar) : 0)});
    }
    table.add_line();
    table.add_row({"total", "", "", with_commas(parameter_count<Net>),
                   with_commas(parameter_count<Net> * sizeof(Scalar))});
    return table;
}

} // namespace detail

/// A table of the network: a row for each layer with its place, output shape, parameters and their bytes;
/// below it the totals, and what inference (one sample) and training (Adam, `Batch` samples) take. With a
/// Loss, also into how many parts `Fit{.threads = n}` cuts a batch, and what training takes then.
template <class Net, std::size_t Batch = 32, class Scalar = float, class Loss = void>
std::string summary() {
    std::string text = detail::summary_table<Net, Scalar>().text();
    text += "inference, 1 sample:            " + with_commas(inference_bytes<Net, 1, Scalar>) + " bytes, " +
            with_commas(flops<Net>) + " FLOPs\n";
    text += "training with Adam, batch " + std::to_string(Batch) + ":" +
            std::string(Batch < 10    ? 4
                        : Batch < 100 ? 3
                                      : 2,
                        ' ') +
            with_commas(training_bytes<Net, Batch, optimizers::Adam, Scalar>) + " bytes\n";
    if constexpr (!std::is_void_v<Loss>) {
        constexpr fitting::Parts parts = fitting::parts_of<Net, Loss, Batch>;
        text += "the same shared by threads:     " +
                with_commas(training_bytes_in_parts<Net, Loss, Batch, optimizers::Adam, Scalar>) +
                " bytes, " +
                (parts.count == 1
                     ? "in one part"
                     : "in " + std::to_string(parts.count) + " parts of " + std::to_string(parts.rows)) +
                "\n";
    }
    return text;
}

template <class Net, std::size_t Batch = 32, class Scalar = float, class Loss = void>
void print_summary(std::FILE* stream = stdout) {
    std::fputs((summary<Net, Batch, Scalar, Loss>() + "\n").c_str(), stream);
}

/// `loss 0.0912  accuracy 0.975`
inline std::string text(const Evaluation& evaluation) {
    std::string line;
    for (const NamedValue& each : evaluation.values()) {
        line.append(line.empty() ? "" : "  ").append(each.name).append(" ");
        line += significant(each.value, 4);
    }
    return line;
}

inline void print(const Evaluation& evaluation, std::FILE* stream = stdout) {
    std::fputs((text(evaluation) + "\n").c_str(), stream);
}

} // namespace burin::report
