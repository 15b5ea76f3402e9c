"""The exercises of lesson 8: your turn."""

from helpers.checks.answers import entries, look_up, number
from helpers.checks.attempt import judge
from helpers.checks.engine import Lesson, Wrong

LESSON = Lesson(8, "Your turn")
SECONDS = 180  # three trainings in Keras, an epoch for each step at worst
COSTS_MOST = {"SGD at 0.3": 1, "SGD at 1": 2, "momentum at 0.1": 3}


@LESSON.exercise(
    "Predict",
    hints=(
        "How many steps is one epoch? The last minibatch may be smaller, and it is "
        "a step, too.",
        "1079 / 128 is 8.4, so an epoch takes 9 steps. How often does 9 go into 110?",
    ),
)
def affordable(answer):
    """Judge the epochs of 1,079 rows at batch size 128 within 110 steps."""
    epochs = number(answer, "my_epochs")
    if abs(epochs - round(epochs)) > 1e-6 * max(1, abs(epochs)):
        raise Wrong(
            f"Only whole epochs count, and {epochs:.10g} is not whole: what is left of "
            "the budget is too little for another."
        )
    epochs = round(epochs)
    mistakes = {
        13: "Thirteen epochs are 117 steps: an epoch takes 9 steps, not 8.4. The rows "
        "that are left over make a step of their own.",
        9: "That is the number of steps in one epoch. How often does it go into 110?",
        8: "1079 / 128 is 8.4: that is about one epoch. How often does it fit in 110?",
        108: "That is the number of steps. How many epochs are they?",
        3: "That is for batch size 32. Here it is 128.",
        110: "That is the budget in steps. How many steps does an epoch take?",
        14: "Fourteen epochs are 126 steps. Round the steps of an epoch up, then the "
        "number of epochs down.",
    }
    look_up(epochs, mistakes)
    if epochs != 12:
        raise Wrong(
            f"{epochs:g} epochs of 9 steps make {9 * epochs:g}. The budget is 110: "
            "how many whole epochs fit?"
        )
    return "9 steps an epoch, the last with 55 rows; 12 epochs are 108 steps."


@LESSON.exercise(
    "Tune",
    points=3,
    seconds=SECONDS,
    needs="keras",
    hints=(
        "The sweep made 68 steps with 16 rows each, and its rates hold for these. What "
        "do more rows a step allow (lesson 4), and how many epochs can you afford?",
        "Let the sweep run with batch size 64 and six epochs, which are 102 steps, and "
        "take a rate from it together with both.",
    ),
)
def my_digits(answer):
    """Judge a recipe for the digits."""
    return judge(answer, "my_digits", "digits")


@LESSON.exercise(
    "Write",
    points=4,
    seconds=SECONDS,
    needs="keras",
    hints=(
        "The answer is an amount. The baseline's validation loss stops falling long "
        "before its last step; from there on it learns rows by heart. What slows that "
        "down?",
        "Take a tenth of the rate, or no hidden layer at all: each alone will do. A "
        "quarter of the steps may.",
    ),
)
def my_diabetes(answer):
    """Judge a recipe for the diabetes data."""
    return judge(answer, "my_diabetes", "diabetes")


@LESSON.exercise(
    "Fix",
    points=3,
    seconds=SECONDS,
    needs="keras",
    hints=(
        "What can a softmax over a single unit give? And how far does Adadelta move at "
        "Keras's default rate?",
        "One sigmoid unit. An optimizer with a rate that suits it, such as Adam "
        "between 0.03 and 0.1. And 343 rows at batch size 32 are 11 steps an epoch.",
    ),
)
def my_cancer(answer):
    """Judge a recipe for the tumours."""
    return judge(answer, "my_cancer", "breast_cancer")


@LESSON.exercise(
    "Choose",
    points=2,
    hints=(
        "Two of the three make long steps: where slopes agree, momentum 0.9 makes them "
        "ten times as long, so 0.1 goes as far as a rate of 1. Which of the recipes "
        "makes short ones, and so has nothing to fear but being late?",
        "SGD blows up at 10. Momentum at 1 does not, as SGD does not at 1. What else "
        "than the rate makes the ball of noise large?",
    ),
)
def costs_most(answer):
    """Judge which of five changes costs most, for each of three recipes."""
    got = entries(answer, [*COSTS_MOST], "my_costs", '`{"SGD at 0.3": 5, ...}`')
    chosen_of = dict(zip(COSTS_MOST, got, strict=True))
    for name, right in COSTS_MOST.items():
        chosen = number(chosen_of[name], f'my_costs["{name}"]', whole=True)
        if not 1 <= chosen <= 5:
            raise Wrong(f"{name}: the changes have the numbers 1 to 5, not {chosen:g}.")
        if chosen != right:
            raise Wrong(f"{name}: {_why_not(name, chosen)}")
    return (
        "Short steps arrive late, far too long ones blow up, and long steps pass "
        "the noise of few rows on in full."
    )


def _why_not(name, chosen):
    other = {
        4: "the cosine is worth next to nothing in so few steps.",
        5: "a quarter of the units costs little: these networks have more than they "
        "need.",
    }
    if chosen in other:
        return other[chosen]
    if name == "SGD at 0.3":
        return {
            2: "3 is still bearable with a cosine that soon brings it down. This rate "
            "has room above it.",
            3: "small steps forgive noise (lesson 4), and these are small. What do "
            "small steps not do?",
        }[chosen]
    if name == "SGD at 1":
        return {
            1: "at a tenth it is slow, and still gets most of the way. What is worse "
            "than slow?",
            3: "four rows do cost much, with steps so long. Something takes all of it.",
        }[chosen]
    return {
        1: "0.01 goes as far as SGD at 0.1, so most of the way. The steps at 0.1 are "
        "long: what do long steps pass on?",
        2: "momentum at 1 goes as far as SGD at 10. SGD blows up there, momentum does "
        "not: it loses 0.05.",
    }[chosen]


@LESSON.exercise(
    "Write",
    points=5,
    seconds=SECONDS,
    needs="keras",
    hints=(
        "Look at a row of `both.y_train`. How many of its ten numbers can be 1? Which "
        "row of lesson 6's table is that?",
        "Ten sigmoid units and `binary_crossentropy`. Then look for the rate: 300 "
        "steps are few, so it is higher than you may think.",
    ),
)
def my_two_digits(answer):
    """Judge a recipe for the pictures of two digits."""
    return judge(answer, "my_two_digits", "two_digits")


EXERCISES = LESSON.exercises
progress = LESSON.progress
