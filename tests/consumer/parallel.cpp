// Counts, on as many threads as the argument says.

#include <burin/parallel/pool.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <vector>

int main(int, char** argv) {
    const std::vector<std::size_t> squares = burin::parallel::map(100, [](std::size_t i) { return i * i; });
    std::printf("%zu threads\n", burin::parallel::threads());
    return std::accumulate(squares.begin(), squares.end(), std::size_t{0}) == 328'350 &&
                   burin::parallel::threads() == std::strtoul(argv[1], nullptr, 10)
               ? 0
               : 1;
}
