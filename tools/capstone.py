"""Search hundreds of recipes for each problem of lesson 8: python tools/capstone.py.

Writes helpers/capstone/found.json. Recipes are chosen by their validation scores; what
is written are their scores on the test rows. On two cores this takes some minutes.
"""

import itertools
import json
import sys
from pathlib import Path

import numpy as np

from helpers.capstone import SEEDS, TASKS, Recipe, load_task, recipes, steps_of

OUT = Path(recipes.__file__).with_name("found.json")
RATES = {
    "SGD": np.geomspace(0.01, 3, 6),
    "momentum": np.geomspace(0.001, 0.3, 6),
    "RMSprop": np.geomspace(0.0003, 0.1, 6),
    "Adam": np.geomspace(0.0003, 0.1, 6),
}
HIDDEN = {"two_digits": [(64,), (128,), (128, 128)]}
SIZES = {"two_digits": (32, 128)}
MANY = range(10)  # seeds for what is quoted

R = Recipe
REASONABLE = {
    "digits": [
        (R("SGD", 0.1, 32), 3),
        (R("SGD", 0.5, 64), 6),
        (R("momentum", 0.05, 32), 3),
        (R("Adam", 0.001, 32), 3),
        (R("Adam", 0.01, 32), 3),
        (R("RMSprop", 0.01, 128, "cosine"), 12),
    ],
    "diabetes": [
        (R("SGD", 0.1, 32), 22),
        (R("SGD", 0.01, 32), 22),
        (R("SGD", 0.05, 64, hidden=()), 40),
        (R("momentum", 0.01, 32, "cosine", (16,)), 22),
        (R("Adam", 0.001, 32), 22),
        (R("Adam", 0.01, 32, hidden=(64, 64)), 22),
    ],
    "breast_cancer": [
        (R("SGD", 0.1, 32, hidden=(16,)), 1),
        (R("SGD", 0.5, 32, hidden=(16,)), 1),
        (R("momentum", 0.3, 32, hidden=()), 1),
        (R("Adam", 0.01, 32, hidden=(16,)), 1),
        (R("Adam", 0.03, 32, hidden=(16,)), 1),
        (R("RMSprop", 0.01, 64, "cosine", (64,)), 1),
    ],
    "two_digits": [
        (R("SGD", 0.1, 32), 3),
        (R("SGD", 1.0, 32), 3),
        (R("momentum", 0.3, 64), 6),
        (R("Adam", 0.001, 32), 3),
        (R("Adam", 0.01, 32), 3),
        (R("RMSprop", 0.005, 128, "cosine", (128,)), 12),
    ],
}


def search(name, problem, budget):
    """Return (validation score, test score, recipe, epochs) for each recipe."""
    rows, out = len(problem.x_train), []
    sizes = SIZES.get(name, (16, 64, 256))
    widths = HIDDEN.get(name, [(), (32,), (128,)])
    for optimizer, size, schedule, hidden in itertools.product(
        RATES, sizes, ("constant", "cosine"), widths
    ):
        epochs = budget // steps_of(rows, size, 1)
        if epochs == 0:
            continue
        rates = np.repeat(RATES[optimizer], len(SEEDS))
        recipe = Recipe(optimizer, rates, size, schedule, hidden)
        stack = run(problem, recipe, epochs, list(SEEDS) * len(RATES[optimizer]))
        valid, test = (
            recipes.scores_of(stack, problem, part).reshape(-1, len(SEEDS)).mean(axis=1)
            for part in ("valid", "test")
        )
        for rate, *scored in zip(RATES[optimizer], valid, test, strict=True):
            chosen = Recipe(optimizer, float(f"{rate:.2g}"), size, schedule, hidden)
            out.append((*scored, chosen, epochs))
    return out


def run(problem, recipe, epochs, seeds):
    """Return the trained networks."""
    steps = steps_of(len(problem.x_train), recipe.batch_size, epochs)
    trained = recipes.follow(
        problem,
        recipe.make_network(problem, seeds),
        recipe.make_optimizer(steps),
        recipe.batch_size,
        steps,
        seeds,
    )
    return [stack for _, stack in trained][-1]


def quoted(problem, recipe, epochs):
    """Return a recipe with its test scores over ten seeds."""
    scores = recipes.scores_of(run(problem, recipe, epochs, MANY), problem, "test")
    return vars(recipe) | {
        "epochs": epochs,
        "mean": round(float(scores.mean()), 3),
        "low": round(float(scores.min()), 3),
        "high": round(float(scores.max()), 3),
    }


def main(names):
    """Search for each of the problems, and write what was found."""
    found = json.loads(OUT.read_text("utf-8")) if OUT.exists() else {}
    for name in names or TASKS:
        problem = load_task(name)
        out = search(name, problem, TASKS[name].budget)
        valid, test, best, epochs = max(out, key=lambda row: row[0])
        scores = {
            optimizer: [
                round(max(float(test), -1), 3)
                for _, test, recipe, _ in out
                if recipe.optimizer == optimizer
            ]
            for optimizer in RATES
        }
        found[name] = {
            "best": quoted(problem, best, epochs),
            "reasonable": [quoted(problem, *each) for each in REASONABLE[name]],
            "scores": scores,
        }
        print(name, len(out), "recipes; best on validation rows:", round(valid, 3))
        for each in (found[name]["best"], *found[name]["reasonable"]):
            print("  ", each)
        OUT.write_text(json.dumps(found) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
