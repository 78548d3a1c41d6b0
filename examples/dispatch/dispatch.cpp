// One program for every x86-64 processor: the network is in it three times, and the best that the processor
// can run is chosen once. See docs/dispatch.md.
#include "classifier.hpp"
#include "digits_row_major.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string_view>

namespace {

struct Choice {
    std::string_view processor;
    const Classifier* classifier;
    bool runs_here;
};

/// Grey values from 0 to 16.
constexpr unsigned char zero[]{0, 0, 5,  13, 9,  1,  0, 0, 0, 0, 13, 15, 10, 15, 5, 0,
                               0, 3, 15, 2,  0,  11, 8, 0, 0, 4, 12, 0,  0,  8,  8, 0,
                               0, 5, 8,  0,  0,  9,  8, 0, 0, 4, 11, 0,  1,  12, 7, 0,
                               0, 2, 14, 5,  10, 12, 0, 0, 0, 0, 6,  13, 10, 0,  0, 0};

} // namespace

/// With a processor's name as argument, as in `x86-64`, takes that one if it runs here.
int main(int argc, char** argv) {
    const Choice choices[]{
        {"x86-64-v4", &classifier_x86_64_v4, __builtin_cpu_supports("x86-64-v4") != 0},
        {"x86-64-v3", &classifier_x86_64_v3, __builtin_cpu_supports("x86-64-v3") != 0},
        {"x86-64", &classifier_x86_64, true},
    };
    const Choice* const chosen = std::ranges::find_if(choices, [&](const Choice& choice) {
        return choice.runs_here && (argc < 2 || choice.processor == argv[1]);
    });
    if (chosen == std::end(choices)) {
        std::fprintf(stderr, "dispatch: %s: this processor does not run it\n", argv[1]);
        return 2;
    }
    chosen->classifier->load(digits::row_major);

    float image[64], scores[10];
    std::ranges::transform(zero, image, [](unsigned char grey) { return static_cast<float>(grey) / 16; });
    chosen->classifier->run(image, scores);
    const auto best = std::ranges::max_element(scores) - scores;
    std::printf("%.*s (%.*s): a zero looks like a %td\n", static_cast<int>(chosen->processor.size()),
                chosen->processor.data(), static_cast<int>(chosen->classifier->vectors.size()),
                chosen->classifier->vectors.data(), best);
    return best == 0 ? 0 : 1;
}
