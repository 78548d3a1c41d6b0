#pragma once

#include "burin/graph/predictor.hpp"
#include "burin/graph/streamer.hpp"
#include "burin/io/export_c.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

namespace burin::test {

// Programs with one lane. With BURIN_C_DIRECTORY they write networks, inputs and their own outputs as C,
// which export_c.py compiles and runs: the bits are to be the same.

/// Where export_c.py wants what it compiles; null if nobody asks.
inline const char* c_directory() {
    return std::getenv("BURIN_C_DIRECTORY");
}

/// NAME_case.c: inputs, what Burin gives for them, and `int case_NAME(void)`, which returns how many numbers
/// of the C function are others, bit by bit.
template <class Number>
class CCase {
  public:
    explicit CCase(std::string name) : name_(std::move(name)) {}

    void input(const std::vector<Number>& numbers) {
        arguments_ += add_array("in_" + std::to_string(inputs_++), numbers) + ", ";
    }
    void output(const std::vector<Number>& numbers) {
        const std::string got = "got_" + std::to_string(outputs_);
        const std::string wanted = add_array("wanted_" + std::to_string(outputs_++), numbers);
        arrays_ += "static " + type() + " " + got + "[" + std::to_string(numbers.size()) + "];\n";
        arguments_ += got + ", ";
        checks_ += "    for (i = 0; i < " + std::to_string(numbers.size()) +
                   "; ++i)\n        wrong += memcmp(&" + got + "[i], &" + wanted + "[i], sizeof " + got +
                   "[0]) != 0;\n";
    }
    /// What was told is one call, of a sample or of the next piece.
    void call(bool is_piece = false) {
        body_ += "    " + name_ + "(" + arguments_ + (is_piece ? "state, " : "") + "arena);\n" + checks_;
        arguments_.clear();
        checks_.clear();
    }
    /// Before the first piece of a sequence.
    void begin() {
        state_ = ", state[" + io::c::capitals(name_) + "_STATE]";
        body_ += "    " + name_ + "_reset(state);\n";
    }
    void write(const std::string& directory) const {
        std::ofstream(directory + "/" + name_ + "_case.c")
            << "#include \"" << name_
            << ".h\"\n#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n"
            << arrays_ << "int case_" << name_ << "(void);\nint case_" << name_ << "(void)\n{\n    static "
            << type() << " arena[" << io::c::capitals(name_) << "_ARENA]" << state_
            << ";\n    int wrong = 0;\n    size_t i;\n"
            << body_ << "    return wrong;\n}\n";
    }

  private:
    static std::string type() { return std::is_same_v<Number, float> ? "float" : "int8_t"; }

    std::string add_array(const std::string& name, const std::vector<Number>& numbers) {
        arrays_ += "static const " + type() + " " + name + "[] = {";
        for (const Number number : numbers)
            arrays_ += io::c::literal(number) + ", ";
        arrays_ += "};\n";
        return name;
    }

    std::string name_, arrays_, arguments_, checks_, body_, state_;
    std::size_t inputs_ = 0, outputs_ = 0;
};

/// Of whom biases and statistics are not the usual zeros and ones.
template <class Net>
Model<Net> lived_in_model(std::mt19937& random) {
    Model<Net> model({.seed = 3});
    std::normal_distribution<float> normal;
    for (const ParameterTensor& tensor : parameter_tensors<Net>) {
        const auto values = model[tensor.name().view()];
        const bool is_variance = tensor.name().view().ends_with("running_var");
        if (tensor.spec.role != ParameterRole::weight)
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = is_variance ? 0.5F + std::fabs(normal(random)) : 0.3F * normal(random);
    }
    return model;
}

/// Writes a network, inputs (tokens below a number, if that is not 0) and what Predictor gives for them.
template <class Net>
void write_c_case(const std::string& name, unsigned tokens = 0) {
    using N = engine::Network<Net>;
    std::mt19937 random(7);
    const Model<Net> model = lived_in_model<Net>(random);
    CHECK(io::c_text(model, {name}).source.find("void " + name + "(") != std::string::npos);
    const char* const directory = c_directory();
    if (directory == nullptr)
        return;
    io::export_c(std::string(directory) + "/" + name + ".c", model);

    std::normal_distribution<float> normal;
    std::array<std::vector<float>, N::input_count> inputs;
    std::array<const float*, N::input_count> pointers{};
    CCase<float> written(name);
    for (std::size_t i = 0; i < N::input_count; ++i) {
        inputs[i].resize(N::input_shapes[i].size());
        for (float& each : inputs[i])
            each = tokens > 0 ? static_cast<float>(random() % tokens) : 2 * normal(random);
        pointers[i] = inputs[i].data();
        written.input(inputs[i]);
    }
    Predictor<Net> predictor;
    const auto outputs = predictor.run(model.parameters(), pointers, 1);
    for (std::size_t i = 0; i < N::output_count; ++i)
        written.output({outputs[i], outputs[i] + N::output_shapes[i].size()});
    written.call();
    written.write(directory);
}

/// The same of three pieces of so many steps, one after the other; each is a case.
template <std::size_t Steps, class Net>
void write_c_pieces(const std::string& name, unsigned tokens = 0) {
    std::mt19937 random(7);
    const Model<Net> model = lived_in_model<Net>(random);
    CHECK(io::c_pieces_text<Steps>(model, {name}).header.find("void " + name + "_reset(float *state);") !=
          std::string::npos);
    const char* const directory = c_directory();
    if (directory == nullptr)
        return;
    io::export_c_pieces<Steps>(std::string(directory) + "/" + name + ".c", model);
    std::normal_distribution<float> normal;
    std::vector<float> piece(engine::Network<typename Streamer<Net, Steps>::Piece>::input_shapes[0].size());
    Streamer<Net, Steps> streamer;
    CCase<float> written(name);
    written.begin();
    for (std::size_t i = 0; i < 3; ++i) {
        for (float& each : piece)
            each = tokens > 0 ? static_cast<float>(random() % tokens) : 2 * normal(random);
        written.input(piece);
        const auto output = streamer(model.parameters(), piece);
        written.output({output.begin(), output.end()});
        written.call(true);
    }
    written.write(directory);
}

} // namespace burin::test
