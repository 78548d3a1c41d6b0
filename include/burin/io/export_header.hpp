#pragma once

#include "burin/core/crc32.hpp"
#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/graph/layout.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/io/atomic_file.hpp"
#include "burin/io/storage.hpp"
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
    /// The header that declares it, as in `network.hpp`; empty if it is spelt out above.
    std::string include{};
    /// Of the processor that will run it: 1 where Burin knows no SIMD, else 4, 8 or 16.
    std::size_t vector_lanes = 1;
    Storage storage = Storage::full; ///< In half the flash: see `Predictor`.
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
template <core::Half Stored>
std::string literal(Stored value) {
    char digits[8];
    const auto end = std::to_chars(digits, digits + sizeof digits, value.bits, 16).ptr;
    return "{0x" + std::string(digits, end) + "}";
}

template <class Scalar>
inline constexpr std::string_view spelling = "double";
template <>
inline constexpr std::string_view spelling<float> = "float";
template <>
inline constexpr std::string_view spelling<float16> = "burin::float16";
template <>
inline constexpr std::string_view spelling<bfloat16> = "burin::bfloat16";

/// A header up to what it declares of its network.
inline std::string header_start(const std::string& contents, const HeaderOptions& options) {
    std::string text = "#pragma once\n\n// " + contents +
                       ", written by burin::io::export_header.\n\n#include <burin/embedded.hpp>\n";
    if (!options.include.empty())
        text += "\n#include \"" + options.include + "\"\n";
    return text + "\n#include <cstdint>\n\nnamespace " + options.name_space +
           " {\n\nusing Network = " + options.network + ";\n";
}

inline std::string hexadecimal(std::uint32_t number) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, number, 16).ptr;
    return "0x" + std::string(digits, end);
}

/// And from there on.
inline std::string header_end(std::uint32_t checksum, const HeaderOptions& options) {
    return "inline constexpr std::uint32_t checksum = " + hexadecimal(checksum) + ";\n\n} // namespace " +
           options.name_space + "\n";
}

/// The header with numbers of the type Stored.
template <class Stored, class Net, class Scalar>
std::string header_text(const Model<Net, Scalar>& model, const HeaderOptions& options) {
    if (options.vector_lanes > 16 || (options.vector_lanes & (options.vector_lanes - 1)) != 0)
        throw Error("export_header: vector_lanes: expected any_lanes, 1, 2, 4, 8 or 16, got " +
                    std::to_string(options.vector_lanes));
    constexpr std::size_t count = stored_count<Net>;
    const bool for_any = options.vector_lanes == any_lanes;
    std::vector<Stored> stored(count);
    for (const ParameterTensor& tensor : parameter_tensors<Net>) {
        const engine::TensorView<const Scalar> view = model[tensor.name().view()];
        for (std::size_t i = 0; i < view.size(); ++i) {
            if (!std::isfinite(view[i]))
                throw Error("export_header: " + std::string(tensor.name().view()) + "[" + std::to_string(i) +
                            "]: expected a finite number, got " + std::to_string(view[i]));
            Stored& place =
                stored[tensor.offset +
                       (for_any ? i : engine::stored_index(tensor.spec, i, options.vector_lanes))];
            if constexpr (core::Half<Stored>)
                place = nearest_finite<Stored>(view[i], "export_header", tensor.name().view(), i);
            else
                place = view[i];
        }
    }
    const std::string type(spelling<Stored>), computed(spelling<core::Computed<Stored>>);
    const std::string lanes = std::to_string(options.vector_lanes);
    std::string text = header_start("Trained parameters", options);
    if (!for_any)
        text += "static_assert(burin::kernels::width<" + computed + "> == " + lanes +
                ", \"these parameters lie as vectors of " + lanes +
                " want them: export them again with the vector_lanes of this processor\");\n";
    text += "static_assert(burin::Parameters<Network, " + type +
            ">::stored_count == " + std::to_string(count) +
            ", \"these parameters are of another network\");\n\n";
    text += "alignas(burin::memory_alignment) inline constexpr " + type +
            (for_any ? " row_major[] = {" : " parameters[] = {");
    for (std::size_t i = 0; i < count; ++i) {
        text += i % 8 == 0 ? "\n    " : " ";
        text += literal(stored[i]) + ",";
    }
    return text + "\n};\n\n" + header_end(crc32(std::span<const Stored>(stored)), options);
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
/// others. Throws Error for a value that is no finite number, or has no nearest one of 16 bits.
///
/// With `any_lanes` the array is called `row_major`, for programs that are compiled for several processors
/// and lay it out at their start: `from_row_major<Network>(digits::row_major, parameters.data())`.
///
/// With `.storage = io::Storage::float16` (or `bfloat16`) the array is one of 16-bit numbers, in half the
/// flash; then it is a `Predictor<Network, 1, float16>` that runs from it.
template <class Net, class Scalar>
std::string header_text(const Model<Net, Scalar>& model, const HeaderOptions& options) {
    switch (options.storage) {
    case Storage::full:
        break;
    case Storage::float16:
        return detail::header_text<float16>(model, options);
    case Storage::bfloat16:
        return detail::header_text<bfloat16>(model, options);
    }
    return detail::header_text<Scalar>(model, options);
}

/// Writes it to a file, whole or not at all. Throws Error.
template <class Net, class Scalar>
void export_header(const std::string& path, const Model<Net, Scalar>& model, const HeaderOptions& options) {
    core::within_memory(path, [&] { write_file(path, header_text(model, options)); });
}

} // namespace burin::io
