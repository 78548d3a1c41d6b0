#pragma once

#include <string_view>

/// What each of the units gives that classifier.cpp is compiled to, one for each kind of processor. None of
/// Burin's types is in it: they differ from unit to unit.
struct Classifier {
    std::string_view vectors; ///< What the kernels are made for.
    /// Takes the parameters, row-major, and lays them out for its kernels.
    void (*load)(const float* row_major) noexcept;
    /// From an image of 64 pixels to the scores of ten digits.
    void (*run)(const float* image, float* scores) noexcept;
};

extern "C" {
extern const Classifier classifier_x86_64;    // SSE2: every processor of 64 bits.
extern const Classifier classifier_x86_64_v3; // AVX2 and FMA.
extern const Classifier classifier_x86_64_v4; // AVX-512.
}
