#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

std::array<float, 8> values;

void step(const float* from) noexcept {
    std::memcpy(values.data(), from, sizeof values);
    std::sort(values.begin(), values.end());
    for (float& value : values)
        value = std::tanh(value);
}
