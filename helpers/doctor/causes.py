"""One cause, one cure: what a graver finding explains is not told beside it."""

# What stops fit or makes its numbers meaningless, and so a first loss of any height.
WIRING = (
    *("softmax-one-unit", "one-unit-for-classes", "output-not-probability"),
    *("softmax-for-many-labels", "unreachable-target", "classes-loss-on-amounts"),
    *("labels-not-0-1", "binary-loss-on-amounts", "labels-out-of-range"),
    *("integer-labels", "one-hot-labels", "fractional-labels", "text-target"),
    *("x-not-finite", "y-not-finite", "shapes-differ", "extra-axes", "object-array"),
    *("activation-twice", "sigmoid-for-classes", "poisson-below-0"),
    *("percentage-of-zero", "log-of-negative"),
)
WEIGHTS = ("constant-weights", "dead-layer", "equal-units", "weights-not-finite")
SCALE = ("unscaled-input", "rate-beyond-curvature")
RATE = ("rate-negative", "rate-too-high", "rate-too-low", "rate-beyond-curvature")
LABELS = (
    *("squared-error-on-yes-no", "squared-error-on-one-hot", "labels-not-0-1"),
    *("squared-error-on-classes", "binary-loss-on-amounts", "classes-loss-on-amounts"),
)
UNSTABLE = (*RATE, *SCALE, *WEIGHTS, "unscaled-target", "starting-loss", "x-alike")
# code -> codes that explain it, if they are there as an error or a warning
EXPLAINED = {
    "starting-loss": (*WIRING, *WEIGHTS, *SCALE, "hinge-output"),
    "unreachable-target": (
        *("softmax-one-unit", "softmax-for-many-labels", "log-of-negative"),
        "shapes-differ",
    ),
    "labels-out-of-range": ("fractional-labels",),
    "output-not-probability": (
        *("binary-loss-on-amounts", "one-unit-for-classes"),
        *("shapes-differ", "extra-axes"),
    ),
    "softmax-one-unit": ("one-unit-for-classes", "binary-loss-on-amounts"),
    "squared-error-on-yes-no": ("softmax-one-unit", "softmax-for-many-labels"),
    "sigmoid-for-classes": ("softmax-for-many-labels",),
    "squared-error-on-one-hot": ("softmax-one-unit", "shapes-differ"),
    "softmax-with-binary-loss": ("softmax-for-many-labels",),
    "accuracy-on-amounts": LABELS,
    "accuracy-on-many-labels": ("metric-fails",),
    "history-key": ("accuracy-on-amounts", "wrong-accuracy", "accuracy-on-many-labels"),
    "wrong-accuracy": ("one-unit-for-classes", "integer-labels", "one-hot-labels"),
    "metric-fails": (*WIRING, "wrong-accuracy", "rows-differ", "exact-accuracy"),
    "unscaled-target": ("rate-negative", "rate-too-low", *LABELS),
    "far-target": ("rate-too-low", "rate-negative", "unreachable-target", *LABELS),
    "rate-too-high": ("unscaled-input", "rate-negative"),
    "rate-beyond-curvature": ("rate-too-high", "unscaled-target"),
    "unscaled-input": ("rate-beyond-curvature",),
    "equal-units": ("dead-layer", "weights-not-finite"),
    "constant-weights": ("dead-layer", "equal-units"),
    "one-answer": (*WIRING, *WEIGHTS, *RATE, "unscaled-target", "own-loss-broadcasts"),
    "sorted-target": ("one-value", "rows-differ", "python-list"),
    "one-batch": ("python-list",),
    "rare-class": ("one-value", *WIRING),
    "one-value": ("y-not-finite",),
    "text-input": ("python-list",),
    **dict.fromkeys(("forward-fails", "not-built"), ("text-input",)),
    "x-alike": ("x-not-finite",),
    "unused-classes": ("labels-out-of-range", "one-hot-labels", "integer-labels"),
    "dead-layer": ("weights-not-finite", "x-not-finite"),
    "trial-nan": UNSTABLE,
    "trial-rises": UNSTABLE,
    "trial-one-answer": UNSTABLE,
    "curve-nan": ("weights-not-finite",),
}
for _code in (*WIRING, *LABELS, "metric-fails", "accuracy-on-amounts"):
    EXPLAINED[_code] = (*EXPLAINED.get(_code, ()), "targets-swapped")


def one_cause(findings):
    """Return the findings without those that another one explains."""
    there = {f.code for f in findings if f.severity != "note"}
    told = {f.code: not there & set(EXPLAINED.get(f.code, ())) for f in findings}
    if {"unscaled-input", "unscaled-target"} <= told.keys():
        told["unscaled-input"] = True  # two scales, two cures
    return tuple(f for f in findings if told[f.code])
