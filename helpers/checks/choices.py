"""What an exercise asks of an answer that gives each letter a number."""

from helpers.checks.answers import entries, number


def choices(answer, letters, name, example, whole=False) -> dict:
    """Return a dictionary letter -> number."""
    came = entries(answer, letters, name, example)
    return {
        letter: number(value, f"{name}[{letter!r}]", whole)
        for letter, value in zip(letters, came, strict=True)
    }
