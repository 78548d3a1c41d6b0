#pragma once

// Text: tokens, vocabularies, pieces of words, encoders that run on a device, augmentation, pretrained vectors
// of words. Hosted, and not among burin.hpp. What needs a library is a header of its own:
// `burin/data/text/unicode.hpp` and `burin/data/text/segment.hpp` (ICU), `burin/data/text/stem.hpp`
// (libstemmer), `burin/data/text/sentence_piece.hpp` (SentencePiece).

#include "burin/core/language.hpp"
#include "burin/pipelines.hpp"

#include "burin/core/set_macros_aside.hpp"
// The rest stands between these two.

#include "burin/data/text/augment.hpp"
#include "burin/data/text/buckets.hpp"
#include "burin/data/text/byte_pairs.hpp"
#include "burin/data/text/characters.hpp"
#include "burin/data/text/embeddings.hpp"
#include "burin/data/text/encoder_options.hpp"
#include "burin/data/text/fit_encoders.hpp"
#include "burin/data/text/ngrams.hpp"
#include "burin/data/text/padding.hpp"
#include "burin/data/text/prepared_texts.hpp"
#include "burin/data/text/split.hpp"
#include "burin/data/text/stop_words.hpp"
#include "burin/data/text/tf_idf.hpp"
#include "burin/data/text/tokens.hpp"
#include "burin/data/text/vocabulary.hpp"
#include "burin/data/text/word_ids.hpp"
#include "burin/data/text/word_pieces.hpp"
#include "burin/data/text_files.hpp"

#include "burin/core/restore_macros.hpp"
