"""To pack a lesson's archive takes a second: in a file of tests each is packed once."""

import functools

import pytest

from tools import portable


@pytest.fixture(scope="module", autouse=True)
def packed_once():
    pack = functools.cache(portable.archive)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portable, "archive", lambda s, answers=True: pack(s, answers))
        yield
