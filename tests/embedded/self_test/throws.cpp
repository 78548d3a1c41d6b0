#include <array>

float at(const std::array<float, 4>& values, std::size_t place) { return values.at(place); }
