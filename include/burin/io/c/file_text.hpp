#pragma once

#include "burin/core/error.hpp"
#include "burin/core/shape.hpp"
#include "burin/io/c/source.hpp"
#include "burin/io/c/taken_names.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace burin::io {

/// The two files of a network in C.
struct CText {
    std::string source;
    std::string header;
};

/// What `export_c` writes.
struct COptions {
    std::string name{}; ///< Of the function, and in capitals of the macros; empty: that of the file.
};

namespace c {

/// An argument of the function.
struct Argument {
    std::string name{};
    Shape shape{};
    std::string more{}; ///< Lines of the header that tell more of it.
};

/// What the two files hold.
struct Contents {
    std::string name{};   ///< Of the function.
    std::string number{}; ///< The type of inputs, outputs and the arena.
    std::string unit{};   ///< What the arena is counted in.
    std::size_t arena = 0;
    bool is_streaming = false;
    std::size_t state = 0;
    std::vector<Argument> inputs{}, outputs{};
    std::vector<std::string> layers{}; ///< One a line.
};

inline std::string capitals(std::string text) {
    for (char& letter : text)
        if (letter >= 'a' && letter <= 'z')
            letter = static_cast<char>(letter - 'a' + 'A');
    return text;
}

inline bool is_keyword(std::string_view name) {
    static constexpr std::string_view words =
        " arena state auto break case char const continue default do double "
        "else enum extern float for goto if inline int "
        "long register restrict return short signed sizeof static "
        "struct switch typedef union unsigned void volatile "
        "while "
        "NULL NAN INFINITY EOF errno ";
    return words.find(" " + std::string(name) + " ") != std::string_view::npos;
}

/// A name for a function or an argument.
inline std::string free_name(std::string_view name) {
    const std::string result = identifier(name);
    return is_keyword(result) ? result + "_" : result;
}

/// A name for the network's function.
inline std::string function_name(std::string_view name) {
    std::string result = free_name(name);
    if (result.find_first_not_of('_') == std::string::npos)
        throw Error("export_c: '" + std::string(name) + "': expected a name of letters a to z, digits and _");
    if (is_taken(identifier(name)))
        throw Error("export_c: " + std::string(name) + ": expected another name, for C has that one");
    return result;
}

/// What an argument is called in the function, where pieces have names of their own.
inline std::string inner_name(const char* kind, std::size_t index) {
    return std::string(kind) + "_" + std::to_string(index);
}

/// The prototype, without what ends it: with the names that a user reads, or those in the function.
inline std::string prototype(const Contents& of, bool is_inside) {
    std::string text = "void " + of.name + "(";
    for (std::size_t i = 0; i < of.inputs.size(); ++i)
        text.append("const ").append(of.number).append(" *").append(
            (is_inside ? inner_name("input", i) : of.inputs[i].name) + ", ");
    for (std::size_t i = 0; i < of.outputs.size(); ++i)
        text.append(of.number).append(" *").append(
            (is_inside ? inner_name("output", i) : of.outputs[i].name) + ", ");
    if (of.is_streaming)
        text.append(of.number).append(" *state, ");
    return text + of.number + " *arena)";
}

/// Of the function that begins a sequence.
inline std::string reset_prototype(const Contents& of) {
    return "void " + of.name + "_reset(" + of.number + " *state)";
}

inline std::string shape_text(const Shape& shape) {
    std::string text = "[";
    for (std::size_t axis = 0; axis < shape.rank; ++axis)
        text.append(axis > 0 ? ", " : "").append(std::to_string(shape[axis]));
    return text + "]";
}

inline std::string header_text(const Contents& of) {
    const std::string prefix = capitals(of.name);
    std::string text = "/* A trained network in C99, written by burin::io::export_c. */\n\n#ifndef " +
                       prefix + "_H\n#define " + prefix + "_H\n\n";
    if (of.number == "int8_t")
        text.append("#include <stdint.h>\n\n");
    text.append("/* So many ").append(of.unit).append(" of memory it works in. */\n");
    text.append("#define ").append(prefix).append("_ARENA ").append(std::to_string(of.arena)).append("\n\n");
    if (of.is_streaming) {
        text.append("/* And so many that it carries from piece to piece of a sequence. */\n#define ");
        text.append(prefix).append("_STATE ").append(std::to_string(of.state)).append("\n\n");
    }
    for (const auto* side : {&of.inputs, &of.outputs})
        for (const Argument& argument : *side) {
            const std::string macro = prefix + "_" + capitals(argument.name);
            text.append("/* ").append(argument.name).append(": ").append(shape_text(argument.shape));
            text.append(", row-major */\n#define ").append(macro).append("_SIZE ");
            text.append(std::to_string(argument.shape.size()))
                .append("\n")
                .append(argument.more)
                .append("\n");
        }
    text.append("#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    if (of.is_streaming) {
        text.append("/* Before the first piece of each sequence. */\n").append(reset_prototype(of));
        text.append(";\n/* The next piece. Inputs, outputs, state and the arena do not overlap. */\n");
    } else {
        text.append(
            "/* One sample. Inputs, outputs and the arena do not overlap; nothing is kept from call to "
            "call. */\n");
    }
    text.append(prototype(of, false)).append(";\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    return text;
}

/// Statements with the indentation that braces and controlled statements have, and lines that are not long.
inline std::string formatted(std::string_view statements) {
    constexpr std::size_t longest = 110;
    std::string text;
    std::size_t depth = 1, controlled = 0;
    while (!statements.empty()) {
        const std::size_t end = statements.find('\n');
        std::string_view line = statements.substr(0, end);
        statements.remove_prefix(end + 1);
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        if (line.empty())
            continue;
        if (line[0] == '}')
            --depth;
        const bool opens = line.back() == '{', ends = line.back() == ';' || line.back() == '/';
        std::size_t column = 4 * (depth + (line[0] == '{' ? 0 : controlled));
        std::string rest(line);
        text.append(column, ' ');
        const std::size_t hanging = column + 4;
        while (column + rest.size() > longest) {
            std::size_t cut = rest.rfind(", .", longest - column - 1);
            if (cut == std::string::npos || cut == 0)
                cut = rest.rfind(", ", longest - column - 1);
            if (cut == std::string::npos || cut == 0)
                break;
            text.append(rest, 0, cut + 1).append("\n").append(hanging, ' ');
            rest.erase(0, cut + 2);
            column = hanging;
        }
        text.append(rest).append("\n");
        if (opens) {
            depth += 1 + (line[0] == '{' ? 0 : controlled);
            if (line[0] != '{' && controlled > 0)
                depth -= controlled; // A block that is controlled by the lines before closes with them.
            controlled = 0;
        } else if (ends || line[0] == '}') {
            controlled = 0;
        } else {
            ++controlled;
        }
    }
    return text;
}

/// `reset` are the statements that begin a sequence.
inline std::string source_text(const Contents& of, const std::string& header, const Source& source,
                               const std::string& reset = "") {
    std::string text =
        "/* A trained network in C99, written by burin::io::export_c.\n\n   Compile with -std=c99, "
        "or -ffp-contract=off: then its bits are those of Burin with one lane.\n";
    for (const std::string& layer : of.layers)
        text.append("\n   ").append(layer);
    text.append(" */\n\n#include \"").append(header).append("\"\n\n");
    text.append("#include <math.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n\n");
    text.append("#if defined(__clang__)\n#pragma STDC FP_CONTRACT OFF\n#endif\n\n");
    const std::string pieces = source.pieces();
    if (pieces.find(" " + of.name + "(") != std::string::npos)
        throw Error("export_c: " + of.name + ": expected another name, for a function inside has that one");
    text.append(pieces).append(source.constants());
    if (of.is_streaming)
        text.append(reset_prototype(of)).append("\n{\n").append(formatted(reset)).append("}\n\n");
    text.append(prototype(of, true)).append("\n{\n").append(formatted(source.statements())).append("}\n");
    return text;
}

} // namespace c

} // namespace burin::io
