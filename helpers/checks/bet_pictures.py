"""What was said against what came: below a figure, and for a lesson as a whole."""

import matplotlib.pyplot as plt

HEIGHT = 0.8  # inches, of the strip below a figure
LINE = "#999999"


def below(bet, kept):
    """Make the current figure higher, and draw a bet into the new room."""
    figure = plt.gcf()
    width, height = figure.get_size_inches()
    share = HEIGHT / (height + HEIGHT)
    figure.set_size_inches(width, height + HEIGHT)
    figure.get_layout_engine().set(rect=(0, share, 1, 1 - share))
    # A figure's own legend stays at the bottom, where the layout keeps room for it.
    heights = [legend.get_window_extent().height for legend in figure.legends]
    ax = figure.add_axes((0.02, sum(heights) / figure.bbox.height, 0.96, share))
    ax.set_in_layout(False)
    ax.set(xlim=(-0.14, 1.18), ylim=(-1, 1))
    ax.axis("off")
    strip(ax, 0, bet, kept)


def strip(ax, y, bet, kept):
    """Draw one bet at a height: its scale, an open triangle said, a dot came."""
    scale(ax, y, bet)
    said = bet.place(kept["said"])
    ax.plot(said, y + 0.18, "v", markersize=9, color="black", fillstyle="none")
    words = {"ha": "center", "fontsize": 10}
    ax.text(said, y + 0.4, f"you said {bet.digits(kept['said'])}", **words)
    if "came" in kept:
        came = bet.place(kept["came"])
        ax.plot([said, came], [y, y], "--", color="black", linewidth=1.5)
        ax.plot(came, y, "o", markersize=7, color="black")
        words["va"] = "top"
        ax.text(came, y - 0.25, f"it is {bet.value(kept['came'])}", **words)


def scale(ax, y, bet):
    """Draw the scale on which a bet lies."""
    ax.plot([0, 1], [y, y], color=LINE, linewidth=1, zorder=1)
    ends = {"va": "center", "color": "#555555", "fontsize": 9}
    ax.text(-0.01, y, bet.digits(bet.low), ha="right", **ends)
    ax.text(1.01, y, bet.value(bet.high), ha="left", **ends)


def name_of(bet):
    """Return what a bet is about, as a line of its own."""
    return f"{bet.about[0].upper()}{bet.about[1:]}"


def one_below_another(made, title):
    """Return a figure with the strips of several bets, each under its name."""
    figure, ax = plt.subplots(figsize=(7, 0.7 + 0.95 * len(made)))
    for row, (bet, kept) in enumerate(made):
        y = -2.4 * row
        strip(ax, y, bet, kept)
        ax.text(-0.1, y + 0.95, name_of(bet), fontsize=10, fontweight="bold")
    ax.set(xlim=(-0.14, 1.18), ylim=(y - 0.9, 1.5))
    ax.set_title(title, fontsize=11)
    ax.axis("off")
    return figure


def over_the_course(made, title):
    """Return a figure of how far each bet missed, lesson by lesson."""
    figure, ax = plt.subplots()
    lessons = sorted({bet.lesson for bet, _ in made})
    for x, lesson in enumerate(lessons):
        own = [(bet, kept) for bet, kept in made if bet.lesson == lesson]
        misses = [100 * bet.miss(kept) for bet, kept in own]
        blind = [100 * bet.blind(kept) for bet, kept in own]
        for values, look in ((misses, "k-"), (blind, "k:")):
            mean = sum(values) / len(values)
            ax.plot([x - 0.35, x + 0.35], [mean, mean], look)
        ax.plot([x] * len(own), misses, "ko", fillstyle="none")
    ax.plot([], [], "ko", fillstyle="none", label="a bet of yours")
    ax.plot([], [], "k-", label="your mean")
    ax.plot([], [], "k:", label="blind guesses")
    ax.set(xlabel="lesson", ylabel="distance from the result (% of the scale)")
    ax.set_xticks(range(len(lessons)), lessons)
    ax.set_ylim(0, 100)
    ax.set_title(title, fontsize=11)
    ax.legend(loc="upper right")
    return figure


def how_good(made):
    """Return in words how far bets missed, and how far blind guesses would."""
    miss, blind = _mean_miss(made), _mean([bet.blind(kept) for bet, kept in made])
    number = f"{len(made)} bet{'s' * (len(made) > 1)}"
    return f"{number}, off by {miss:.0%} of the scale (a blind guess: {blind:.0%})."


def trend(made):
    """Return in words whether the later half of bets missed by less, if many."""
    if len(made) < 6:
        return ""
    half = len(made) // 2
    first, last = _mean_miss(made[:half]), _mean_miss(made[half:])
    said = f"First half {first:.0%}, second half {last:.0%}"
    return f"{said}: you are getting better." if last < 0.8 * first else f"{said}."


def _mean_miss(made):
    return _mean([bet.miss(kept) for bet, kept in made])


def _mean(values):
    return sum(values) / len(values)
