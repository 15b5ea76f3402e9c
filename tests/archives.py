"""To pack a lesson's archive takes a second: each is packed once in a process."""

import functools

import pytest

from tools import portable

pack = functools.cache(portable.archive)


@pytest.fixture(scope="module", autouse=True)
def packed_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portable, "archive", lambda s, answers=True: pack(s, answers))
        yield
