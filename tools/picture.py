"""Film a lab of lesson 3 for the README: python -m tools.picture."""

from pathlib import Path

from helpers import labs
from helpers.films.live import Animation

PICTURE = Path(__file__).resolve().parents[1] / "pictures/descent.webp"


def film() -> Animation:
    """Return the film. The end stands first, for those who see no motion."""
    lab = labs.descent(learning_rate=0.035)
    return lab.animate("steps", [60, *range(0, 61)], milliseconds=120)


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(film().webp)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size / 1000:.0f} KB")
