// Compares the network of gqa_pairs_new.hpp with the program that its file was made for. Written by burin-import.

#include "gqa_pairs_new.hpp"
#include "gqa_pairs_new_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

int main() {
    static burin::Predictor<gqa_pairs_new::Network> predictor;
    static burin::Parameters<gqa_pairs_new::Network> parameters;
    burin::from_row_major<gqa_pairs_new::Network>(gqa_pairs_new::row_major, parameters.data());
    double largest = 0, peak = 0;
    const auto compare = [&](const auto* outputs, const auto& expected) {
        for (std::size_t i = 0; i < std::size(expected); ++i) {
            const double apart = std::fabs(double(outputs[i]) - double(expected[i]));
            if (!(apart <= largest) && largest == largest) // A number that is none stays.
                largest = apart;
            peak = std::max(peak, std::fabs(double(expected[i])));
        }
    };
    for (std::size_t i = 0; i < gqa_pairs_new::vectors::count; ++i) {
        const auto outputs = predictor.run(parameters, {gqa_pairs_new::vectors::input[i]}, 1);
        compare(outputs[0], gqa_pairs_new::vectors::expected[i]);
    }
    std::printf("gqa_pairs_new: largest difference %g of %g\n", largest, peak);
    return largest <= 1e-05 * peak ? 0 : 1;
}
