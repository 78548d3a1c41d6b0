#!/usr/bin/env python3
"""Writes the reference values of text: what scikit-learn, Hugging Face's tokenizers, SentencePiece, NLTK and Python make of it.

    pip install torch scikit-learn tokenizers sentencepiece nltk && python tests/reference/text.py

Also writes sentence_piece.model beside this script.
"""

import io
import json
import unicodedata

import nltk
import sentencepiece
import sklearn
import tokenizers
from header import HERE, Header
from nltk.stem.snowball import SnowballStemmer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

CORPUS = [
    "The film was good, the acting was very good; the ending was not.",
    "A dull story about a dull man. The man was not good!",
    "What a lovely, lovely film: I loved the story and loved the music.",
    "The music wasn't bad but the story was slower than the slowest film.",
    "Lower, lowest, slow, slower, slowest: the newest story is the widest.",
    "Ein schöner Film, eine schöne Geschichte über einen Mann aus Köln.",
    "C'était un très beau film, l'été à la mer; élégant et naïf.",
    "It's 2024 and I've seen it 3 times, they'll see it 12 times.",
]
UNSEEN = [
    "The slowest lovely man wasn't about a newest filmmaker, 2025!",
    "schön und naïf: the story of lowering music   zzz",
    "",
    "loved loved loved Ωmega 电影 🙂 it's they've",
]


def text(value):
    """A string of C++, by its bytes."""
    return '"' + "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in value.encode()) + '"'


class TextHeader(Header):
    def __init__(self):
        super().__init__("text", "Text: what others make of it.")
        self.lines[3] = (f"// Written by text.py with scikit-learn {sklearn.__version__}, tokenizers {tokenizers.__version__}, "
                         f"SentencePiece {sentencepiece.__version__}, NLTK {nltk.__version__}.")
        self.lines[1:1] = ["", "#include <string_view>"]

    def texts(self, name, values):
        self.lines.append(f"inline constexpr std::string_view {name}[] = {{{', '.join(map(text, values))}}};")


out = TextHeader()
out.texts("corpus", CORPUS)
out.texts("unseen", UNSEEN)


def vectorizers():
    for name, make in {
        "tf_idf": TfidfVectorizer(),
        "sublinear_runs": TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2),
        "counts": CountVectorizer(token_pattern=r"(?u)\b\w+\b"),
        "case": TfidfVectorizer(lowercase=False, norm=None),
    }.items():
        make.fit(CORPUS)
        out.texts(f"{name}_words", make.get_feature_names_out())
        out.array(f"{name}_corpus", make.transform(CORPUS).toarray())
        out.array(f"{name}_unseen", make.transform(UNSEEN).toarray())
    for name, options in {"word": {"ngram_range": (1, 3)}, "char": {"analyzer": "char", "ngram_range": (2, 3)}}.items():
        out.texts(f"{name}_runs", CountVectorizer(**options).build_analyzer()("a fine, fine Café for two"))


def byte_pairs():
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=110, min_frequency=2, special_tokens=["[UNK]"],
                                                              show_progress=False))
    save("pairs", tokenizer)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=310, min_frequency=2, special_tokens=["<|endoftext|>"],
                                                              initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    save("bytes", tokenizer)
    for i, sentence in enumerate(UNSEEN + ["  two  spaces\n\nand lines \t"]):
        pieces = tokenizer.pre_tokenizer.pre_tokenize_str(sentence)
        out.texts(f"gpt2_words_{i}", [sentence[a:b] for _, (a, b) in pieces] or [""])


def save(name, tokenizer):
    model = json.loads(tokenizer.to_str())["model"]
    out.texts(f"{name}_merges", [" ".join(pair) for pair in model["merges"]])
    out.texts(f"{name}_tokens", sorted(model["vocab"], key=model["vocab"].get))
    for i, sentence in enumerate(UNSEEN):
        out.array(f"{name}_ids_{i}", tokenizer.encode(sentence).ids or [0], "unsigned")


def word_pieces():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator([line.lower() for line in CORPUS], trainers.WordPieceTrainer(
        vocab_size=120, special_tokens=["[PAD]", "[UNK]"], show_progress=False))
    vocabulary = tokenizer.get_vocab()
    out.texts("pieces_tokens", sorted(vocabulary, key=vocabulary.get))
    for i, sentence in enumerate(UNSEEN):
        out.array(f"pieces_ids_{i}", tokenizer.encode(sentence).ids or [0], "unsigned")


def sentence_piece():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(CORPUS), model_writer=model, vocab_size=70,
                                             normalization_rule_name="identity", minloglevel=2)
    (HERE / "sentence_piece.model").write_bytes(model.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    for i, sentence in enumerate(UNSEEN):
        out.array(f"sentence_piece_ids_{i}", processor.encode(sentence) or [0], "unsigned")
        out.texts(f"sentence_piece_pieces_{i}", processor.encode(sentence, out_type=str) or [""])
    out.texts("sentence_piece_decoded", [processor.decode(processor.encode(sentence)) for sentence in UNSEEN])


def stems():
    for language, words in {
        "english": "running runs connections generously happiness dying skies national relational hopefully",
        "german": "häuser aufeinander kategorien schönste laufend verständlich freundlichkeit",
        "french": "continuellement majestueusement chevaux naturelle mangeaient",
        "spanish": "cheques torneados habitaciones rápidamente corriendo",
    }.items():
        out.texts(f"{language}_words", words.split())
        out.texts(f"{language}_stems", [SnowballStemmer(language).stem(word) for word in words.split()])


def unicode_forms():
    samples = ["Cafe\u0301 fiancé", "ﬁne Ａ² ½ ① ㎞", "Straße İstanbul ΣΊΣΥΦΟΣ", "Å Å Å", "한글 한", "ẛ̣ Ǆ", "élan naïf Đà Nẵng"]
    out.texts("samples", samples)
    for form in "NFC", "NFD", "NFKC", "NFKD":
        out.texts(form.lower(), [unicodedata.normalize(form, s) for s in samples])
    out.texts("folded", [unicodedata.normalize("NFC", unicodedata.normalize("NFC", s).casefold()) for s in samples])
    out.texts("bare", [unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", s)
                                                              if unicodedata.category(c) != "Mn")) for s in samples])


vectorizers()
byte_pairs()
word_pieces()
sentence_piece()
stems()
unicode_forms()
out.write()
