#include "machine.hpp"

#include <cstdio>

void machine::write(std::string_view text) noexcept {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

// A computer has plenty.
bool machine::report_memory(std::size_t) noexcept {
    return true;
}
