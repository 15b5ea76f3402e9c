"""Films: one frame for each thing that happens, and what is seen is what was given."""

import io

import numpy as np
from PIL import Image

from helpers import films
from helpers.films import epoch


def test_an_epoch_has_a_frame_for_each_minibatch_and_ends_at_the_mean(monkeypatch):
    drawn = []

    def keep(live, update, frames, alt, milliseconds):
        for frame in frames:
            update(frame)
            drawn.append([np.array(a.get_data()) for a in live.moving[:4]])
        return alt

    x, y = np.arange(6.0), np.arange(6.0) ** 2
    dealt, slopes = np.array([[4, 1], [0, 5], [2, 3]]), np.array([1.0, -2.0, 4.0])
    monkeypatch.setattr(epoch, "animate", keep)
    films.one_epoch(x, y, dealt, slopes)

    assert len(drawn) == 3
    used, now, points, mean = drawn[1]
    assert used.tolist() == [[4, 1], [16, 1]]
    assert now.tolist() == [[0, 5], [0, 25]]
    assert points[1].tolist() == [1.0, -2.0]
    assert mean[1].tolist() == [1.0, -0.5]
    assert drawn[2][3][1][-1] == slopes.mean()


def test_an_epoch_moves_and_says_what_it_shows():
    x = np.arange(6.0)
    film = films.one_epoch(
        x, x, np.array([[4, 1], [0, 5], [2, 3]]), np.array([1, 2, 4])
    )
    assert Image.open(io.BytesIO(film.webp)).n_frames == 3
    assert "full gradient" in film.alt
