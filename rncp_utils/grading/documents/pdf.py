"""Printing our own pages to PDF with the Chromium of the machine, several pages with one browser.

The browser is spoken to through two pipes (DevTools protocol): no port is opened, no library is needed. Without
Chromium, documents stay in HTML, which any browser prints.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
from time import monotonic
from typing import Any

from rncp_utils.erreurs import ErreurRncp

NOMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
ATTENTE_S = 60.0
SANS_CHROMIUM = (
    "Chromium n'est pas installé sur ce poste : les documents sont écrits en HTML, sans PDF ; ouvrez-les dans un "
    "navigateur et imprimez-les (Ctrl+P)."
)
_OPTIONS = (
    *("--headless", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-extensions",
        "--disable-dev-shm-usage",
    ),
)
_PAGE = {"preferCSSPageSize": True, "printBackground": True, "generateTaggedPDF": True, "generateDocumentOutline": True}


def chromium() -> str | None:
    """Path of a Chromium, if there is one; ``RNCP_CHROMIUM`` names another (empty: none)."""
    impose = os.environ.get("RNCP_CHROMIUM")
    if impose is not None:
        return shutil.which(impose) if impose else None
    return next((trouve for nom in NOMS if (trouve := shutil.which(nom))), None)


class Imprimante:
    """A browser that prints: ``with Imprimante() as imprimante: imprimante.pdf(html)``.

    Raises
    ------
    ErreurRncp
        There is no Chromium, or it does not answer.
    """

    def __enter__(self) -> Imprimante:
        navigateur = chromium()
        if navigateur is None:
            raise ErreurRncp(SANS_CHROMIUM)
        self.profil = tempfile.TemporaryDirectory(prefix="rncp-pdf-", ignore_cleanup_errors=True)
        lu_par_lui, self.vers = _tube()
        self.de, ecrit_par_lui = _tube()
        # Its sandbox does not start for root; the pages are ours, hold no script and forbid any request.
        options = [*_OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else []), f"--user-data-dir={self.profil.name}"]
        rien = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
        # The browser reads its orders on descriptor 3 and answers on 4; every other one closes itself.
        tubes = [(os.POSIX_SPAWN_DUP2, lu_par_lui, 3), (os.POSIX_SPAWN_DUP2, ecrit_par_lui, 4)]
        self.pid = os.posix_spawn(navigateur, [navigateur, *options], os.environ, file_actions=[*rien, *tubes])
        os.close(lu_par_lui)
        os.close(ecrit_par_lui)
        self.recu, self.numero, self.session = b"", 0, None
        try:
            cible = self._demander("Target.createTarget", url="about:blank")["targetId"]
            self.session = self._demander("Target.attachToTarget", targetId=cible, flatten=True)["sessionId"]
            self.cadre = self._demander("Page.getFrameTree")["frameTree"]["frame"]["id"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.vers)
        os.close(self.de)
        self.profil.cleanup()

    def pdf(self, html: str) -> bytes:
        """The page, printed; sizes and margins are those of its own style."""
        self._demander("Page.setDocumentContent", frameId=self.cadre, html=html)
        return base64.b64decode(self._demander("Page.printToPDF", **_PAGE)["data"])

    def _demander(self, methode: str, **parametres: Any) -> dict[str, Any]:
        self.numero += 1
        message: dict[str, Any] = {"id": self.numero, "method": methode, "params": parametres}
        if self.session:
            message["sessionId"] = self.session
        try:
            reste = json.dumps(message).encode() + b"\0"
            while reste:
                reste = reste[os.write(self.vers, reste) :]
        except OSError as erreur:
            raise _muette() from erreur
        limite = monotonic() + ATTENTE_S
        while (reponse := json.loads(self._message(limite))).get("id") != self.numero:
            pass
        if "error" in reponse:
            raise ErreurRncp(f"Chromium refuse d'imprimer ({reponse['error'].get('message', '')}) : {_SUITE}")
        return reponse["result"]

    def _message(self, limite: float) -> bytes:
        while b"\0" not in self.recu:
            prets, _, _ = select.select([self.de], [], [], max(0.0, limite - monotonic()))
            morceau = os.read(self.de, 1 << 20) if prets else b""
            if not morceau:
                raise _muette()
            self.recu += morceau
        message, _, self.recu = self.recu.partition(b"\0")
        return message


def _tube() -> tuple[int, int]:
    """A pipe above the descriptors that the browser expects: copying one onto 3 must not close another."""
    lire, ecrire = os.pipe()
    hauts = tuple(fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (lire, ecrire))
    os.close(lire)
    os.close(ecrire)
    return hauts


_SUITE = "les documents restent en HTML, à imprimer depuis un navigateur (Ctrl+P)."


def _muette() -> ErreurRncp:
    return ErreurRncp(f"Chromium ne répond pas : {_SUITE}")
