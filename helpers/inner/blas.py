"""BLAS on one thread, for as long as anybody needs that."""

from contextlib import contextmanager
from threading import Lock

from threadpoolctl import threadpool_limits

_lock = Lock()
_users = []
_limits = []


@contextmanager
def one_blas_thread():
    """Keep the matrix products of the whole process to one thread each.

    Small ones lose more by waiting for each other's threads than they gain. The limit
    is the process's own, so whoever comes first sets it, and whoever goes last lifts
    it: each on its own would put back what it found, which may be another's limit.
    """
    me = object()
    with _lock:
        if not _users:
            _limits.append(threadpool_limits(1, "blas"))
        _users.append(me)
    try:
        yield
    finally:
        with _lock:
            _users.remove(me)
            if not _users:
                _limits.pop().restore_original_limits()
