// The least program around a network: what of it fills flash and memory, `scripts/bill` reads off the
// linker's work.
#include "interface.hpp"

int main() {
    bill::bill_step();
}
