"""The exercises of lesson 9: your own data."""

from functools import partial

import numpy as np

from helpers.checks import bets
from helpers.checks.answers import call, choices, look_up, number
from helpers.checks.engine import Lesson, Wrong
from helpers.checks.feedback import show

LESSON = Lesson(9, "Your own data")

by_heart = bets.Bet(
    "steps until ten rows are known by heart", 1, 200, "steps", log=True
)
beyond_the_line = bets.Bet(
    "how much better than a straight line the network is", -20, 60, "hundredths"
)
other_rows = bets.Bet("how far five splits lie apart", 0, 50, "hundredths")
last_word = bets.Bet("the score on the test rows", 0, 100, "hundredths")
BETS = bets.of(9, vars())
look_back = partial(bets.look_back, BETS)


def parcels(seed=0):
    """Return the table of 600 parcels, some of which come back: a dict of columns.

    Each of 120 customers has a habit, and a postcode that one other shares. No two
    parcels have the same weight.
    """
    rng = np.random.default_rng(seed)
    who = rng.integers(120, size=600)
    weight = (100 + rng.permutation(600)) / 100
    habit, postcode = rng.normal(0, 2.5, 120), rng.permutation(120) // 2
    chance = 1 / (1 + np.exp(-(habit[who] + 0.6 * (weight - 4))))
    returned = rng.random(600) < chance
    return {
        "customer": np.array([f"K{number:03}" for number in who]),
        "postcode": np.array([f"NW{code}" for code in postcode[who]]),
        "weight_kg": weight,
        "express": rng.choice(["yes", "no"], 600),
        "refund": np.where(returned, (20 * weight).round(2), 0.0),
        "returned": np.where(returned, "yes", "no"),
    }


@LESSON.exercise(
    "Predict",
    hints=(
        "Go through the report line by line: how many features does it say each "
        "column becomes? A standardised column is one.",
        "Species and island: three words each. Sex: two words, and gaps. Then count "
        "the columns of numbers.",
    ),
)
def inputs(answer):
    """Judge the inputs of a network for the penguins."""
    got = number(answer, "my_inputs", whole=True)
    mistakes = {
        7: "That is one for each column. But a word is no number: each different word "
        "of a column gets a feature of its own, yes or no.",
        8: "Those are the columns of the file, with the weight. But the weight is the "
        "answer, and a column of words becomes several features.",
        14: "One too many: the weight is the answer, no input.",
        12: "Nearly: some penguins have no sex in the table, and a feature tells that.",
        10: "You leave out one word of each column, as statistics books do. Here each "
        "word has a feature, and the gaps of sex have one.",
        11: "Nearly: sex has two words *and* gaps, which makes three.",
        4: "Those are the columns of numbers. The words come on top.",
        9: "Those are the features of the words, or the gaps of sex. How many inputs "
        "are there in all?",
        (
            206,
            342,
            344,
        ): "That is a number of rows. How many numbers has *one* penguin?",
    }
    look_up(got, mistakes)
    if got != 13:
        raise Wrong(
            f"Not {got:g}. Count for each line of the report: a column of numbers "
            "gives one, a column of words one for each word, and one for its gaps."
        )
    return "Nine for the words, gaps among them, and one for each of four numbers."


OPTIONS = {1: "groups=", 2: "order=", 3: "leave_out=", 4: "problem=", 5: "nothing"}


@LESSON.exercise(
    "Choose",
    hints=(
        "Ask of each table: does a column come from later than the question? Does one "
        "person stand in several rows? Has it an order in time?",
        "Of the two that are left, one has nothing to hide. In the other the computer "
        "can't know whether a 9 is more than an 8, or only another name.",
    ),
)
def which_option(answer):
    """Judge which option each of five tables needs."""
    got = choices(answer, "ABCDE", "my_options", '{"A": 1, "B": 2, ...}', whole=True)
    clues = {
        "A": (3, "when somebody asks for a loan, how many reminders have been sent?"),
        "B": (4, "is a wine of quality 9 another *kind* of wine, or a better one?"),
        "C": (1, "rows of one speaker would stand in two parts. Who is to be heard?"),
        "D": (5, "one row each, found by chance, no time, nothing from later."),
        "E": (2, "which days may it know when it foretells tomorrow?"),
    }
    for letter, chosen in got.items():
        right, clue = clues[letter]
        if chosen not in OPTIONS:
            raise Wrong(f"{letter}: the options are numbered 1 to 5, not {chosen:g}.")
        if chosen != right:
            raise Wrong(f"{letter}: not `{OPTIONS[chosen]}`: {clue}")
    return "Each of the five would have given a score without a complaint."


KNOWN = {"postcode", "weight_kg", "express"}


@LESSON.exercise(
    "Fix",
    points=2,
    seconds=20,
    needs="sklearn.preprocessing",
    hints=(
        "Two of the doubts above name what to say. Which column is known only when the "
        "parcel has come back? And who stands in several rows?",
        "`from_table` takes `leave_out=` and `groups=`, each with a column's name.",
    ),
)
def honest(answer):
    """Judge a problem of parcels, for new customers, without what comes later."""
    table = parcels(seed=5)
    problem = call(answer, table, name="honest")
    if not hasattr(problem, "report"):
        raise Wrong(
            f"honest should return what `from_table` returns, not {show(problem)}."
        )
    used = {name.split("=")[0] for name in problem.feature_names}
    if "returned" in used or problem.target_names != ("no", "yes"):
        raise Wrong("The network is to answer whether a parcel is `returned`.")
    if "refund" in used:
        raise Wrong(
            "`refund` is still an input. It is paid when a parcel has come back, so it "
            "is the answer itself: leave it out."
        )
    if "weight_kg" not in used:
        raise Wrong("`weight_kg` is known when a parcel is sent. Keep it.")
    parts = _customers(problem, table)
    if parts["train"] & (parts["valid"] | parts["test"]):
        if "customer" in used:
            raise Wrong(
                "Parcels of one customer still stand in several parts, so the network "
                "is tested on people whom it knows. Which argument keeps them together?"
            )
        raise Wrong(
            "The column `customer` is no input, but parcels of one customer still "
            "stand in several parts, and the postcode gives people away. Keep their "
            "rows together instead."
        )
    if "customer" in used:
        raise Wrong(
            "The customer's name is still an input. A new customer has a name that the "
            "network has never seen."
        )
    if missing := sorted(KNOWN - used):
        raise Wrong(f"`{missing[0]}` is known when a parcel is sent. Keep it.")
    return (
        "Nothing from later, and nobody on both sides. Her network now scores little "
        "more than chance on new customers: that was the truth all along."
    )


def _customers(problem, table):
    """Return the customers in each part: a parcel is known by its weight."""
    place = problem.feature_names.index("weight_kg")
    rows = {round(100 * weight): row for row, weight in enumerate(table["weight_kg"])}
    found = {}
    for part in ("train", "valid", "test"):
        x, y = getattr(problem, f"x_{part}"), getattr(problem, f"y_{part}")
        kilos = x[:, place] * problem.x_scale[place] + problem.x_mean[place]
        which = [rows.get(round(100 * float(weight))) for weight in kilos]
        words = np.array(problem.target_names)[y]
        if None in which or (table["returned"][which] != words).any():
            raise Wrong("honest should use the table that it is given, and all of it.")
        found[part] = set(table["customer"][which].tolist())
    return found


@LESSON.exercise(
    "Write",
    points=2,
    hints=(
        "Deal out *names*, not rows: `np.unique(people)` has each name once. Which "
        "names choose, which test?",
        "`np.isin(people, some_names)` is true for the rows of those names, and "
        "`np.flatnonzero` gives the numbers of the rows that are true.",
    ),
)
def split_people(answer):
    """Judge a split that keeps the rows of each person in one part."""
    name = "split_people"
    rng = np.random.default_rng(3)
    chosen = []
    for n, rows in ((23, 90), (23, 90), (9, 31)):
        names = np.array([f"P{number:02}" for number in range(n)])
        people = rng.permutation(np.r_[names, rng.choice(names, rows - n)])
        parts = call(answer, people, len(chosen), name=name)
        train, valid, test = _three_parts(parts, rows)
        every = np.concatenate([train, valid, test])
        if len(np.unique(every)) < len(every):
            raise Wrong("Some rows stand in two parts, or twice in one.")
        _judge_people(people, train, valid, test)
        if len(every) != rows:
            raise Wrong(f"{rows - len(every)} of {rows} rows are in no part.")
        chosen.append(set(people[valid]))
    in_order = [f"P{number:02}" for number in range(4)]
    if chosen[0] == chosen[1] or chosen[0] == set(in_order):
        raise Wrong(
            "Another `seed` should choose other people: shuffle the names by it."
        )
    return "Each row follows its name, so nobody stands on both sides."


def _three_parts(parts, rows):
    if not isinstance(parts, list | tuple) or len(parts) != 3:
        raise Wrong(
            "split_people should return three arrays: rows to train, to choose and to "
            f"test with. You give {show(parts)}."
        )
    found = []
    for part in parts:
        part = np.asarray(part)
        if part.dtype.kind == "b":
            raise Wrong(
                "You return True and False for each row. Row numbers are wanted: "
                "`np.flatnonzero(mask)`."
            )
        if part.dtype.kind in "US":
            raise Wrong("You return names. The *numbers* of their rows are wanted.")
        if part.dtype.kind not in "iu" or part.ndim != 1:
            raise Wrong(
                f"Each part should be a row of whole numbers, not {show(part)}."
            )
        if part.size and not 0 <= part.min() <= part.max() < rows:
            raise Wrong(f"The rows have the numbers 0 to {rows - 1}.")
        found.append(part)
    return found


def _judge_people(people, train, valid, test):
    sets = [set(people[part]) for part in (train, valid, test)]
    if sets[0] & sets[1] or sets[0] & sets[2] or sets[1] & sets[2]:
        raise Wrong(
            "Some people stand in two parts. Deal out the different names, and let "
            "every row follow its name."
        )
    n = len(set(people))
    sizes = [len(each) for each in sets]
    if sizes[1:] != [n // 5, n // 5]:
        raise Wrong(
            f"Of {n} people, {n // 5} should choose and {n // 5} test. With yours "
            f"{sizes[0]} train, {sizes[1]} choose and {sizes[2]} test."
        )


@LESSON.exercise(
    "Write",
    points=3,
    hints=(
        "Make a copy of x, and change its `columns` alone: there, row i gets what row "
        "`order[i]` has.",
        "`shuffled[:, columns] = x[order][:, columns]`. What is lost is the score "
        "before, less the score after.",
    ),
)
def importance(answer):
    """Judge what a score loses when a column is shuffled."""
    rng = np.random.default_rng(11)
    for n, columns, seed in ((40, [2, 3, 4], 0), (35, [1], 5)):
        x = rng.normal(size=(n, 6))
        x[:, 2:5] = np.eye(3)[rng.integers(3, size=n)]
        slopes = np.array([1.0, -2.0, 3.0, 0.5, -1.0, 0.2])
        y = _predict(x, slopes) + 0.1 * rng.normal(size=n)

        def predict(x, slopes=slopes):
            return _predict(x, slopes)

        def score_of(outputs, y=y):
            return 1 - np.mean((outputs - y) ** 2) / y.var()

        got = call(answer, predict, score_of, x, columns, seed, name="importance")
        got = number(got, "importance(...)")
        order = np.random.default_rng(seed).permutation(n)
        changed = {name: x.copy() for name in ("right", "zero", "apart", "mean")}
        changed["right"][:, columns] = x[order][:, columns]
        changed["zero"][:, columns] = 0
        changed["mean"][:, columns] = x[:, columns].mean(axis=0)
        each = np.random.default_rng(seed)
        for column in columns:
            changed["apart"][:, column] = x[each.permutation(n), column]
        before = score_of(predict(x))
        after = {name: score_of(predict(other)) for name, other in changed.items()}
        right = before - after["right"]
        if np.isclose(got, right):
            continue
        after["rows"] = score_of(predict(x[order]))
        back = x.copy()
        back[order[:, None], columns] = x[:, columns]
        after["back"] = score_of(predict(back))
        mistakes = {
            "That is the score after the shuffle. What is *lost* is wanted: before, "
            "less after.": after["right"],
            "The sign: what is lost is the score before, less the score after.": -right,
            "You put zeros in. They may be values that never occur: shuffle instead.": (
                before - after["zero"]
            ),
            "You put the mean in. Half a word has never been seen: shuffle.": (
                before - after["mean"]
            ),
            "You shuffle each feature by itself, and make rows that no word makes. "
            "One permutation for all of `columns`.": before - after["apart"],
            "You shuffle whole rows, so every row gets another one's answer. Change "
            "`columns` alone.": before - after["rows"],
            "You send row i to `order[i]`. Let row i *get* what row `order[i]` has.": (
                before - after["back"]
            ),
            "Nothing is lost, says your answer: is the changed x predicted from?": 0.0,
        }
        for words, value in mistakes.items():
            if np.isclose(got, value):
                raise Wrong(words)
        raise Wrong(
            f"With columns {columns} and seed {seed} the loss should be {right:.4g}. "
            f"You give {got:.4g}. Use one `default_rng(seed).permutation(len(x))`."
        )
    return "The loss of score is what the network cannot say without that column."


def _predict(x, slopes):
    """Answer for rows, and oddly where the one-hot features are no word."""
    return x @ slopes + 4 * (x[:, 2:5].sum(axis=1) - 1) ** 2


EXERCISES = LESSON.exercises
progress = LESSON.progress
