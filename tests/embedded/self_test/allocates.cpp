#include <cstddef>

float* buffer(std::size_t count) { return new float[count]; }
