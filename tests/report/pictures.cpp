#include "burin/report/graph_dot.hpp"
#include "burin/report/memory_plan.hpp"
#include "support/networks.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

using namespace burin;

namespace {

using Net = Graph<Inputs<Node<"x", Input<6>>>, Node<"encoder", Frozen<Dense<5>>, From<"x">>,
                  Node<"body", Residual<Dense<5>, SiLU>, From<"encoder">>, Node<"y", Dense<3>, From<"body">>,
                  Outputs<"y", "body">>;

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

} // namespace

TEST_CASE_TEMPLATE("memory_plan_svg: no two boxes of the picture lie on each other", N, ALL_NETWORKS) {
    using PlanType = engine::Plan<N, recipes::training>;
    const auto buffers = report::detail::planned_buffers<PlanType, 8, float>();
    CHECK(buffers.size() >= PlanType::liveness.count);
    for (const auto& a : buffers) {
        CHECK(a.first < a.end);
        CHECK(a.offset + a.size <= PlanType::template memory<8, float>.size);
        for (const auto& b : buffers)
            if (&a != &b && a.first < b.end && b.first < a.end)
                CHECK((a.offset + a.size <= b.offset || b.offset + b.size <= a.offset));
    }
}

TEST_CASE("memory_plan_svg: a box for each buffer, a line for each step, and what the arena takes") {
    constexpr report::MemoryUse use = report::memory_use<Net, 4, recipes::training>;
    static_assert(use.lower_bound <= use.arena && use.arena <= use.all_buffers);
    const std::string svg = report::memory_plan_svg<Net, 4, recipes::training>();
    using PlanType = engine::Plan<Net, recipes::training>;
    CHECK(count(svg, "<title>") == report::detail::planned_buffers<PlanType, 4, float>().size());
    CHECK(count(svg, "rotate(-60") == PlanType::program.step_count);
    CHECK(svg.find("batch 4: " + std::to_string(use.arena) + " bytes") != std::string::npos);
    CHECK(svg.find("y Dense&lt;3&gt;: gradient of input") != std::string::npos);
    CHECK(svg.ends_with("</svg>\n"));
}

TEST_CASE("memory_plan_svg: names are whole, and all texts lie in the picture") {
    const std::string svg = report::memory_plan_svg<Net, 4, recipes::training>();
    const auto number_after = [&](std::string_view what, std::size_t from) {
        return std::stod(svg.substr(svg.find(what, from) + what.size()));
    };
    const double width = number_after("width=\"", 0);
    const double height = number_after("height=\"", 0);
    std::size_t texts = 0;
    for (std::size_t at = svg.find("<text"); at != std::string::npos;
         at = svg.find("<text", at + 1), ++texts) {
        const std::size_t begin = svg.find('>', at) + 1, end = svg.find("</text>", at);
        const std::string attributes = svg.substr(at, begin - at);
        // A letter is rarely wider than 0.6 of its font's size; "&lt;" is one.
        const std::size_t entities =
            count(svg.substr(begin, end - begin), "&lt;") + count(svg.substr(begin, end - begin), "&gt;");
        const double font =
            attributes.find("font-size") == std::string::npos ? 12 : number_after("font-size=\"", at);
        const double length = 0.6 * font * static_cast<double>(end - begin - 3 * entities);
        const double x = number_after("x=\"", at), y = number_after("y=\"", at);
        CAPTURE(svg.substr(begin, end - begin));
        if (attributes.find("rotate(-60") != std::string::npos) {
            CHECK(x - 0.5 * length >= 0);
            CHECK(y + 0.87 * length <= height);
        } else if (attributes.find("\"end\"") != std::string::npos) {
            CHECK(x - length >= 0);
        } else if (attributes.find("\"middle\"") == std::string::npos) {
            CHECK(x + length <= width);
            CHECK(y <= height);
        }
    }
    CHECK(texts > 20);
    CHECK(report::detail::letters(25) == "z");
    CHECK(report::detail::letters(26) == "aa");
    CHECK(report::detail::letters(702) == "aaa");
    CHECK(svg.find(">a: encoder Dense&lt;5&gt;, 80 bytes<") != std::string::npos);
    CHECK(svg.find("body.1 SiLU: gradient of input, 80 bytes<") != std::string::npos);
}

TEST_CASE("graph_dot: layers with their shapes and parameters, and what each reads") {
    CHECK(report::graph_dot<Net>() == R"dot(digraph network {
    node [shape=box, style=rounded, fontname="sans-serif"];
    n0 [label="x Input<6>\n[6]"];
    n1 [label="encoder Dense<5>\n[5]\n35 parameters, frozen", style="rounded,dashed"];
    n0 -> n1;
    n2 [label="body.0 Dense<5>\n[5]\n30 parameters"];
    n1 -> n2;
    n3 [label="body.1 SiLU\n[5]"];
    n2 -> n3;
    n4 [label="body Add\n[5]"];
    n1 -> n4;
    n3 -> n4;
    n5 [label="y Dense<3>\n[3]\n18 parameters"];
    n4 -> n5;
    output0 [shape=plaintext, label="output 0"];
    n5 -> output0;
    output1 [shape=plaintext, label="output 1"];
    n4 -> output1;
}
)dot");
}
