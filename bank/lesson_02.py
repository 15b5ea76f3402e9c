"""What people answer to the exercises of lesson 2; CONTRIBUTING.md says how."""

import numpy as np

NAMES = {}


# 2.2


def _by_copies(f, point, h):
    slopes = np.zeros(len(point))
    for i in range(len(point)):
        ahead, behind = point.copy(), point.copy()
        ahead[i] += h
        behind[i] -= h
        slopes[i] = (f(ahead) - f(behind)) / (2 * h)
    return slopes


def _as_a_list(f, point, h):
    ways = np.eye(len(point)) * h
    return [f(point + way) / (2 * h) - f(point - way) / (2 * h) for way in ways]


def _of_each_way(slope):
    def answer(f, point, h):
        ways = h * np.eye(len(point))
        return np.array([slope(f, point, way, h) for way in ways])

    return answer


def _in_place(f, point, h):
    slopes = []
    for i in range(len(point)):
        point[i] += h
        ahead = f(point)
        point[i] -= 2 * h
        slopes.append((ahead - f(point)) / (2 * h))
    return np.array(slopes)


def _with_two_weights(f, point, h):
    w, b = point
    ahead, behind = np.array([w + h, b]), np.array([w - h, b])
    return np.array([(f(ahead) - f(behind)) / (2 * h), 0.0])


def _one_by_one(f, point, h):
    w, b = point[0], point[1]
    return np.array([(f(w + h, b) - f(w - h, b)) / (2 * h), 0.0])


def _only_the_first(f, point, h):
    way = h * np.eye(len(point))[0]
    return (f(point + way) - f(point - way)) / (2 * h)


# 2.5


def _squared(link, scale=np.mean):
    def answer(w, b, x, y):
        here = link(w * x + b, y)
        return scale(here * x), scale(here)

    return answer


def _right_link(line, y):
    return 2 * (line**2 - y) * 2 * line


def _slopes(along_w=lambda d, x: np.mean(d * x), along_b=lambda d, x: np.mean(d)):
    """Make the two slopes from the right link ``d``."""

    def answer(w, b, x, y):
        d = _right_link(w * x + b, y)
        return along_w(d, x), along_b(d, x)

    return answer


def _by_matrix(w, b, x, y):
    inputs = np.column_stack([x, np.ones(len(x))])
    line = inputs @ [w, b]
    return inputs.T @ (4 * (line**2 - y) * line) / len(x)


def _by_loop(w, b, x, y):
    w_slope = b_slope = 0.0
    for one_x, one_y in zip(x, y, strict=True):
        line = w * one_x + b
        w_slope += 4 * (line**3 - one_y * line) * one_x / len(x)
        b_slope += 4 * (line**3 - one_y * line) / len(x)
    return [w_slope, b_slope]


def _named(w, b, x, y):
    w_slope, b_slope = _by_loop(w, b, x, y)
    return {"b": b_slope, "w": w_slope}


def _in_float32(w, b, x, y):
    return _by_matrix(w, b, x.astype(np.float32), y.astype(np.float32))


def _nudged(w_slope):
    """Make both slopes of the squared line from one slope: (f, place) -> slope."""

    def answer(w, b, x, y):
        def loss(w, b):
            return np.mean(((w * x + b) ** 2 - y) ** 2)

        return w_slope(lambda v: loss(v, b), w), w_slope(lambda v: loss(w, v), b)

    return answer


def _means_of_the_links(along_w):
    def answer(w, b, x, y):
        line = w * x + b
        outer = np.mean(2 * (line**2 - y))
        return outer * along_w(2 * line, x), outer * np.mean(2 * line)

    return answer


# 2.8


def _tenths(z):
    return np.where(z > 0, 1, 0.1)


def _leaky(
    mask=lambda z, *_: _tenths(z),
    scale=lambda rows: 2 / rows,
    bias=np.sum,
    turned=np.transpose,
):
    """Make the right gradients, or those with one part changed."""

    def answer(x, y, W1, b1, W2, b2):
        z = x @ W1 + b1
        hidden = np.where(z > 0, z, 0.1 * z)
        d = scale(len(x)) * (hidden @ W2 + b2 - y)
        back = d @ turned(W2)
        back = back * mask(z, d, back)
        return x.T @ back, bias(back, axis=0), hidden.T @ d, bias(d, axis=0)

    return answer


def _by_rows(x, y, W1, b1, W2, b2):
    total = [np.zeros_like(part) for part in (W1, b1, W2, b2)]
    for one_x, one_y in zip(x, y, strict=True):
        z = one_x @ W1 + b1
        hidden = np.maximum(z, 0.1 * z)
        d = 2 * (hidden @ W2 + b2 - one_y) / len(x)
        back = (W2 @ d) * np.where(z < 0, 0.1, 1)
        parts = np.outer(one_x, back), back, np.outer(hidden, d), d
        total = [whole + part for whole, part in zip(total, parts, strict=True)]
    return total


def _leaky_named(*given):
    parts = zip(("dW1", "db1", "dW2", "db2"), _leaky()(*given), strict=True)
    return dict(reversed(list(parts)))


def _leaky_by_nudges(x, y, W1, b1, W2, b2):
    def slopes(part):
        found = np.zeros_like(part)
        for place in np.ndindex(part.shape):
            there = part[place]
            losses = []
            for nudge in (1e-5, -1e-5):
                part[place] = there + nudge
                z = x @ W1 + b1
                losses.append(np.mean((np.where(z > 0, z, 0.1 * z) @ W2 + b2 - y) ** 2))
            part[place] = there
            found[place] = (losses[0] - losses[1]) / 2e-5
        return found

    W1, b1, W2, b2 = parts = [part.copy() for part in (W1, b1, W2, b2)]
    return [*map(slopes, parts)]


def _plain(x, y, W1, b1, W2, b2):
    return _in_a_row(_deep()(x, y, [(W1, b1), (W2, b2)]))


def _first_turned(*given):
    first, *rest = _leaky()(*given)
    return (first.T, *rest)


# 2.9


def _deep(
    mask=lambda inputs, k: inputs[k] > 0,
    weights=lambda layers, k: layers[k][0],
    bias=np.sum,
    factor=2,
    order=-1,
):
    """Make the right gradients for any depth, or those with one part changed."""

    def answer(x, y, layers):
        inputs = [x]
        for W, b in layers[:-1]:
            inputs.append(np.maximum(inputs[-1] @ W + b, 0))
        W, b = layers[-1]
        d = factor * (inputs[-1] @ W + b - y) / len(x)
        gradients, numbers = [], range(len(layers))[::order]
        for k in numbers:
            gradients.insert(0, (inputs[k].T @ d, bias(d, axis=0)))
            if k != numbers[-1]:
                d = d @ weights(layers, k).T * mask(inputs, k)
        return gradients

    return answer


def _in_a_row(pairs):
    return [part for pair in pairs for part in pair]


def _deep_recursive(x, y, layers):
    def back(a, layers):
        (W, b), *rest = layers
        z = a @ W + b
        if not rest:
            d = 2 * (z - y) / len(x)
            return [[a.T @ d, d.sum(axis=0)]], d @ W.T
        gradients, d = back(np.maximum(z, 0), rest)
        d = d * (z > 0)
        return [[a.T @ d, d.sum(axis=0)], *gradients], d @ W.T

    return back(x, layers)[0]


def _deep_by_nudges(x, y, layers):
    def loss():
        a = x
        for W, b in copies[:-1]:
            a = np.maximum(a @ W + b, 0)
        return np.mean((a @ copies[-1][0] + copies[-1][1] - y) ** 2)

    copies, gradients = [(W.copy(), b.copy()) for W, b in layers], []
    for pair in copies:
        slopes = []
        for part in pair:
            slope = np.zeros_like(part)
            for place in np.ndindex(part.shape):
                there = part[place]
                part[place] = there + 1e-6
                ahead = loss()
                part[place] = there - 1e-6
                slope[place] = (ahead - loss()) / 2e-6
                part[place] = there
            slopes.append(slope)
        gradients.append(tuple(slopes))
    return gradients


def _doubled_before_the_last(*given):
    *most, last = _deep()(*given)
    return [*((2 * dW, db) for dW, db in most), last]


def _two_layers(x, y, layers):
    first, second = layers
    return _deep()(x, y, [first, second])


RIGHT = {
    "slope_at_one": [-18, -18.0, np.int64(-18), -17.97],
    "numerical_gradient": [_by_copies, _as_a_list],
    "four_arrows": [
        {"A": 0, "B": 2.2, "C": -1.9, "D": -2.2},
        {"D": -2.207, "C": -1.87, "B": 2.207, "A": np.float64(0.02)},
    ],
    "steepest_slope": [-5, -5.0, -np.hypot(3, 4)],
    "squared_gradient": [_by_matrix, _by_loop, _named, _in_float32],
    "in_the_fog": [
        (2.08, 1.35),
        [2, 1.4],
        np.array([2.1, 1.3]),
        {"w": 2.1, "b": 1.35},
        {"b": 1.35, "w": 2.08},
    ],
    "count_weights": [97, 97.0, np.int64(97)],
    "leaky_gradients": [_leaky(), _by_rows, _leaky_named],
    "deep_gradients": [_deep(), _deep_recursive],
}

WRONG = {
    "slope_at_one": [
        (18, "what sign"),
        (9, "its height"),
        (-6, "three times as far"),
        (6, "mind the sign"),
        (-9, "2 of the square"),
        (-3, "That is the error"),
        (3, "how far the prediction moves"),
        (0, "lowest point"),
        (-36, "factor of 2 too many"),
        (-2, "w alone"),
        (-9.0009, "2 of the square"),
        (-17.1, "long nudge"),
        (-13.5, "long nudge"),
        (100, "not the slope at w = 1"),
        ("-18", "take the quotes away"),
        (None, "nothing at all"),
    ],
    "numerical_gradient": [
        (_of_each_way(lambda f, p, way, h: (f(p + way) - f(p)) / h), "one side only"),
        (_of_each_way(lambda f, p, way, h: (f(p) - f(p - way)) / h), "one side only"),
        (
            _of_each_way(lambda f, p, way, h: (f(p + way) - f(p)) / (2 * h)),
            "one side only, and divide",
        ),
        (
            _of_each_way(lambda f, p, way, h: (f(p + way) - f(p - way)) / h),
            "twice as large",
        ),
        (
            _of_each_way(lambda f, p, way, h: (f(p - way) - f(p + way)) / (2 * h)),
            "wrong sign",
        ),
        (
            _of_each_way(lambda f, p, way, h: (f(p + way) - f(p - way)) / 2 * h),
            "multiplies by h",
        ),
        (
            _of_each_way(lambda f, p, way, h: f(p + way) - f(p - way)),
            "Divide the change",
        ),
        (
            _of_each_way(lambda f, p, way, h: (f(p + h) - f(p - h)) / (2 * h)),
            "all weights at once",
        ),
        (
            lambda f, p, h: _by_copies(f, p, 1e-5),
            "a nudge of your own",
        ),
        (lambda f, p, h: _by_copies(f, p, h)[::-1], "by nudges to both sides"),
        (_only_the_first, "a slope for each"),
        (lambda f, p, h: _by_copies(f, p, h)[:, None], "should have the shape"),
        (lambda f, p, h: (f(p + h) - f(p - h)) / (2 * h), "one at a time"),
        (_with_two_weights, "holds 3 weights"),
        (_one_by_one, "`f(point)`, not `f(w, b)`"),
        (lambda f, p, h: [(f(a + h) - f(a - h)) / (2 * h) for a in p], "whole point"),
        (lambda f, p, h: f(p) / 0 * p, "numerical_gradient(`f`"),
        (_in_place, "Change a copy"),
        (lambda f, p: p, "should take 3 argument"),
        (lambda f, p, h: print(p), "Is there a `return`?"),
        ([1.0, 2.0], "A function is wanted"),
    ],
    "four_arrows": [
        ({"A": 0.0, "B": -2.2, "C": -1.9, "D": 2.2}, "other way round"),
        ({"A": 0.0, "B": 2.2, "C": -2.2, "D": -1.9}, "not the steepest way down"),
        ({"A": -1.9, "B": 2.2, "C": 0.0, "D": -2.2}, "runs along the contour"),
        ({"A": 0.0, "B": -2.2, "C": 2.2, "D": -1.9}, "C points at the minimum"),
        ({"A": 2.2, "B": 0.0, "C": -1.9, "D": -2.2}, "runs along the contour"),
        ({"A": 0.0, "B": -1.9, "C": 2.2, "D": -2.2}, "C points at the minimum"),
        ({"A": 0, "B": -1.9, "C": -2.2, "D": 2.2}, "not the steepest way down"),
        ({"A": 2.2, "B": 2.2, "C": 2.2, "D": 2.2}, "belongs to one arrow"),
        ({"A": 0.0, "B": 2.2, "C": 1.9, "D": 2.2}, "belongs to one arrow"),
        ({"A": 0.0, "B": 2.2}, "needs the keys"),
        ({"a": 0.0, "b": 2.2, "c": -1.9, "d": -2.2}, "needs the keys"),
        ([0.0, 2.2, -1.9, -2.2], "should be a dictionary"),
        ("B", "should be a dictionary"),
    ],
    "steepest_slope": [
        (5, "steepest way up"),
        (-7, "length 1 in all"),
        (7, "length 1 in all"),
        (-1, "You added the slopes"),
        (1, "You added the slopes"),
        (-4, "along b alone"),
        (4, "along b alone"),
        (-3, "along w alone"),
        (-25, "Take the root"),
        (25, "Take the root"),
        (-3.5, "mean of the two"),
        (0, "along the contour"),
        (-12, "No direction"),
        (-4.5, "more steeply"),
        (2, "is negative"),
        ((-3, 4), "That is an arrow"),
        (None, "nothing at all"),
    ],
    "squared_gradient": [
        (_squared(lambda line, y: -_right_link(line, y)), "Both signs"),
        (_squared(lambda line, y: 2 * (line**2 - y) * line), "One factor 2"),
        (_squared(lambda line, y: (line**2 - y) * line), "Two factors 2"),
        (_squared(lambda line, y: 2 * (line**2 - y)), "A link is missing"),
        (_squared(lambda line, y: 2 * (line - y)), "the line itself"),
        (_squared(lambda line, y: 4 * (line - y) * line), "prediction is (wx + b)²"),
        (_squared(lambda line, y: 2 * (line**2 - y) * line**2), "not the square"),
        (_squared(lambda line, y: 4 * abs(line**2 - y) * line), "Keep the sign"),
        (_squared(lambda line, y: 2 * (line**2 - y) * 2), "not 2: it is 2 times"),
        (_squared(lambda line, y: 2 * (line**2 - y) + 2 * line), "You add the factors"),
        (_squared(lambda line, y: 5 * (line**2 - y) * line), "by nudges"),
        (_squared(_right_link, scale=np.sum), "The loss is a mean"),
        (lambda *given: _slopes()(*given)[::-1], "in the wrong order"),
        (_slopes(along_w=lambda d, x: d.mean()), "one more factor"),
        (_slopes(along_b=lambda d, x: np.mean(d * x)), "Along b you have the factor x"),
        (_slopes(along_w=lambda d, x: d.mean() * x.mean()), "product of the means"),
        (_slopes(along_w=lambda d, x: np.sum(d * x)), "Along w you take the sum"),
        (_slopes(along_b=lambda d, x: np.sum(d)), "Along b you take the sum"),
        (_slopes(lambda d, x: d * x, lambda d, x: d), "for each row"),
        (lambda w, b, x, y: np.mean(2 * (w * x + b - y) * x), "Return two numbers"),
        (lambda w, b, x, y: (w, b, 0.0), "Return two numbers"),
        (_means_of_the_links(lambda link, x: np.mean(link * x)), "Multiply row by row"),
        (lambda w, b, x, y: _by_loop(w, 0.0, x, y), "forgot `b`"),
        (
            lambda w, b, x, y: np.multiply(_by_loop(w, b, x, y), [1, b]),
            "the factor is 1",
        ),
        (
            _means_of_the_links(lambda link, x: link.mean() * x.mean()),
            "Multiply row by row",
        ),
        (_nudged(lambda f, v: (f(v + 1e-5) - f(v - 1e-5)) / 2e-5), "without nudges"),
        (_nudged(lambda f, v: f(v + 1e-20j).imag / 1e-20), "A complex step is a nudge"),
        (lambda *given: dict(zip("xy", _by_loop(*given), strict=True)), "by its keys"),
        (lambda w, b: (w, b), "should take 4 argument"),
        (lambda w, b, x, y: None, "Is there a `return`?"),
        ((1.0, 2.0), "A function is wanted"),
    ],
    "in_the_fog": [
        ((0, 0), "That is the start"),
        ((-2, -1.4), "uphill"),
        ((1.4, 2.0), "exchanged"),
        ({"b": 2.0, "w": 1.4}, "exchanged"),
        ({"slope": 2.1, "b": 1.35}, "by its keys"),
        ((1, 0), "more w lowers the loss"),
        ((2, 1), "nearly there"),
        ((3, 1.4), "less w lowers the loss"),
        ((2, 3), "less b lowers the loss"),
        ((-5.72, -4.78), "uphill"),
        ((5.72, 4.78), "far past"),
        ((1e6, 0), "off the map"),
        ((1e308, -1e308), "off the map"),
        ((0, 2.35), "more w lowers the loss"),
        (2.0, "should have the shape"),
        ((2.0, 1.4, 0.5), "should have the shape"),
        (("2.0", "1.4"), "should hold numbers"),
        ("2.0, 1.4", "should be an array"),
    ],
    "count_weights": [
        (88, "without biases"),
        (80, "last unit"),
        (89, "9 biases"),
        (96, "bias of the last unit"),
        (90, "not one for each layer"),
        (9, "the biases, or the units"),
        (19, "lines between"),
        (18, "Multiply inputs and units"),
        (107, "Inputs are data"),
        (98, "One too many"),
        (10, "number of features"),
        (25802, "all rows of data"),
        (97.5, "whole number"),
        (1000, "inputs times units"),
        ("97", "take the quotes away"),
    ],
    "leaky_gradients": [
        (_leaky(lambda *_: 1, bias=np.mean), "as if the activation were not there"),
        (_leaky(lambda *_: 1), "as if the activation were not there"),
        (_leaky(lambda z, *_: z > 0), "plain ReLU"),
        (_leaky(lambda z, *_: np.where(z > 0, z, 0.1 * z)), "what the unit says"),
        (_leaky(lambda z, *_: np.where(z > 0, 0.1, 1)), "exchanged"),
        (_leaky(lambda *_: 0.1), "everywhere"),
        (_leaky(lambda z, *_: np.where(z > 0, 1, -0.1)), "still rises"),
        (_plain, "plain ReLU, forwards and backwards"),
        (_leaky(turned=lambda W2: W2), "Backwards the table is turned"),
        (_leaky(lambda z, d, back: _tenths(back)), "is said by `z`"),
        (_leaky(lambda z, d, back: _tenths(d)), "is said by `z`"),
        (lambda *given: [np.zeros((10, 8))] * 4, "checked on 3 inputs and 4 units"),
        (_leaky(bias=np.mean), "do not take the mean"),
        (_leaky(scale=lambda rows: -2 / rows), "signs of"),
        (_leaky(scale=lambda rows: 1 / rows), "factor 2"),
        (_leaky(scale=lambda rows: 2), "number of rows"),
        (_leaky(lambda z, *_: np.where(z > 0, 1, 0.2)), "nudges find"),
        (_leaky_by_nudges, "without nudges"),
        (_first_turned, "is turned"),
        (lambda *given: _leaky()(*given)[:3], "Return the four gradients"),
        (lambda x, y, W1, b1, W2, b2: W1, "Return the four gradients"),
        (lambda x, y: x, "should take 6 argument"),
        (3, "A function is wanted"),
    ],
    "deep_gradients": [
        (_deep(mask=lambda inputs, k: 1), "ignores the ReLU"),
        (_deep(factor=-2), "sign of"),
        (_deep(bias=np.mean), "mean over the rows"),
        (lambda *given: _deep()(*given)[::-1], "last layer first"),
        (lambda *given: [(dW.T, db) for dW, db in _deep()(*given)], "is turned"),
        (lambda *given: _in_a_row(_deep()(*given)), "into a pair"),
        (_deep(order=1), "from the last layer to the first"),
        (_deep(weights=lambda layers, k: layers[-1][0]), "the layer where you are"),
        (_deep(weights=lambda layers, k: layers[k - 1][0]), "the layer where you are"),
        (_deep(mask=lambda inputs, k: inputs[k - 1] > 0), "Through which ReLU"),
        (lambda *given: _deep()(*given)[-1:], "Each layer"),
        (lambda *given: _deep()(*given)[1:], "Each layer"),
        (_doubled_before_the_last, "come back through"),
        (lambda *given: [dW for dW, _ in _deep()(*given)], "a pair (dW, db)"),
        (_two_layers, "any number of layers"),
        (_deep_by_nudges, "without nudges"),
        (lambda x, y, w: {"W": x}, "Return a list of pairs"),
        (lambda x, y: x, "should take 3 argument"),
        (2.0, "A function is wanted"),
    ],
}
