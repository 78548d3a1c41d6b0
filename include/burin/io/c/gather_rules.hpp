#pragma once

#include "burin/io/c/rule.hpp"
#include "burin/layers/gather.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace burin::io::c {

namespace pieces {

inline constexpr Function gather{
    R"(/* Elements of an axis by their numbers. */
static void gather(const float *x, size_t outer, size_t extent, size_t inner, const uint32_t *numbers, size_t count,
                   float *y)
{
    size_t block, at, i;
    for (block = 0; block < outer; ++block, x += extent * inner)
        for (at = 0; at < count; ++at)
            for (i = 0; i < inner; ++i)
                *y++ = x[numbers[at] * inner + i];
}
)"};

inline constexpr Function gather_by_input{
    R"(/* Elements of an axis by their numbers; zeros for what numbers none. */
static void gather_by_input(const float *x, size_t outer, size_t extent, size_t inner, const float *numbers,
                            size_t count, float *y)
{
    size_t block, at, i;
    for (block = 0; block < outer; ++block, x += extent * inner)
        for (at = 0; at < count; ++at) {
            const int is_there = numbers[at] >= 0.0f && numbers[at] < (float)extent;
            const size_t number = is_there ? (size_t)numbers[at] : 0;
            for (i = 0; i < inner; ++i)
                *y++ = is_there ? x[number * inner + i] : 0.0f;
        }
}
)"};

} // namespace pieces

namespace detail {

/// The elements of a sample before and behind an axis, and its own.
inline std::vector<std::string> around_axis(const LayerStep& step, std::size_t index) {
    const burin::detail::AlongAxis axis(step.input_shapes[0], index);
    return {step.inputs[0], std::to_string(axis.outer), std::to_string(axis.extent),
            std::to_string(axis.inner)};
}

} // namespace detail

template <class Which, class AlongWhich>
struct Rule<Gather<Which, AlongWhich>> {
    static void write(Source& to, const LayerStep& step) {
        constexpr auto& numbers = Which::numbers;
        const std::string table = to.array<std::uint32_t>(
            "w." + step.part("indices"), std::vector<std::uint32_t>(numbers.begin(), numbers.end()));
        to.use(pieces::gather);
        for_samples(to, step, [&](const LayerStep& one) {
            std::vector<std::string> arguments = detail::around_axis(one, AlongWhich::index);
            arguments.insert(arguments.end(), {table, std::to_string(numbers.size()), one.output});
            to.call("gather", arguments);
        });
    }
};

template <class AlongWhich>
struct Rule<GatherByInput<AlongWhich>> {
    static void write(Source& to, const LayerStep& step) {
        to.use(pieces::gather_by_input);
        for_samples(to, step, [&](const LayerStep& one) {
            std::vector<std::string> arguments = detail::around_axis(one, AlongWhich::index);
            arguments.insert(arguments.end(),
                             {one.inputs[1], std::to_string(one.input_shapes[1].size()), one.output});
            to.call("gather_by_input", arguments);
        });
    }
};

} // namespace burin::io::c
