// expect: stage `0` `WordIds<50, 8>`: takes text, and begins a pipeline: expected it first
#include "burin/data/text/word_ids.hpp"
#include "burin/embedded.hpp"

using namespace burin;

data::Pipeline<Input<4>, data::text::WordIds<50, 8>> preparation;
