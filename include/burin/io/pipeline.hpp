#pragma once

#include "burin/core/crc32.hpp"
#include "burin/core/error.hpp"
#include "burin/core/fields.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/pipeline.hpp"
#include "burin/data/samples.hpp"
#include "burin/io/atomic_file.hpp"
#include "burin/io/export_header.hpp"
#include "burin/io/safetensors.hpp"
#include "burin/io/save.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// A fitted pipeline in files: beside its model in safetensors, and as a header in flash.
namespace burin::io {

namespace detail {

template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t N>
inline constexpr bool is_std_array<std::array<T, N>> = true;

/// How an element of an array is named: `.0` in files, `[0]` in code.
struct Brackets {
    const char* open = ".";
    const char* close = "";
};

/// Calls visit(name, elements) for every array and number of constants, `0.mean`, in the order in which they
/// are declared.
template <class Constants, class Visit>
void for_each_constant(Constants& constants, const std::string& prefix, Visit& visit,
                       const Brackets& brackets = {}) {
    using Type = std::remove_const_t<Constants>;
    if constexpr (std::is_arithmetic_v<Type>) {
        visit(prefix, std::span<Constants>(&constants, 1));
    } else if constexpr (is_std_array<Type>) {
        if constexpr (std::is_arithmetic_v<typename Type::value_type>)
            visit(prefix, std::span(constants));
        else
            for (std::size_t i = 0; i < constants.size(); ++i)
                for_each_constant(constants[i], prefix + brackets.open + std::to_string(i) + brackets.close,
                                  visit, brackets);
    } else if constexpr (!std::is_empty_v<Type>) {
        static_assert(core::has_fields<Type>, "a stage's Fitted is an aggregate of at most 16 arrays");
        core::for_each_field(constants, [&](std::string_view name, auto& field) {
            for_each_constant(field, prefix + "." + std::string(name), visit, brackets);
        });
    }
}

/// Calls visit(fitted, name) for every column.
template <class Learnt, class Visit>
void for_each_column_of(Learnt& learnt, const Visit& visit, std::size_t place = 0) {
    if constexpr (requires { learnt.rest; }) {
        visit(learnt.fitted, "pipeline.column." + std::to_string(place));
        for_each_column_of(learnt.rest, visit, place + 1);
    }
}

template <class Pipeline, class Visit>
void for_each_constant_of(Pipeline& pipeline, Visit visit) {
    if constexpr (Pipeline::takes_columns)
        for_each_column_of(pipeline.beginning().learnt, [&](auto& fitted, const std::string& name) {
            for_each_constant(fitted, name, visit);
        });
    else if constexpr (Pipeline::takes_text)
        for_each_constant(pipeline.beginning(), "pipeline.text", visit);
    pipeline.stages().for_each([&](auto, std::size_t place, auto& fitted) {
        for_each_constant(fitted, "pipeline." + std::to_string(place), visit);
    });
}

template <class T>
constexpr std::string_view constant_dtype() {
    if constexpr (std::is_same_v<T, float>)
        return "F32";
    else if constexpr (std::is_same_v<T, double>)
        return "F64";
    else {
        static_assert(std::is_integral_v<T>, "a stage's constants are numbers");
        constexpr std::array<std::string_view, 4> unsigned_types{"U8", "U16", "U32", "U64"};
        constexpr std::array<std::string_view, 4> signed_types{"I8", "I16", "I32", "I64"};
        constexpr std::size_t place = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
        return std::is_signed_v<T> && !std::is_same_v<T, char> ? signed_types[place] : unsigned_types[place];
    }
}

template <class Pipeline>
std::vector<safetensors::Tensor> pipeline_tensors(const Pipeline& pipeline) {
    std::vector<safetensors::Tensor> tensors;
    for_each_constant_of(pipeline,
                         [&]<class T, std::size_t N>(const std::string& name, std::span<T, N> elements) {
                             tensors.push_back({name,
                                                std::string(constant_dtype<std::remove_const_t<T>>()),
                                                {elements.size()},
                                                std::as_bytes(elements)});
                         });
    return tensors;
}

template <class Pipeline>
std::vector<safetensors::Slot> pipeline_slots(Pipeline& pipeline) {
    std::vector<safetensors::Slot> slots;
    for_each_constant_of(pipeline, [&]<class T, std::size_t N>(const std::string& name,
                                                               std::span<T, N> elements) {
        slots.push_back(
            {name, std::string(constant_dtype<T>()), {elements.size()}, std::as_writable_bytes(elements)});
    });
    return slots;
}

/// A pipeline as its user writes it, with the names of all columns.
template <class Scalar, class First, class... Stages>
std::string pipeline_text(const data::PipelineOf<Scalar, First, Stages...>&) {
    std::string text = std::is_same_v<Scalar, float> ? "Pipeline<" : "PipelineOf<double, ";
    if constexpr (requires { First::names; }) {
        text += "Columns<";
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (text.append(I == 0 ? "" : ", ").append(First::template Column<I>::name().view()), ...);
        }(std::make_index_sequence<First::count>{});
        text += ">";
    } else {
        text += data::detail::stage_name<First>().view();
    }
    (text.append(", ").append(data::detail::stage_name<Stages>().view()), ...);
    return text + ">";
}

template <class Pipeline>
void check_pipeline(const Pipeline& pipeline, const safetensors::Metadata& metadata,
                    safetensors::detail::Problems& problems) {
    const auto found = metadata.find(std::string(pipeline_key));
    const std::string expected = pipeline_text(pipeline);
    if (found == metadata.end())
        problems.add("expected a file with " + expected + ", got one without a pipeline");
    else if (found->second != expected)
        problems.add("expected " + expected + ", got " + core::printable(found->second, 600));
}

inline bool is_of_pipeline(const safetensors::Tensor& tensor) {
    return tensor.name.starts_with("pipeline.");
}

/// Throws Error for constants that a stage can't have, by its own word: counts beyond its room.
template <class Pipeline>
void check_constants(const Pipeline& pipeline, const std::string& path) {
    const auto require = [&](const auto& fitted, const std::string& name) {
        if constexpr (requires { fitted.problem(); })
            if (const auto problem = fitted.problem(); !problem.empty())
                throw Error(path + ": " + name + ": " + std::string(problem.view()));
    };
    if constexpr (Pipeline::takes_columns)
        for_each_column_of(pipeline.beginning().learnt, require);
    else if constexpr (Pipeline::takes_text)
        require(pipeline.beginning(), "pipeline.text");
    pipeline.stages().for_each([&](auto, std::size_t place, const auto& fitted) {
        require(fitted, "pipeline." + std::to_string(place));
    });
}

/// Takes a pipeline's constants from a file's tensors, which it leaves those of a model. Throws one Error
/// with everything that does not agree.
template <class Pipeline>
void read_pipeline(const std::string& path, std::vector<safetensors::Tensor>& tensors,
                   const safetensors::Metadata& metadata, Pipeline& pipeline) {
    // Not std::stable_partition: that of libstdc++ 12 uses what clang calls deprecated.
    std::vector<safetensors::Tensor> own, others;
    std::partition_copy(tensors.begin(), tensors.end(), std::back_inserter(own), std::back_inserter(others),
                        is_of_pipeline);
    const std::vector<safetensors::Slot> slots = pipeline_slots(pipeline);
    safetensors::detail::Problems problems(path);
    check_pipeline(pipeline, metadata, problems);
    safetensors::detail::compare(own, slots, problems);
    problems.throw_if_any();
    safetensors::detail::copy_into(own, slots);
    tensors = std::move(others);
    check_constants(pipeline, path);
    pipeline.mark_as_fitted();
}

template <class T>
std::string constant_literal(T value) {
    if constexpr (std::is_floating_point_v<T>) {
        const std::string type(spelling<T>);
        if (std::isnan(value))
            return "std::numeric_limits<" + type + ">::quiet_NaN()";
        if (std::isinf(value))
            return (value < 0 ? "-" : "") + ("std::numeric_limits<" + type + ">::infinity()");
        return literal(value);
    } else if constexpr (std::is_same_v<T, char>) {
        // Of a processor whose char has no sign a negative number is none.
        constexpr std::string_view digits = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(value);
        return std::string("'\\x") + digits[byte / 16] + digits[byte % 16] + "'";
    } else {
        return std::to_string(value) + (std::is_unsigned_v<T> && sizeof(T) >= 4 ? "U" : "");
    }
}

/// A line of code that gives an array (or a number) of constants its value.
template <class T, std::size_t N>
std::string assignment(const std::string& name, std::span<T, N> elements, bool is_number) {
    std::string text = "    " + name + (is_number ? " = " : " = {{");
    for (std::size_t i = 0; i < elements.size(); ++i)
        text.append(i == 0 ? "" : i % 8 == 0 ? ",\n        " : ", ").append(constant_literal(elements[i]));
    return text.append(is_number ? ";\n" : "}};\n");
}

template <class Pipeline>
std::string assignments(const Pipeline& pipeline) {
    std::string text;
    const auto add = [&](const auto& fitted, const std::string& place) {
        const auto visit = [&]<class T, std::size_t N>(const std::string& name, std::span<T, N> elements) {
            text += assignment(name, elements, N == std::dynamic_extent);
        };
        for_each_constant(fitted, place, visit, {.open = "[", .close = "]"});
    };
    if constexpr (Pipeline::takes_columns)
        for_each_column_of(pipeline.beginning().learnt, [&](const auto& fitted, const std::string& name) {
            add(fitted, "fitted.beginning().at<" + name.substr(name.rfind('.') + 1) + ">()");
        });
    else if constexpr (Pipeline::takes_text)
        add(pipeline.beginning(), "fitted.beginning()");
    std::string place = "fitted.stages()";
    pipeline.stages().for_each([&](auto, std::size_t, const auto& fitted) {
        add(fitted, place + ".fitted");
        place += ".rest";
    });
    return text;
}

} // namespace detail

/// Writes a fitted pipeline alone, as safetensors: `pipeline.0.mean`, …. Throws Error; what was there before
/// then stays.
template <class Scalar, class First, class... Stages>
void save(const std::string& path, const data::PipelineOf<Scalar, First, Stages...>& pipeline) {
    core::within_memory(path, [&] {
        data::detail::require_fitted(pipeline, path);
        safetensors::write(path, detail::pipeline_tensors(pipeline),
                           {{std::string(detail::pipeline_key), detail::pipeline_text(pipeline)}});
    });
}

/// Reads a pipeline, also from a file that has a model too. Throws one Error with everything that does not
/// agree; the pipeline then stays as it is.
template <class Scalar, class First, class... Stages>
void load(const std::string& path, data::PipelineOf<Scalar, First, Stages...>& pipeline) {
    core::within_memory(path, [&] {
        // Constants may be more than fits on a stack.
        const auto copy = std::make_unique<data::PipelineOf<Scalar, First, Stages...>>(pipeline);
        detail::Content content(path, std::numeric_limits<std::size_t>::max() / 2);
        detail::read_pipeline(path, content.tensors, content.metadata, *copy);
        pipeline = *copy;
    });
}

/// Writes a model and the pipeline that prepares its samples into one file.
template <class Net, class Scalar, class Number, class First, class... Stages>
void save(const std::string& path, const Model<Net, Scalar>& model,
          const data::PipelineOf<Number, First, Stages...>& pipeline, const SaveOptions& options = {}) {
    core::within_memory(path, [&] {
        data::detail::require_fitted(pipeline, path);
        safetensors::Metadata more{{std::string(detail::pipeline_key), detail::pipeline_text(pipeline)}};
        detail::save_model(path, model, options, detail::pipeline_tensors(pipeline), std::move(more));
    });
}

/// Reads both. Throws one Error with everything that does not agree; both then stay as they are.
template <class Net, class Scalar, class Number, class First, class... Stages>
void load(const std::string& path, Model<Net, Scalar>& model,
          data::PipelineOf<Number, First, Stages...>& pipeline) {
    core::within_memory(path, [&] {
        const auto copy = std::make_unique<data::PipelineOf<Number, First, Stages...>>(pipeline);
        detail::ModelTensors<Net, Scalar> of_model;
        detail::Content content(path, detail::bytes_of(of_model.slots) +
                                          detail::bytes_of(detail::pipeline_slots(*copy)));
        detail::read_pipeline(path, content.tensors, content.metadata, *copy);
        of_model.read(path, content.tensors, content.metadata, model);
        pipeline = *copy;
    });
}

struct PipelineHeaderOptions {
    std::string name_space; ///< The namespace of what the header declares.
    std::string pipeline;   ///< The pipeline's type as the including program knows it, as in `Preparation`.
    std::string include{};  ///< The header that declares it; empty if it is spelt out above.
};

/// A C++ header with a fitted pipeline as a constant, for programs without files:
///
///     namespace prepared {
///     inline constexpr Preparation preparation = [] {...}();
///     }
///
/// It stays in flash. The values are exact.
template <class Scalar, class First, class... Stages>
std::string header_text(const data::PipelineOf<Scalar, First, Stages...>& pipeline,
                        const PipelineHeaderOptions& options) {
    data::detail::require_fitted(pipeline, "export_header");
    std::string text =
        "#pragma once\n\n// A fitted pipeline, written by burin::io::export_header.\n\n#include "
        "<burin/data/pipeline.hpp>\n";
    if (!options.include.empty())
        text += "\n#include \"" + options.include + "\"\n";
    text += "\n#include <limits>\n\nnamespace " + options.name_space + " {\n\ninline constexpr " +
            options.pipeline + " preparation = [] {\n    " + options.pipeline + " fitted;\n" +
            detail::assignments(pipeline) +
            "    fitted.mark_as_fitted();\n    return fitted;\n}();\n\n} // namespace " + options.name_space +
            "\n";
    return text;
}

/// Writes it to a file, whole or not at all. Throws Error.
template <class Scalar, class First, class... Stages>
void export_header(const std::string& path, const data::PipelineOf<Scalar, First, Stages...>& pipeline,
                   const PipelineHeaderOptions& options) {
    core::within_memory(path, [&] { write_file(path, header_text(pipeline, options)); });
}

} // namespace burin::io
