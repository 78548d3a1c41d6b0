#include <cstdlib>

void* buffer(std::size_t count) { return std::malloc(count); }
