"""Le mandataire en Python : une classe entière attend en même temps, et une longue correction aboutit."""

from __future__ import annotations

import asyncio

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.web import Application, RequestHandler

from rncp_utils.hub import mandataire

CLASSE = 40


@pytest.fixture
def regle():
    avant = AsyncHTTPClient._save_configuration()
    mandataire.regler()
    yield
    AsyncHTTPClient._restore_configuration(avant)


def test_toute_une_classe_peut_attendre_a_la_fois(regle):
    async def essai() -> list[bytes]:
        tous = asyncio.Barrier(CLASSE)

        class Attente(RequestHandler):
            async def get(self) -> None:
                # Answers nobody before everybody is there.
                await tous.wait()
                self.write("ensemble")

        serveur = Application([("/", Attente)]).listen(0, "127.0.0.1")
        port = next(iter(serveur._sockets.values())).getsockname()[1]
        client = AsyncHTTPClient()
        reponses = await asyncio.wait_for(
            asyncio.gather(*(client.fetch(f"http://127.0.0.1:{port}/") for _ in range(CLASSE))), 60
        )
        serveur.stop()
        client.close()
        return [reponse.body for reponse in reponses]

    assert asyncio.run(essai()) == [b"ensemble"] * CLASSE


def test_une_longue_reponse_est_attendue(regle):
    async def essai() -> float:
        client = AsyncHTTPClient()
        client.close()
        return client.defaults["request_timeout"]

    # Grading a class from formgrader takes minutes.
    assert asyncio.run(essai()) >= 1800
