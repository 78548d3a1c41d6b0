// Reads text as a microcontroller would: the vocabulary in flash, the rest in .bss.

#include "burin/core/set_macros_aside.hpp"

#include "burin/data/prepared_predictor.hpp"
#include "burin/data/text/tf_idf.hpp"
#include "burin/data/text/word_ids.hpp"
#include "burin/embedded.hpp"

#include "burin/core/restore_macros.hpp"

#include <span>
#include <string_view>

namespace text = burin::data::text;

using Words = burin::data::Pipeline<text::WordIds<30, 8, text::PadLeft>>;
using Reader = burin::Sequential<burin::Input<8>, burin::Embedding<30, 4>, burin::GlobalAveragePool1D, burin::Dense<2>>;
using Counts = burin::data::Pipeline<text::TfIdf<20, text::NGrams<1, 2>, text::Sublinear,
                                                 text::WithoutStopWords<text::Language::english>>>;
using Letters = burin::data::Pipeline<text::CharIds<20, 8>>;

constexpr Words words{};
constexpr Counts counts{};
constexpr Letters letters{};
burin::Parameters<Reader> tensors;
burin::data::PreparedPredictor<Words, Reader> predictor;

float answer(std::string_view sentence) {
    return predictor(words, tensors, sentence)[0];
}
void count(std::string_view sentence, std::span<float, 20> out) {
    counts.apply(sentence, out);
}
void spell(std::string_view sentence, std::span<float, 8> out) {
    letters.apply(sentence, out);
}
