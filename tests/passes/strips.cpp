#include "burin/passes/strips.hpp"
#include "burin/passes/liveness.hpp"
#include "support/plain_graph.hpp"
#include "support/verified.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>

using namespace plain;
using passes::Mode, passes::Role;

namespace {

/// Eight lines of two pixels and one channel.
constexpr OpRules image = [] {
    OpRules result = source;
    result.infer_shape = [](std::span<const Shape>) {
        return passes::InferredShape{.shape = Shape{8, 2, 1}};
    };
    return result;
}();

/// Of a line it sees the lines beside it, and gives three at a time.
constexpr OpRules by_line = [] {
    OpRules result = rules([] { return Text<64>("ByLine"); }, same_shape);
    result.strip = [](std::span<const Shape>, const Shape&) { return passes::Strip{3, 1, 1, 3}; };
    result.traits.accepts_epilogue = true;
    return result;
}();

template <std::size_t Channels>
constexpr OpRules by_pixel = [] {
    OpRules result =
        rules([] { return Text<64>("ByPixel"); },
              [](std::span<const Shape> inputs) {
                  return passes::InferredShape{.shape = Shape{inputs[0][0], inputs[0][1], Channels}};
              });
    result.traits.by_pixel = result.traits.accepts_epilogue = true;
    return result;
}();

constexpr auto strips_of(const auto& table) {
    const auto graph = verified::shaped(table);
    return passes::find_strips(graph, verified::fuse(graph, Mode::inference));
}

constexpr auto joined(const auto& table) {
    const auto graph = verified::shaped(table);
    const auto fusion = verified::fuse(graph, Mode::inference);
    const auto program = passes::join_strips(verified::forward_program(graph, fusion),
                                             passes::find_strips(graph, fusion), graph.nodes);
    verified::require(program, graph);
    return verified::schedule(program, graph);
}

constexpr auto pair() {
    return graph(node(image), node(from_output, {0}), node(by_line, {1}), node(from_output, {2}),
                 node(by_pixel<1>, {3}), node(from_output, {4}));
}

/// Whether each line of input is read before it is written over, with the result `apart` elements before the
/// input, or behind it.
constexpr bool is_safe(const passes::Strip& strip, const Shape& in, const Shape& out, std::size_t batch,
                       std::size_t apart, bool input_first) {
    const std::size_t height = out[0], of_sample = (height + strip.lines - 1) / strip.lines;
    const std::size_t in_line = in.size() / in[0], out_line = out.size() / height;
    const std::size_t in_at = input_first ? 0 : apart, out_at = input_first ? apart : 0;
    std::size_t first_written = ~std::size_t{0}, end_written = 0;
    for (std::size_t i = 0; i < batch * of_sample; ++i) {
        const std::size_t at = input_first ? batch * of_sample - 1 - i : i;
        const std::size_t sample = at / of_sample, line = at % of_sample * strip.lines,
                          end = std::min(line + strip.lines, height);
        const std::size_t low = line * strip.stride - std::min(line * strip.stride, strip.before),
                          high = std::min((end - 1) * strip.stride + strip.reach - strip.before, in[0]);
        const std::size_t first_read = in_at + sample * in.size() + low * in_line,
                          end_read = in_at + sample * in.size() + high * in_line;
        if (first_read < end_written && first_written < end_read)
            return false;
        first_written = std::min(first_written, out_at + sample * out.size() + line * out_line);
        end_written = std::max(end_written, out_at + sample * out.size() + end * out_line);
    }
    return true;
}

} // namespace

TEST_CASE("strips: a layer by pixel goes with the layer that gives lines, functions between them too") {
    CHECK_BOTH(strips_of(pair()).follower[2] == 4);
    CHECK_BOTH(strips_of(pair()).lines == std::array<std::size_t, 6>{0, 0, 3, 0, 0, 0});
    constexpr auto program = [] { return joined(pair()); };
    CHECK_BOTH(program().step_count == 2);
    CHECK_BOTH(program().steps[1].node == 2 && program().steps[1].epilogue == 3);
    CHECK_BOTH(program().steps[1].then == 4 && program().steps[1].then_epilogue == 5);
    // What is between them is three lines.
    CHECK_BOTH(program().values[program().steps[1][Role::scratch]].size == Elements(0, 6));
}

TEST_CASE("strips: what somebody else reads is stored whole") {
    constexpr auto read_twice = [] {
        return graph(node(image), node(by_line, {0}), node(by_pixel<1>, {1}), node(sum, {1, 2}));
    };
    CHECK_BOTH(!strips_of(read_twice()).any());
    constexpr auto output = [] {
        auto table = graph(node(image), node(by_line, {0}), node(by_pixel<1>, {1}));
        table.outputs[0] = 1;
        return table;
    };
    CHECK_BOTH(!strips_of(output()).any());
    constexpr auto other = [] { return graph(node(image), node(from_output, {0}), node(by_pixel<1>, {1})); };
    CHECK_BOTH(!strips_of(other()).any());
}

TEST_CASE("strips: the result lies over the input, as far as it does not reach lines still to be read") {
    constexpr auto live = [] {
        const auto graph = verified::shaped(pair());
        return verified::liveness(joined(pair()), graph.nodes);
    };
    CHECK_BOTH(live().count == 3);
    // 16 elements, and 6 of a strip; one line of two that is still to be read.
    CHECK_BOTH(passes::lower_bound(live().span()) == 16 + 2 + 6);
    constexpr auto plan = [=] { return verified::plan_memory<18>(live().span(), 1, 1); };
    CHECK_BOTH(plan().size == 16 + 2 + 6);
    CHECK_BOTH(verified::plan_memory<18>(live().span(), 5, 1).size == 5 * 16 + 2 + 6);
}

TEST_CASE("strips: distances are safe for any strip, stride and batch, and no larger than they must be") {
    for (const std::size_t lines : {1U, 2U, 3U, 8U})
        for (const std::size_t stride : {1U, 2U})
            for (const std::size_t kernel : {1U, 2U, 3U, 5U})
                for (const std::size_t channels : {1U, 2U, 5U})
                    for (const std::size_t batch : {1U, 2U, 3U}) {
                        const std::size_t before = (kernel - 1) / 2, height = 9;
                        const Shape in{height, 2, 2}, out{(height + stride - 1) / stride, 2, channels};
                        const passes::Strip strip{lines, stride, before, kernel};
                        const auto [result_first, input_first] = passes::strip_distance(strip, in, out);
                        CAPTURE(lines);
                        CAPTURE(stride);
                        CAPTURE(kernel);
                        CAPTURE(channels);
                        CHECK(is_safe(strip, in, out, batch, result_first * batch, false));
                        CHECK(is_safe(strip, in, out, batch, input_first * batch, true));
                    }
    // A kernel of three lines keeps one.
    const auto [result_first, input_first] =
        passes::strip_distance({1, 1, 1, 3}, Shape{9, 2, 2}, Shape{9, 2, 2});
    CHECK(result_first == Elements(0, 4));
    CHECK(input_first == Elements(0, 4));
    CHECK_FALSE(is_safe({1, 1, 1, 3}, Shape{9, 2, 2}, Shape{9, 2, 2}, 1, 3, false));
    CHECK_FALSE(is_safe({1, 1, 1, 3}, Shape{9, 2, 2}, Shape{9, 2, 2}, 1, 3, true));
}
