"""Live figures: what is drawn, when, and what a film of it is made of."""

import ast
import asyncio
import base64
import contextlib
import io
import time
from pathlib import Path

import numpy as np
import pytest
from jupyter_client import KernelManager
from matplotlib.figure import Figure
from PIL import Image

from helpers.films.live import BURST_SECONDS, Coalesced, LiveFigure, animate

ROOT = Path(__file__).parents[1]


@pytest.fixture
def moving_point():
    """A figure with one point that can be put anywhere."""
    figure = Figure(figsize=(3, 2))
    axes = figure.subplots()
    axes.set(xlim=(0, 10), ylim=(0, 10), title="A point")
    (point,) = axes.plot([5], [5], "o")
    live = LiveFigure(figure, [point])
    live.put = lambda x: point.set_data([x], [5])
    return live


def opened(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_what_is_blitted_is_what_a_full_drawing_shows(moving_point):
    moving_point.frame()
    moving_point.put(8)
    blitted = moving_point.frame().copy()
    for artist in moving_point.moving:
        artist.set_animated(False)
    canvas = moving_point.figure.canvas
    canvas.draw()
    np.testing.assert_array_equal(blitted, np.asarray(canvas.buffer_rgba())[..., :3])


def test_the_picture_is_exact_and_has_its_own_width(moving_point):
    moving_point.draw()
    assert moving_point.picture.width == "300"
    np.testing.assert_array_equal(
        opened(moving_point.picture.value), moving_point.frame()
    )


def test_a_moving_part_leaves_no_trace(moving_point):
    first = moving_point.frame().copy()
    moving_point.put(8)
    moving_point.frame()
    moving_point.put(5)
    np.testing.assert_array_equal(moving_point.frame(), first)


def test_new_limits_need_a_new_background(moving_point):
    first = moving_point.frame().copy()
    moving_point.figure.axes[0].set_ylim(0, 1000)
    moving_point.new_background()
    assert (moving_point.frame() != first).any()


def test_without_an_event_loop_every_call_draws():
    drawn = []
    redraw = Coalesced(lambda: drawn.append(len(drawn)))
    redraw()
    redraw()
    assert len(drawn) == 2


def test_a_burst_is_drawn_first_and_last_only():
    value, drawn = 0, []
    redraw = Coalesced(lambda: drawn.append(value))

    async def burst():
        nonlocal value
        while value < 100:
            value += 1
            redraw()
        while drawn[-1] < 100:
            await asyncio.sleep(0.001)

    asyncio.run(burst())
    assert drawn == [1, 100]


def test_finish_draws_what_waits_and_nothing_else():
    drawn = []
    redraw = Coalesced(lambda: drawn.append(1))

    async def ask_at_once():
        redraw()
        redraw()
        redraw.finish()
        redraw.finish()
        return len(drawn)

    assert asyncio.run(ask_at_once()) == 2


def test_a_busy_loop_delays_nothing():
    drawn = []
    redraw = Coalesced(lambda: drawn.append(1))

    async def cell():
        redraw()
        redraw()
        time.sleep(2 * BURST_SECONDS)  # the loop cannot draw what waits
        redraw()
        return len(drawn)

    assert asyncio.run(cell()) == 2


def test_a_kernel_skips_what_was_overtaken_and_shows_the_last_value():
    """Two hundred values sent at once, as by a hand that is faster than the kernel."""
    with run_kernel() as client:
        answer = ask(client, LAB_CELL)
        for value in range(1, 201):
            state = {"method": "update", "state": {"value": value}, "buffer_paths": []}
            content = {"comm_id": answer["slider"], "data": state}
            client.shell_channel.send(client.session.msg("comm_msg", content))
        last = ask(client, LAST_CELL)
    assert last["shown"] == last["expected"]
    assert 2 <= last["drawn"] < 100


LAB_CELL = """
from helpers import labs
lab = labs.descent()
drawn = []
lab.picture.observe(drawn.append, "value")
answer = {"slider": lab.controls["steps"].model_id}
"""
LAST_CELL = """
import asyncio
await asyncio.sleep(0.5)
twin = labs.descent(steps=200)
answer = {
    "shown": hash(lab.picture.value),
    "expected": hash(twin.picture.value),
    "drawn": len(drawn),
}
"""


@contextlib.contextmanager
def run_kernel():
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(ROOT))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def ask(client, cell):
    """Run a cell that sets ``answer``; return it."""
    reply = client.execute_interactive(
        cell,
        user_expressions={"answer": "answer"},
        timeout=60,
        output_hook=lambda message: None,
    )
    said = reply["content"]
    assert said["status"] == "ok", said
    return ast.literal_eval(said["user_expressions"]["answer"]["data"]["text/plain"])


def test_a_film_moves_and_has_a_still_first_frame(moving_point):
    film = animate(moving_point, moving_point.put, [2, 5, 8], "A point moves right.")
    frames = Image.open(io.BytesIO(film.webp))
    assert (frames.format, frames.n_frames, frames.info["loop"]) == ("WEBP", 3, 0)
    moving_point.put(2)
    still = opened(film.still).astype(int)
    # Sixteen levels a colour: no pixel is off by more than half a level.
    assert np.abs(still - moving_point.frame()).max() <= 8
    np.testing.assert_array_equal(np.asarray(frames.convert("RGB")), still)


def test_a_film_shows_itself_with_its_text_and_keeps_still_on_request(moving_point):
    alt = 'A point < "here".'
    film = animate(moving_point, moving_point.put, [2, 5], alt)
    data, metadata = film._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == film.still
    assert data["text/plain"] == alt
    assert metadata["image/png"] == {"alt": alt, "width": 300}
    page = data["text/html"]
    assert 'alt="A point &lt; &quot;here&quot;."' in page
    source, picture = page.split("<img")
    assert "prefers-reduced-motion: reduce" in source
    first, moving = (
        Image.open(io.BytesIO(base64.b64decode(part.split("base64,")[1].split('"')[0])))
        for part in (source, picture)
    )
    assert (first.format, first.n_frames) == ("WEBP", 1)
    assert (moving.format, moving.n_frames) == ("WEBP", 2)
    np.testing.assert_array_equal(np.asarray(first.convert("RGB")), opened(film.still))


def test_a_film_of_nothing_is_refused(moving_point):
    with pytest.raises(ValueError, match="frames must hold at least one"):
        animate(moving_point, moving_point.put, [], "Nothing.")
