"""The exercises of lesson 4: batch size and learning rate."""

import numpy as np

from helpers.checks.answers import array, call, kind_of, number, show
from helpers.checks.engine import Lesson, Wrong

LESSON = Lesson(4, "Batch size and learning rate")


@LESSON.exercise(
    "Write",
    points=2,
    hints=(
        "The predicted class of a row is the position of its largest probability. "
        "NumPy's `argmax` finds positions; which axis runs over the classes?",
        "`probabilities.argmax(axis=1)` gives one class a row. Compare it with "
        "`labels`: how large a share of the comparisons is true?",
    ),
)
def accuracy(answer):
    """Judge a function (probabilities, labels) -> share of rows classified right."""
    for seed, rows, classes in ((2, 40, 4), (0, 8, 3), (1, 5, 5)):
        probabilities, labels, right = _classified(seed, rows, classes)
        came = number(
            call(answer, probabilities, labels, name="accuracy"), "accuracy(...)"
        )
        if not np.isclose(came, right, atol=1e-6):
            raise Wrong(_accuracy_mistake(came, right, probabilities, labels))
    return (
        "The largest of a row's probabilities decides, and only right or wrong counts: "
        "how sure the network was makes no difference."
    )


def _classified(seed, rows, classes):
    """Make probabilities and labels of which neither all nor none are right."""
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.ones(classes), rows)
    labels = probabilities.argmax(axis=1)
    wrong = random.permutation(rows)[: rows // 3]
    labels[wrong] = (labels[wrong] + 1) % classes
    return probabilities, labels, 1 - len(wrong) / rows


def _accuracy_mistake(came, right, probabilities, labels):
    rows = len(labels)
    chosen = probabilities[np.arange(rows), labels]
    mistakes = [
        (1 - right, "That is the share of wrong rows. Count those that are right."),
        (
            right * rows,
            "That is how many rows are right. Divide by how many there are.",
        ),
        (100 * right, "That is in percent. Leave it as a share, between 0 and 1."),
        (
            (probabilities.argmin(axis=1) == labels).mean(),
            "You take the class with the smallest probability: use `argmax`.",
        ),
        (
            chosen.mean(),
            "That is the mean probability given to the right class. Accuracy asks only "
            "whether the right class had the largest one.",
        ),
        (
            (chosen > 0.5).mean(),
            "A class need not reach 0.5 to be chosen: it is enough to have the largest "
            "probability of the row.",
        ),
        (
            right * rows / probabilities.shape[1],
            "You divide by the number of classes. Divide by the number of rows.",
        ),
    ]
    for value, message in mistakes:
        if np.isclose(came, value, atol=1e-6):
            return message
    return (
        f"For {rows} rows and {probabilities.shape[1]} classes your function gives "
        f"{came:.4g}, and {right:.4g} of the rows are right. For each row, which class "
        "has the largest probability? Is it the label?"
    )


@LESSON.exercise(
    "Predict",
    hints=(
        "Every epoch goes through all 1,079 training rows, 32 at a time. How many "
        "handfuls is that? The last one may be smaller, and it counts.",
        "1079 / 32 = 33.7, so an epoch has 33 full minibatches and one with what is "
        "left. Twenty epochs have twenty times as many.",
    ),
)
def updates(answer):
    """Judge the number of updates in 20 epochs of 1,079 rows, 32 at a time."""
    count = number(answer, "my_updates", whole=True)
    mistakes = {
        660: "That leaves out the last, smaller minibatch of each epoch: round "
        "1079 / 32 up, not down.",
        34: "That is one epoch. The training goes through the rows 20 times.",
        33: "That is one epoch, without its last minibatch. Round up, then count all "
        "20 epochs.",
        20: "That is the number of epochs. The weights change after every minibatch.",
        675: "You rounded once, at the end. Every epoch ends with a smaller minibatch "
        "of its own: round up within the epoch, then multiply.",
        674: "You rounded once, at the end, and down. Every epoch ends with a smaller "
        "minibatch of its own: round up within the epoch, then multiply.",
        21580: "That is the number of rows seen. One update uses 32 of them.",
        640: "That multiplies batch size and epochs. How many minibatches make an "
        "epoch?",
    }
    if count in mistakes:
        raise Wrong(mistakes[count])
    if count != 680:
        raise Wrong(
            f"{count:g} updates is not what Keras will make. Count the minibatches of "
            "one epoch first, then multiply by the epochs."
        )
    return "34 minibatches an epoch, the last one of 23 rows, times 20 epochs."


@LESSON.exercise(
    "Choose",
    hints=(
        "All three had the same learning rate and the same ten epochs. What differs is "
        "how many updates an epoch holds.",
        "Batch size 8 makes 135 updates an epoch, 64 makes 17, 512 makes 3. Which "
        "curve had got furthest after the first epoch?",
    ),
)
def which_batch_size(answer):
    """Judge which of three curves belongs to which batch size."""
    sizes = (8, 64, 512)
    if not isinstance(answer, dict):
        raise Wrong(
            'my_sizes should be a dictionary such as {"A": 8, "B": 64, "C": 512}. '
            f"You gave {kind_of(answer)}."
        )
    if set(answer) != {"A", "B", "C"}:
        raise Wrong(f"my_sizes needs the keys A, B and C. Yours are {show([*answer])}.")
    came = {key: number(answer[key], f"my_sizes[{key!r}]", whole=True) for key in "ABC"}
    if sorted(came.values()) != sorted(sizes):
        raise Wrong("Each of the batch sizes 8, 64 and 512 belongs to one curve.")
    if came == {"A": 8, "B": 512, "C": 64}:
        raise Wrong(
            "You have it upside down: a small batch size means many updates an epoch, "
            "so its curve falls first."
        )
    if came["B"] != 8:
        raise Wrong(
            "Which curve is almost down after a single epoch? It had the most updates."
        )
    if came["A"] != 512:
        raise Wrong("B is right. Of A and C, which had only three updates an epoch?")
    return (
        "At one learning rate the smallest batch size makes the most updates an "
        "epoch, so per epoch it gets furthest. Per second is another matter."
    )


@LESSON.exercise(
    "Fix",
    points=2,
    seconds=40,
    needs_keras=True,
    hints=(
        "Which line decides what weights a run starts from? How often is it executed, "
        "and how often should it be?",
        "`build(learning_rate)` gives a fresh network. Call it inside the loop, once "
        "for each learning rate, in the place of `compile`.",
    ),
)
def compare_rates(answer):
    """Judge a function (learning_rates, x, y) -> the loss of a fresh run for each."""
    random = np.random.default_rng(4)
    x = random.normal(size=(192, 64)).astype(np.float32)
    y = np.argmax(x[:, :10], axis=1)
    name = "compare_rates"

    def losses(rates, y=y):
        came = call(answer, rates, x, y, name=name)
        came = list(came.values()) if isinstance(came, dict) else came
        return array(came, (len(rates),), f"What {name}({show(rates)}, x, y) returns")

    together = losses([0.2, 0.02])
    if np.isclose(together[0], together[1], rtol=1e-3):
        raise Wrong(
            "Two learning rates, ten times apart, end at the same loss. Does each run "
            "use its own `learning_rate`?"
        )
    if together.max() > 5 or together.min() < 0:
        raise Wrong(
            f"The losses are {show(together.round(3))}. For each learning rate, return "
            "the first value of `evaluate`: the loss."
        )
    turned = losses([0.02, 0.2])[::-1]
    if not np.allclose(together, turned, rtol=1e-2):
        raise Wrong(
            f"Rates 0.2 and 0.02 end at {together.round(3)}; when 0.02 goes first, "
            f"they end at {turned.round(3)}. The order should not matter: the second "
            "run still begins where the first one ended."
        )
    shuffled = losses([0.2], y=y[::-1].copy())
    if np.isclose(shuffled[0], together[0], rtol=1e-3):
        raise Wrong("With other labels the loss is the same. Do you train on `x`, `y`?")
    if together[0] > together[1]:
        raise Wrong(
            f"After training, rate 0.2 should be ahead of 0.02 on this data; yours end "
            f"at {together.round(3)}. Does each run train, and is the loss measured "
            "after the training?"
        )
    return "Every run starts from the same fresh weights, so only the rate differs."


EXERCISES = LESSON.exercises
progress = LESSON.progress
