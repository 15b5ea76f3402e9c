"""The one exercise and the one bet of the start page."""

from helpers.checks import bets
from helpers.checks.answers import look_up, number
from helpers.checks.engine import Lesson, Wrong

LESSON = Lesson(0, "Start here")

steps_down = bets.Bet(
    "steps until less than a hundredth of the way is left", 1, 1000, "steps", log=True
)
BETS = bets.of(0, vars())


@LESSON.exercise(
    "Predict",
    hints=(
        "After one step a half is left, after two steps half of that half. And after "
        "three?",
        "1/2, 1/4, 1/8, and so on. Which is the first that is smaller than 1/100?",
    ),
)
def halves(answer):
    """Judge the steps when each takes half of what is left."""
    steps = number(answer, "my_steps", whole=True)
    if steps < 1:
        raise Wrong(f"{steps:g} steps lead nowhere. Count from 1 upwards.")
    mistakes = {
        50: "50 steps are far more than it takes. Each step halves what is left: "
        "after two steps a quarter is left, after three an eighth. Go on.",
        100: "You shared the way out into hundredths. The first step alone takes half "
        "of it, the second half of the rest.",
        2: "Two halves would be the whole way. But the second step takes half of what "
        "is left, a quarter of the way.",
        6: "Nearly: after 6 steps 1/64 is left, and that is more than 1/100.",
        8: "After 8 steps 1/256 is left. One step less will do.",
    }
    look_up(steps, mistakes)
    if steps != 7:
        left = f"1/{2**steps:,.0f}" if steps < 40 else "next to nothing"
        ends = "more than 1/100" if steps < 7 else "and so it was a few steps before"
        raise Wrong(f"After {steps:g} step{'s' * (steps > 1)} {left} is left, {ends}.")
    return "1/128 is left. What shrinks by the same share at each step shrinks fast."


EXERCISES = LESSON.exercises
progress = LESSON.progress
