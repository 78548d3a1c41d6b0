"""Writes customers.csv: customers of a telephone company and whether they left, as somebody kept them by hand.

Who leaves is drawn from a formula, so that it is known how well it can be told at all: the last line of the comment. What makes
the file a table of real life: a sign between thousands, a comma in decimals, days before months, places where nothing was asked
for or noted, in three ways, ages of 999, rows that are there twice, names with the separator in them.
"""

import math
import random
from datetime import date, timedelta
from pathlib import Path

random.seed(7)
CITIES = {"Bern": .1, "Chur": 0, "Genf": .2, "Zürich": 0, "Biel; Bienne": -.3, "Lugano": .1}
CONTRACTS = {"monthly": 1.5, "one year": 0, "two years": -1.2}


def customer(number):
    age = min(90, max(18, round(random.gauss(47, 17))))
    contract = random.choices(list(CONTRACTS), [5, 3, 2])[0]
    city = random.choice(list(CITIES))
    fee = round(math.exp(random.gauss(3.9, .5)), 2)
    calls = min(12, int(random.expovariate(.6)))
    satisfaction = random.choices([1, 2, 3, 4, 5], [1, 2, 4, 5, 3])[0]
    joined = date(2024, 12, 31) - timedelta(days=random.randrange(30, 3000))
    years = (date(2024, 12, 31) - joined).days / 365.25
    logit = (-4.1 + CONTRACTS[contract] + CITIES[city] + .8 * calls - .9 * (satisfaction - 3) + .03 * (fee - 50)
             - .25 * years + (1.2 if age < 30 else 0))
    probability = 1 / (1 + math.exp(-logit))
    left = random.random() < probability
    # The dissatisfied answer less often, and few are asked at all.
    answers = random.random() < (.6 if satisfaction <= 2 else .85)
    year_text = f"{joined.day}.{joined.month}.{joined.year}"
    fee_text = f"{fee * 12:,.2f}".replace(",", "'").replace(".", ",")
    row = [f"K{number:04}", year_text if random.random() < .97 else "",
           random.choice(["999", "?"]) if random.random() < .05 else str(age), contract if random.random() < .98 else "n/a",
           fee_text if random.random() < .95 else "NA", str(calls), str(satisfaction) if answers else "?",
           f'"{city}"' if ";" in city else city, "yes" if left else "no"]
    return ";".join(row), probability, left


rows = [customer(i) for i in range(3000)]
leavers = [p for _, p, left in rows if left]
stayers = [p for _, p, left in rows if not left]
auc = sum((a > b) + .5 * (a == b) for a in leavers for b in stayers) / len(leavers) / len(stayers)
lines = [row for row, _, _ in rows]
for _ in range(25):
    lines.insert(random.randrange(len(lines)), random.choice(lines))
text = ["# Customers, as of 31.12.2024. Yearly fees in francs. Satisfaction as they answered, from 1 to 5.",
        f"# Written by customers.py: {len(leavers)} of {len(rows)} left. By the formula's own probabilities the ROC AUC is {auc:.3f}.",
        "customer;joined;age;contract;fee;calls;satisfaction;city;left", *lines]
Path(__file__).with_name("customers.csv").write_text("\ufeff" + "\n".join(text) + "\n", encoding="utf-8")
print("\n".join(text[:6]))
