#pragma once

#include "burin/io/c/activation_rules.hpp"
#include "burin/io/c/functions.hpp"
#include "burin/io/c/product_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/layers/gru.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/simple_rnn.hpp"

#include <concepts>
#include <cstddef>
#include <string>

namespace burin::io::c {

namespace detail {

// A step of a cell: of its sums, those of the state alone where the cell wants them apart, h and c.

inline constexpr Function rnn_cell{
    R"(static void rnn_cell(size_t units, const float *sums, const float *recurrent, float *h, float *c)
{
    size_t u;
    (void)recurrent;
    (void)c;
    for (u = 0; u < units; ++u)
        h[u] = hyperbolic_tangent(sums[u]);
}
)",
    {&hyperbolic_tangent}};
inline constexpr Function fast_rnn_cell{
    R"(static void fast_rnn_cell(size_t units, const float *sums, const float *recurrent, float *h, float *c)
{
    size_t u;
    (void)recurrent;
    (void)c;
    for (u = 0; u < units; ++u)
        h[u] = fast_tanh(sums[u]);
}
)",
    {&pieces::fast_tanh}};
inline constexpr Function lstm_cell{R"(/* Gates i, f, g, o. */
static void lstm_cell(size_t units, const float *sums, const float *recurrent, float *h, float *c)
{
    size_t u;
    (void)recurrent;
    for (u = 0; u < units; ++u) {
        const float i = sigmoid(sums[u]), f = sigmoid(sums[units + u]);
        const float g = hyperbolic_tangent(sums[2 * units + u]), o = sigmoid(sums[3 * units + u]);
        c[u] = multiply_add(f, c[u], i * g);
        h[u] = o * hyperbolic_tangent(c[u]);
    }
}
)",
                                    {&sigmoid, &hyperbolic_tangent, &multiply_add}};
inline constexpr Function fast_lstm_cell{R"(/* Gates i, f, g, o. */
static void fast_lstm_cell(size_t units, const float *sums, const float *recurrent, float *h, float *c)
{
    size_t u;
    (void)recurrent;
    for (u = 0; u < units; ++u) {
        const float i = fast_sigmoid(sums[u]), f = fast_sigmoid(sums[units + u]);
        const float g = fast_tanh(sums[2 * units + u]), o = fast_sigmoid(sums[3 * units + u]);
        c[u] = multiply_add(f, c[u], i * g);
        h[u] = o * fast_tanh(c[u]);
    }
}
)",
                                         {&pieces::fast_sigmoid, &pieces::fast_tanh, &multiply_add}};
inline constexpr Function gru_cell{R"(/* Gates r, z, n. */
static void gru_cell(size_t units, const float *sums, const float *recurrent, float *h, float *c)
{
    size_t u;
    (void)c;
    for (u = 0; u < units; ++u) {
        const float r = sigmoid(sums[u] + recurrent[u]), z = sigmoid(sums[units + u] + recurrent[units + u]);
        const float n = hyperbolic_tangent(multiply_add(r, recurrent[2 * units + u], sums[2 * units + u]));
        h[u] = multiply_add(z, h[u] - n, n);
    }
}
)",
                                   {&sigmoid, &hyperbolic_tangent, &multiply_add}};
inline constexpr Function fast_gru_cell{R"(/* Gates r, z, n. */
static void fast_gru_cell(size_t units, const float *sums, const float *recurrent, float *h, float *c)
{
    size_t u;
    (void)c;
    for (u = 0; u < units; ++u) {
        const float r = fast_sigmoid(sums[u] + recurrent[u]);
        const float z = fast_sigmoid(sums[units + u] + recurrent[units + u]);
        const float n = fast_tanh(multiply_add(r, recurrent[2 * units + u], sums[2 * units + u]));
        h[u] = multiply_add(z, h[u] - n, n);
    }
}
)",
                                        {&pieces::fast_sigmoid, &pieces::fast_tanh, &multiply_add}};

inline constexpr Function relu_cell{
    R"(static void relu_cell(size_t units, const float *sums, const float *recurrent, float *h, float *c)
{
    size_t u;
    (void)recurrent;
    (void)c;
    for (u = 0; u < units; ++u)
        h[u] = at_least(sums[u], 0.0f);
}
)",
    {&at_least}};
inline constexpr Function reset_before_cell{R"(/* r * h */
static void reset_state(size_t units, const float *sums, const float *h, float *middle)
{
    size_t u;
    for (u = 0; u < units; ++u)
        middle[u] = sigmoid(sums[u]) * h[u];
}
/* Gates r, z, n; `recurrent` is the product of what is reset. */
static void reset_before_cell(size_t units, const float *sums, const float *recurrent, float *h, float *c)
{
    size_t u;
    (void)c;
    for (u = 0; u < units; ++u) {
        const float z = sigmoid(sums[units + u]), n = hyperbolic_tangent(sums[2 * units + u] + recurrent[u]);
        h[u] = multiply_add(z, h[u] - n, n);
    }
}
)",
                                            {&sigmoid, &hyperbolic_tangent, &multiply_add}};

/// A cell's function, by its type.
struct CellFunction {
    const char* name = nullptr;
    const Function* piece = nullptr;
};
template <class Cell>
inline constexpr CellFunction cell_function{};
template <>
inline constexpr CellFunction cell_function<kernels::SimpleRNNCell<kernels::Accuracy::full>>{"rnn_cell",
                                                                                             &rnn_cell};
template <>
inline constexpr CellFunction cell_function<kernels::SimpleRNNCell<kernels::Accuracy::fast>>{"fast_rnn_cell",
                                                                                             &fast_rnn_cell};
template <>
inline constexpr CellFunction cell_function<kernels::LSTMCell<kernels::Accuracy::full>>{"lstm_cell",
                                                                                        &lstm_cell};
template <>
inline constexpr CellFunction cell_function<kernels::LSTMCell<kernels::Accuracy::fast>>{"fast_lstm_cell",
                                                                                        &fast_lstm_cell};
template <>
inline constexpr CellFunction cell_function<kernels::GRUCell<kernels::Accuracy::full>>{"gru_cell", &gru_cell};
template <>
inline constexpr CellFunction cell_function<kernels::GRUCell<kernels::Accuracy::fast>>{"fast_gru_cell",
                                                                                       &fast_gru_cell};

template <>
inline constexpr CellFunction cell_function<kernels::SimpleReLUCell>{"relu_cell", &relu_cell};
template <>
inline constexpr CellFunction cell_function<kernels::ResetBeforeCell<kernels::Accuracy::full>>{
    "reset_before_cell", &reset_before_cell};
template <kernels::Accuracy accuracy, std::size_t Size>
inline constexpr CellFunction cell_function<kernels::ProjectedLSTMCell<accuracy, Size>> =
    cell_function<kernels::LSTMCell<accuracy>>;

template <class Option>
inline constexpr bool is_written_option =
    std::same_as<Option, ReturnSequences> || std::same_as<Option, ReturnState> ||
    std::same_as<Option, InitialState> || std::same_as<Option, Masked> || std::same_as<Option, GoBackwards> ||
    std::same_as<Option, NoBias> || std::same_as<Option, ReLUCell> || std::same_as<Option, ResetBefore> ||
    std::same_as<Option, IntegerCell> || burin::detail::is_projected<Option> ||
    std::same_as<Option, burin::detail::Realigned> || std::same_as<Option, burin::detail::FastGates>;

/// Step by step; the sums of one step, of the state alone, and the state are in the scratch memory.
template <class LayerType, std::size_t Units, class... Options>
struct RecurrentRule {
    using Cell = typename LayerType::Cell;
    static constexpr CellFunction cell = cell_function<Cell>;
    static constexpr bool is_missing = cell.piece == nullptr || !(is_written_option<Options> && ...);
    template <class Option>
    static constexpr bool has = (std::same_as<Options, Option> || ...);
    static constexpr std::size_t columns = LayerType::columns, outputs = LayerType::outputs,
                                 state_size = LayerType::state_size;
    /// Of the state alone, where the cell wants them apart, and what a second product is of, and is.
    static constexpr std::size_t recurrent = Cell::separates_recurrent ? columns : 0;
    static constexpr std::size_t middle = Cell::has_middle ? Units + LayerType::product_columns : 0;

    static std::size_t state(const LayerStep&) { return state_size; }
    static std::size_t scratch(const LayerStep& step) {
        return columns + recurrent + middle + (step.state.empty() ? state_size : 0);
    }

    static void write(Source& to, const LayerStep& step) {
        to.use(*cell.piece);
        for_samples(to, step, [&](const LayerStep& one) { write_sample(to, one); });
    }

  private:
    static void write_sample(Source& to, const LayerStep& step) {
        const std::size_t time = step.input_shapes[0][0], features = step.input_shapes[0].last();
        const std::string units = std::to_string(Units), steps = std::to_string(time),
                          all = std::to_string(state_size), given = std::to_string(outputs);
        to.line("{");
        to.line("    float *const sums = " + step.scratch + ";");
        if (Cell::separates_recurrent)
            to.line("    float *const recurrent = " + plus("sums", columns) + ";");
        if (Cell::has_middle) {
            to.line("    float *const middle = " + plus("sums", columns + recurrent) + ";");
            if (!Cell::projects)
                to.line("    float *const recurrent = middle + " + units + ";");
        }
        to.line("    float *const h = " +
                (step.state.empty() ? plus("sums", columns + recurrent + middle) : step.state) + ";");
        if (Cell::has_cell_state)
            to.line("    float *const c = h + " + given + ";");
        to.line("    size_t step, i;");
        const std::string first =
            has<InitialState> ? "(" + step.inputs[LayerType::initial_input] + ")[i]" : "0.0f";
        if (step.state.empty()) {
            to.line("    for (i = 0; i < " + all + "; ++i)");
            to.line("        h[i] = " + first + ";");
        }
        to.line("    for (step = 0; step < " + steps + "; ++step) {");
        to.line(std::string("        const size_t at = ") +
                (has<GoBackwards> ? std::to_string(time - 1) + " - step" : "step") + ";");
        if (has<Masked>)
            to.line("        if ((" + step.inputs[LayerType::mask_input] + ")[at] != 0.0f) {");
        Product inputs{.x = step.inputs[0] + " + at * " + std::to_string(features),
                       .w = step.weights(to, "weight"),
                       .y = "sums",
                       .start = step.weights_if(to, LayerType::has_bias, "bias"),
                       .depth = features,
                       .columns = columns,
                       .hints = {}};
        inputs.write(to);
        Product state{.x = "h",
                      .w = step.weights(to, "recurrent_weight"),
                      .y = Cell::separates_recurrent ? "recurrent" : "sums",
                      .start = Cell::separates_recurrent
                                   ? step.weights_if(to, LayerType::has_bias, "recurrent_bias")
                                   : "sums",
                      .depth = outputs,
                      .columns = LayerType::recurrent_columns,
                      .hints = {}};
        state.write(to);
        write_cell(to, step);
        if (has<Masked>)
            to.line("        }");
        if (has<ReturnSequences>) {
            to.line("        for (i = 0; i < " + given + "; ++i)");
            to.line("            (" + step.output + ")[" + (has<burin::detail::Realigned> ? "at" : "step") +
                    " * " + given + " + i] = h[i];");
        }
        to.line("    }");
        const std::size_t sequence = has<ReturnSequences> ? time * outputs : 0;
        if (has<ReturnState> || !has<ReturnSequences>) {
            to.line("    for (i = 0; i < " + (has<ReturnState> ? all : given) + "; ++i)");
            to.line("        (" + step.output + ")[" + std::to_string(sequence) + " + i] = h[i];");
        }
        to.line("}");
    }

    /// The sums' cell and, where it has one, its second product.
    static void write_cell(Source& to, const LayerStep& step) {
        const std::string units = std::to_string(Units), c = Cell::has_cell_state ? "c" : "NULL";
        const auto call = [&](const char* recurrent_sums, const char* h) {
            to.line("        " + std::string(cell.name) + "(" + units + ", sums, " + recurrent_sums + ", " +
                    h + ", " + c + ");");
        };
        if constexpr (Cell::has_middle) {
            const bool projects = Cell::projects;
            if (projects)
                call("NULL", "middle");
            else
                to.line("        reset_state(" + units + ", sums, h, middle);");
            Product second{.x = "middle",
                           .w = step.weights(to, projects ? "projection_weight" : "reset_weight"),
                           .y = projects ? "h" : "recurrent",
                           .depth = Units,
                           .columns = LayerType::product_columns,
                           .hints = {}};
            second.write(to);
            if (!projects)
                call("recurrent", "h");
        } else {
            call(Cell::separates_recurrent ? "recurrent" : "NULL", "h");
        }
    }
};

} // namespace detail

template <std::size_t Units, class... Options>
struct Rule<SimpleRNN<Units, Options...>>
    : detail::RecurrentRule<SimpleRNN<Units, Options...>, Units, Options...> {};
template <std::size_t Units, class... Options>
struct Rule<LSTM<Units, Options...>> : detail::RecurrentRule<LSTM<Units, Options...>, Units, Options...> {};
template <std::size_t Units, class... Options>
struct Rule<GRU<Units, Options...>> : detail::RecurrentRule<GRU<Units, Options...>, Units, Options...> {};

} // namespace burin::io::c
