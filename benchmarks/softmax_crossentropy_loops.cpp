#include "softmax_crossentropy_loops.hpp"

#include <cmath>

float softmax_crossentropy_loops(const float* logits, const burin::Label* labels, float* gradient,
                                 std::size_t rows, std::size_t classes) {
    float loss = 0;
    const float share = 1 / static_cast<float>(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        const float* const z = logits + row * classes;
        float* const g = gradient + row * classes;
        float most = z[0];
        for (std::size_t c = 1; c < classes; ++c)
            most = z[c] > most ? z[c] : most;
        float sum = 0;
        for (std::size_t c = 0; c < classes; ++c) {
            g[c] = std::exp(z[c] - most);
            sum += g[c];
        }
        const float factor = share / sum;
        for (std::size_t c = 0; c < classes; ++c)
            g[c] *= factor;
        g[labels[row]] -= share;
        loss += std::log(sum) - (z[labels[row]] - most);
    }
    return loss * share;
}
