// Writes the pictures of a network that `scripts/bill --svg --dot` asks for. Compiled for this machine, with
// one lane where the target has one, so that the plan is the target's.
#include <burin/embedded.hpp>
#include <burin/report/graph_dot.hpp>
#include <burin/report/memory_plan.hpp>

#include BILL_HEADER

#include <fstream>

namespace bill {

using namespace burin;

void draw() {
    using Net = BILL_NETWORK;
#ifdef BILL_SVG
    std::ofstream(BILL_SVG) << report::memory_plan_svg<Net, BILL_BATCH, BILL_MODE>();
#endif
#ifdef BILL_DOT
    std::ofstream(BILL_DOT) << report::graph_dot<Net>();
#endif
}

} // namespace bill

int main() {
    bill::draw();
}
