"""Write a lab as a piece of a web page that needs no kernel: see ``Lab.to_html``.

For every combination of the controls that are live there, what moves in the picture is
drawn once more, by a renderer that notes paths in the place of pixels. The page holds
each path once; tools/page/lab.js puts those of the chosen state over the background.
"""

import ast
import base64
import hashlib
import html
import itertools
import json
import math
from pathlib import Path

from helpers import labs
from tools.lab_states import Record, quiet

PARTS = Path(__file__).with_name("page")
MOST_STATES = 8000
MOST_BYTES = 400_000
STATES = '<script type="text/plain" class="downhill-states">'


def piece(lab, values, shared=True):
    """Return the piece of a page for a lab: see ``Lab.to_html``.

    Without ``shared`` the style and the script, which all labs share, are left out: a
    page has them once, from :func:`read`.
    """
    dials = dials_of(lab, values)
    start = lab._values()
    named = json.dumps([repr(lab), list(map(str, dials.items()))])
    name = f"lab-{hashlib.sha256(named.encode()).hexdigest()[:8]}"
    record = Record(lab, name)
    moved = set()
    for values in itertools.product(*dials.values()):
        moved |= _choose(lab, dict(zip(dials, values, strict=True)), start)
        record.add()
    lab._turn(start)
    lab._say()
    packed = record.packed()
    if len(packed) > MOST_BYTES:
        raise ValueError(
            f"{len(record.states):,} states come to {len(packed) / 1000:.0f} KB, a "
            f"page carries {MOST_BYTES / 1000:.0f}: {_coarsen(dials)}"
        )
    places = [taken.index(start[control]) for control, taken in dials.items()]
    state = sum(map(math.prod, zip(places, _strides(dials), strict=True)))
    made = _markup(lab, name, record, packed, dials, moved, record.states[state])
    if shared:
        made += f"<style>{read('lab.css')}</style><script>{read('lab.js')}</script>"
    return made


def lab(code):
    """Return the lab that a cell shows, if its arguments stand in the cell."""
    last = ast.parse(code).body[-1]
    match last:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name("labs"), name), args, options)):
            try:
                values = [ast.literal_eval(value) for value in args]
                named = {o.arg: ast.literal_eval(o.value) for o in options}
            except ValueError:
                return None
            return getattr(labs, name)(*values, **named)
    return None


def read(name):
    """Return a file of tools/page/."""
    return (PARTS / name).read_text("utf-8")


def _choose(lab, chosen, start):
    """Set the live controls; return which of the others are not as at the start.

    Another surface has a start of its own; with the first one the lab's comes back.
    """
    menus = [name for name in chosen if isinstance(chosen[name], str)]
    turned = [name for name in menus if lab.controls[name].value != chosen[name]]
    lab._turn(chosen)
    if turned and all(chosen[name] == start[name] for name in turned):
        lab._turn(start | chosen)
    now = lab._values()
    return {name for name in now.keys() - chosen.keys() if now[name] != start[name]}


def dials_of(lab, values):
    """Return control -> its values on the page; the last will move fastest."""
    if unknown := values.keys() - lab.controls.keys():
        raise ValueError(
            f"{unknown.pop()} is no control of this lab: take {', '.join(lab.controls)}"
        )
    dials = {
        name: _in_order(lab.controls[name], [*taken, lab.controls[name].value])
        for name, taken in values.items()
        if len(taken)
    }
    states = math.prod(map(len, dials.values()))
    if states > MOST_STATES:
        raise ValueError(
            f"{states:,} states are too many, a page carries {MOST_STATES:,}: "
            f"{_coarsen(dials)}"
        )
    return dials


def _in_order(control, values):
    """Return values in the order in which they stand on a control, each once."""
    taken = set()
    for value in values:
        nearest, is_it = control._read(value)
        if not is_it:
            raise ValueError(f"{control.description} cannot be {value}: take {nearest}")
        taken.add(nearest)
    order = list(_options(control)) or sorted(taken)
    return [value for value in order if value in taken]


def _options(control):
    """Return value -> words of a control that has a list of values."""
    pairs = (
        (option, option) if isinstance(option, str) else option
        for option in getattr(control, "options", ())
    )
    return {value: words for words, value in pairs}


def _in_words(control, value):
    return _options(control).get(value) or f"{value:g}"


def _coarsen(dials):
    """Say which control has the most values."""
    name = max(dials, key=lambda name: len(dials[name]))
    return f"give {name} fewer than its {len(dials[name])} values"


def _markup(lab, name, record, packed, dials, moved, state):
    strides = dict(zip(dials, _strides(dials), strict=True))
    inputs = "".join(
        _dial(control, dials[each], f'name="{each}" data-stride="{strides[each]}"')
        for each, control in lab.controls.items()
        if each in dials
    )
    buttons = '<button type="reset">Reset</button>'
    if lab._play in dials:
        buttons = (
            f'<button type="button" data-play="{lab._play}">Play</button>{buttons}'
        )
    fixed = "; ".join(
        control.description
        + f" {_in_words(control, control.value)}" * (other not in moved)
        for other, control in lab.controls.items()
        if other not in dials
    )
    fixed = f"On this page these stay as they are: {fixed}." if fixed else ""
    fixed += " Keep works in the notebook only." if lab.keep else ""
    return f"""<div class="downhill-lab" id="{name}">
<form class="downhill-dials" autocomplete="off" hidden>{inputs}
<span class="downhill-buttons">{buttons}</span></form>
<div class="downhill-picture" role="img" aria-label="{html.escape(lab._alt)}"
>{record.still(state)}</div>
<div class="downhill-said" aria-live="polite">{quiet(lab.text.value)}</div>
<p class="downhill-fixed">{html.escape(fixed.strip())}</p>
<noscript><p class="downhill-fixed">A still picture: with JavaScript its dials move it.
</p></noscript>
{STATES}{base64.b64encode(packed).decode()}</script>
</div>"""


def _strides(dials):
    """Return how many states apart two values of each control are."""
    sizes = [len(taken) for taken in dials.values()]
    return [math.prod(sizes[place + 1 :]) for place in range(len(sizes))]


def _dial(control, values, named):
    """Return a range input, or a menu, for a control and its values."""
    named += f' aria-label="{html.escape(control.description)}"'
    words = [_in_words(control, value) for value in values]
    start = values.index(control.value)
    if isinstance(control.value, str):
        options = "".join(
            f"<option{' selected' if n == start else ''}>{html.escape(word)}</option>"
            for n, word in enumerate(words)
        )
        part = f"<select {named}>{options}</select>"
    else:
        part = (
            f'<input type="range" {named} min="0" max="{len(values) - 1}" '
            f'value="{start}" aria-valuetext="{html.escape(words[start])}" '
            f'data-words="{html.escape(json.dumps(words))}">'
            f"<output>{html.escape(words[start])}</output>"
        )
    return f"<label><span>{html.escape(control.description)}</span>{part}</label>"
