#include <cmath>

float begin = 0;
float scale = std::sqrt(begin += 2);
