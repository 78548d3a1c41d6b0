// Prepares numbers, texts, an image and a frame of sound, and prints a checksum of each result. The same
// source runs on the board and, with one lane, on the computer that compiled it: the two must print the same.

#include <burin/embedded.hpp>

#include <burin/data/audio/mel_bands.hpp>
#include <burin/data/images/grey.hpp>
#include <burin/data/images/resize.hpp>
#include <burin/data/tables/impute_nearest.hpp>
#include <burin/data/tables/power_transformer.hpp>
#include <burin/data/tables/quantile_transformer.hpp>
#include <burin/data/text/tf_idf.hpp>
#include <burin/data/text/word_ids.hpp>

#include "board/semihosting.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

using namespace burin;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

using Powers = data::Pipeline<Input<3>, data::PowerTransformer<>>;
using Quantiles = data::Pipeline<Input<2>, data::QuantileTransformer<4, data::Distribution::normal>>;
using Nearest = data::Pipeline<Input<3>, data::ImputeNearest<2, 4>>;
using Ids = data::Pipeline<data::text::WordIds<6, 8>>;
using Counts = data::Pipeline<data::text::TfIdf<4, data::text::Sublinear>>;
using Picture = data::Pipeline<Input<9, 7, 3>, data::images::Grey, data::images::Resize<5, 4>>;
using Bands = data::Pipeline<Input<800>, data::audio::MelBands<>, data::audio::MelCepstrum<13>>;

constexpr Powers powers = [] {
    Powers fitted;
    fitted.stages().fitted.lambda = {{0.3F, -0.7F, 2.1F}};
    fitted.stages().fitted.offset = {{0.1F, -0.2F, 0.3F}};
    fitted.stages().fitted.divisor = {{1.3F, 0.7F, 1.1F}};
    return fitted;
}();

constexpr Quantiles quantiles = [] {
    Quantiles fitted;
    fitted.stages().fitted.quantile = {{-1, 0, 0.5F, 3, 10, 20, 30, 45}};
    fitted.stages().fitted.count = {{4, 4}};
    return fitted;
}();

constexpr Nearest nearest = [] {
    Nearest fitted;
    fitted.stages().fitted.donor = {{0, 1, 2, 3, 4, 5, 1, missing, 7, 2, 2, 9}};
    fitted.stages().fitted.mean = {{1.5F, 2.3F, 5.7F}};
    fitted.stages().fitted.count = {{4}};
    return fitted;
}();

/// Words in the order of their bytes, as a fitted encoder has them.
template <class Fitted>
constexpr void set_words(Fitted& fitted, std::span<const std::string_view> words) {
    std::size_t end = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::copy(words[i].begin(), words[i].end(),
                  fitted.characters.begin() + static_cast<std::ptrdiff_t>(end));
        fitted.ends[i] = static_cast<std::uint32_t>(end += words[i].size());
    }
    fitted.words[0] = static_cast<std::uint32_t>(words.size());
}
constexpr std::array<std::string_view, 4> words{"bad", "gr\xC3\xBC\xC3\x9F", "good", "very"};
constexpr std::array<std::string_view, 4> sorted = [] {
    auto result = words;
    std::sort(result.begin(), result.end());
    return result;
}();

constexpr Ids ids = [] {
    Ids fitted;
    set_words(fitted.beginning(), sorted);
    fitted.beginning().ids = {{2, 3, 4, 5}};
    return fitted;
}();

constexpr Counts counts = [] {
    Counts fitted;
    set_words(fitted.beginning(), sorted);
    fitted.beginning().idf = {{1.1F, 1.7F, 1.3F, 2.9F}};
    return fitted;
}();

void print(std::string_view name, std::span<const float> prepared) {
    Text<80> line(name);
    board::write(line.append(" ").append(std::size_t{crc32(prepared)}).append("\n").view());
}

template <class Pipeline, class Sample>
void prepare(std::string_view name, const Pipeline& pipeline, const Sample& sample) {
    static std::array<float, Pipeline::output_size> prepared;
    pipeline.apply(sample, prepared);
    print(name, prepared);
}

/// Numbers from -1 to 1 that are the same everywhere.
template <std::size_t Size>
const std::array<float, Size>& numbers() {
    static std::array<float, Size> result;
    std::uint32_t state = 1;
    for (float& number : result) {
        state = state * 1664525 + 1013904223;
        number = static_cast<float>(state >> 8) * 0x1p-23F - 1;
    }
    return result;
}

} // namespace

int main() {
    for (const float x : {-3.0F, -0.1F, 0.0F, 0.7F, 25.0F}) {
        prepare("powers", powers, std::array<float, 3>{x, x * 0.5F, 1 - x});
        prepare("quantiles", quantiles, std::array<float, 2>{x, 3 * x});
        prepare("nearest", nearest, std::array<float, 3>{x, missing, 2 * x});
    }
    for (const std::string_view text :
         {"", "a very GOOD, very very good day", "gr\xC3\xBC\xC3\x9F bad", "\xFF\xFE"}) {
        prepare("ids", ids, text);
        prepare("counts", counts, text);
    }
    prepare("picture", Picture{}, numbers<9 * 7 * 3>());
    prepare("bands", Bands{}, numbers<800>());
}
