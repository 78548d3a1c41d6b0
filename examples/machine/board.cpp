#include "machine.hpp"

#include <burin/core/text.hpp>

#include "board/semihosting.hpp"

void machine::write(std::string_view text) noexcept {
    board::write(text);
}

bool machine::report_memory(std::size_t budget) noexcept {
    const std::size_t variables = board::variables_size(), stack = board::stack_used();
    burin::Text<128> line("memory: ");
    line.append(variables)
        .append(" bytes of variables, ")
        .append(stack)
        .append(" of stack; ")
        .append(budget)
        .append(" allowed\n");
    write(line.view());
    return variables + stack <= budget;
}
