#!/usr/bin/env python3
"""Writes examples/data/reviews: short reviews of a restaurant, one a line, as people type them.

Each is made of parts that praise or blame, and the file that it goes to says which. What is denied means its opposite
("not bad"), and what stands behind "but" counts, so that words alone do not tell. They are typed as text comes: with capitals, composed and
decomposed accents, typographic quotes, more white space than needed, and signs.
"""

import random
import unicodedata
from pathlib import Path

THINGS = ["food", "soup", "crème brûlée", "service", "waiter", "wine", "café", "terrace", "dessert", "menu", "entrée",
          "bread", "music", "chef", "table", "fish"]
GOOD = ["good", "great", "excellent", "delicious", "friendly", "fresh", "lovely", "perfect", "wonderful", "charming"]
BAD = ["bad", "awful", "bland", "cold", "rude", "stale", "terrible", "slow", "dirty", "disappointing"]
DEGREES = ["very", "really", "quite", "so", "truly"]
PRAISE = ["I'd come back tomorrow", "we loved it", "worth every euro", "you can't go wrong here", "my new favourite place"]
BLAME = ["I want my money back", "we left hungry", "a waste of an evening", "avoid this place", "never again"]
STARTS = ["", "", "", "Well, ", "Honestly: ", "Last night we ate here. ", "OK. "]
ENDS = [".", "!", "!!", " …", ". 🙂", ""]


def part(rng, praises):
    kind = rng.randrange(5)
    if kind == 0:
        return rng.choice(PRAISE if praises else BLAME)
    thing = f"the {rng.choice(THINGS)} was "
    if kind == 1:
        return thing + "not " + rng.choice(BAD if praises else GOOD)
    degree = rng.choice(DEGREES) + " " if kind == 2 else ""
    return thing + degree + rng.choice(GOOD if praises else BAD)


def review(rng, praises):
    kind = rng.randrange(4)
    if kind == 0:
        text = f"{part(rng, not praises)}, but {part(rng, praises)}"
    elif kind == 1:
        text = f"{part(rng, praises)} and {part(rng, praises)}"
    else:
        text = part(rng, praises)
    return rng.choice(STARTS) + text + rng.choice(ENDS)


def typed(rng, text):
    style = rng.randrange(6)
    if style == 0:
        text = text.upper()
    elif style == 1:
        text = text[0].upper() + text[1:]
    elif style == 2:
        text = text.replace("'", "\u2019").replace(", ", " \u2013 ")
    elif style == 3:
        text = text.replace(" ", "  ", 2).replace(". ", ".\u00A0") + " "
    return unicodedata.normalize("NFD" if rng.randrange(3) == 0 else "NFC", text)


def main():
    rng = random.Random(18)
    folder = Path(__file__).resolve().parents[1] / "data" / "reviews"
    seen = set()
    for name, praises in {"negative": False, "positive": True}.items():
        lines = []
        while len(lines) < 700:
            text = review(rng, praises)
            if text not in seen:
                seen.add(text)
                lines.append(typed(rng, text))
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "reviews.txt").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")


main()
