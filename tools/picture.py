"""Film the map of lesson 4 for the README: python -m tools.picture."""

from pathlib import Path

from helpers import labs
from helpers.films.live import Animation
from helpers.labs.core import legend

PICTURE = Path(__file__).resolve().parents[1] / "pictures/map.webp"


def film() -> Animation:
    """Return the film. The finished map stands first, for those who see no motion.

    Without the line through the best rates: lesson 4 asks for it.
    """
    lab = labs.training()
    _, crosses, line, *_ = lab._live.moving
    line.set_visible(False)
    lab._live.figure.legends[0].remove()
    legend(lab._live.figure, [crosses])
    lab._live.new_background()
    return lab.animate("epochs", [12, *range(1, 13)], milliseconds=400)


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(film().webp)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size / 1000:.0f} KB")
