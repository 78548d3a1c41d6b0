#pragma once

#include "burin/core/crc32.hpp"
#include "burin/core/error.hpp"
#include "burin/graph/layout.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/io/atomic_file.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace burin::io {

/// As `vector_lanes`: for any processor, row-major.
inline constexpr std::size_t any_lanes = 0;

struct HeaderOptions {
    std::string name_space; ///< The namespace of what the header declares, as in `digits`.
    std::string network;    ///< The network's type as the including program knows it, as in `Digits`.
    std::string
        include{}; ///< The header that declares it, as in `network.hpp`; empty if it is spelt out above.
    std::size_t vector_lanes =
        1; ///< Of the processor that will run it: 1 where Burin knows no SIMD, else 4, 8 or 16.
};

namespace detail {

/// A literal of exactly this value.
template <class Scalar>
std::string literal(Scalar value) {
    char digits[40];
    const auto end =
        std::to_chars(digits, digits + sizeof digits, std::fabs(value), std::chars_format::hex).ptr;
    return (std::signbit(value) ? "-0x" : "0x") + std::string(digits, end) +
           (std::is_same_v<Scalar, float> ? "F" : "");
}

} // namespace detail

/// A C++ header with a trained network's parameters (and statistics) as a constant array, for programs
/// without files:
///
///     namespace digits {
///     using Network = ...;
///     inline constexpr float parameters[] = {...};
///     inline constexpr std::uint32_t checksum = ...;      // burin::crc32(std::span(parameters))
///     }
///
/// A program that includes it runs `predictor(digits::parameters, input)` from flash, with no copy at its
/// start: the arena is all the RAM that inference needs. The values are exact. They lie as the processor's
/// kernels want them, which depends on `vector_lanes`; the header does not compile for a processor with
/// others. With `any_lanes` the array is called `row_major`, for programs that are compiled for several
/// processors and lay it out at their start: `from_row_major<Network>(digits::row_major, parameters.data())`.
/// Throws Error for a value that is no finite number.
template <class Net, class Scalar>
std::string header_text(const Model<Net, Scalar>& model, const HeaderOptions& options) {
    constexpr std::size_t count = stored_count<Net>;
    std::vector<Scalar> stored(count);
    for (const ParameterTensor& tensor : parameter_tensors<Net>) {
        const TensorView<const Scalar> view = model[tensor.name().view()];
        for (std::size_t i = 0; i < view.size(); ++i) {
            if (!std::isfinite(view[i]))
                throw Error("export_header: " + std::string(tensor.name().view()) + "[" + std::to_string(i) +
                            "]: expected a finite number, got " + std::to_string(view[i]));
            const std::size_t place =
                options.vector_lanes == any_lanes ? i : stored_index(tensor.spec, i, options.vector_lanes);
            stored[tensor.offset + place] = view[i];
        }
    }
    const std::string scalar = std::is_same_v<Scalar, float> ? "float" : "double";
    const std::string lanes = std::to_string(options.vector_lanes);
    std::string text = "#pragma once\n\n// Trained parameters, written by burin::io::export_header.\n\n"
                       "#include <burin/embedded.hpp>\n";
    if (!options.include.empty())
        text += "\n#include \"" + options.include + "\"\n";
    text += "\n#include <cstdint>\n\nnamespace " + options.name_space +
            " {\n\nusing Network = " + options.network + ";\n";
    if (options.vector_lanes != any_lanes)
        text += "static_assert(burin::kernels::width<" + scalar + "> == " + lanes +
                ", \"these parameters lie as vectors of " + lanes +
                " want them: export them again with the vector_lanes of this processor\");\n";
    text += "static_assert(burin::Parameters<Network, " + scalar +
            ">::stored_count == " + std::to_string(count) +
            ", \"these parameters are of another network\");\n\n";
    text += "alignas(burin::memory_alignment) inline constexpr " + scalar +
            (options.vector_lanes == any_lanes ? " row_major[] = {" : " parameters[] = {");
    for (std::size_t i = 0; i < count; ++i) {
        text += i % 8 == 0 ? "\n    " : " ";
        text += detail::literal(stored[i]) + ",";
    }
    char sum[16];
    const auto end = std::to_chars(sum, sum + sizeof sum, crc32(std::span<const Scalar>(stored)), 16).ptr;
    text += "\n};\n\ninline constexpr std::uint32_t checksum = 0x" + std::string(sum, end) +
            ";\n\n} // namespace " + options.name_space + "\n";
    return text;
}

/// Writes it to a file, whole or not at all. Throws Error.
template <class Net, class Scalar>
void export_header(const std::string& path, const Model<Net, Scalar>& model, const HeaderOptions& options) {
    write_file(path, header_text(model, options));
}

} // namespace burin::io
