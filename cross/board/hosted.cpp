// The board's text and exit status on a computer, to compare what a program prints there and here.

#include "semihosting.hpp"

#include <cstdio>
#include <cstdlib>

namespace board {

void write(std::string_view text) noexcept {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void exit(int status) noexcept {
    std::exit(status);
}

} // namespace board
