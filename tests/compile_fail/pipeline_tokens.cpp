// expect: an Embedding of all numbers that `WordIds<50, 8>` gives, of at least 50 tokens, got one of 10
#include "burin/data/text/word_ids.hpp"
#include "burin/embedded.hpp"

using namespace burin;

data::PreparedPredictor<data::Pipeline<data::text::WordIds<50, 8>>,
                        Sequential<Input<8>, Embedding<10, 4>, GlobalAveragePool1D, Dense<2>>>
    predictor;
