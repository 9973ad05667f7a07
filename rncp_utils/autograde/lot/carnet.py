"""nbgrader's gradebook, opened once a process, with a lock that is waited for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.orm import scoped_session, sessionmaker

# Eight graders on one SQLite file: with 5 s (the default) all goes well on a quiet disk, with 0 s half is lost.
LOCK_SECONDS = 60


class WarmGradebook(Gradebook):
    """A gradebook on an engine that stays: closing it gives the session back and keeps the connections."""

    def __init__(self, db_url: str, course_id: str = "default_course", authenticator: Any = None) -> None:
        self.engine = moteur(db_url)
        self.db = scoped_session(sessionmaker(autoflush=True, bind=self.engine, future=True))
        self.course_id = course_id
        self.authenticator = authenticator

    def close(self) -> None:
        self.db.remove()


@lru_cache(maxsize=8)
def moteur(db_url: str) -> Engine:
    """Engine of a gradebook whose tables exist (nbgrader's own class makes them, the first time)."""
    with Gradebook(db_url):
        pass
    url = make_url(db_url)
    # "?timeout=…" in the address of the gradebook has the last word.
    attend = url.get_backend_name() == "sqlite" and "timeout" not in url.query
    return create_engine(url, connect_args={"timeout": LOCK_SECONDS} if attend else {}, future=True)


def oublier_moteurs() -> None:
    """Open every gradebook again: for a process that was forked, and for one that is about to be."""
    moteur.cache_clear()
