// Writes the pictures of a network that `scripts/bill --svg --dot` asks for. Compiled for this machine, with
// one lane where the target has one, so that the plan is the target's.
#include <burin/embedded.hpp>
#include <burin/io/atomic_file.hpp>
#include <burin/report/graph_dot.hpp>
#include <burin/report/memory_plan.hpp>

#include BILL_HEADER

#include <cstdio>
#include <cstdlib>

namespace bill {

using namespace burin;

void draw() {
    using Net = BILL_NETWORK;
#ifdef BILL_SVG
    io::write_file(BILL_SVG, report::memory_plan_svg<Net, BILL_BATCH, BILL_RECIPE>());
#endif
#ifdef BILL_DOT
    io::write_file(BILL_DOT, report::graph_dot<Net>());
#endif
}

} // namespace bill

int main() try {
    bill::draw();
} catch (const burin::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
}
