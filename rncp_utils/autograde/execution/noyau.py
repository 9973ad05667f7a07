"""One kernel with bounds: on its output in bytes, on the time of a cell and of the whole copy, on its messages.

nbclient starts the kernel and makes notebook outputs out of messages. The messages are read here, one after the other:
a hostile kernel may send anything at any time, and there is nothing to do meanwhile.
"""

from __future__ import annotations

import os
from contextlib import suppress
from queue import Empty
from time import monotonic
from typing import Any

import zmq
from jupyter_client.blocking import BlockingKernelClient
from nbclient.client import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbclient.util import run_sync
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets import Float, Integer

from rncp_utils.autograde.execution.extraction import MIME
from rncp_utils.autograde.execution.valeurs import ValeurRefusee, lire_json

OUTPUTS = frozenset(["stream", "display_data", "execute_result", "update_display_data", "error"])
MESSAGE_MAX = 32 * 2**20
# Output that is still read, and thrown away, before the kernel is taken for a flood and killed.
FLOOD_FACTOR = 20
# How often a silent kernel is asked whether it lives.
VIE_S = 1.0
# Tracebacks as Python writes them: IPython's own, in colours, take a hundred times longer and no learner reads them.
PRELUDE = """
get_ipython().InteractiveTB.set_mode("Plain")
get_ipython().InteractiveTB.set_theme_name("nocolor")
"""


class NoyauPerduError(Exception):
    """This kernel can do nothing more; the message is a French sentence part that says why."""


class BoundedKernel(NotebookClient):
    """A kernel of its own for some cells of a notebook."""

    cell_bytes = Integer(2 * 2**20, help="Bytes of output that a cell keeps.").tag(config=True)
    notebook_bytes = Integer(8 * 2**20, help="Bytes of output that a notebook keeps.").tag(config=True)
    total_seconds = Float(300.0, help="Wall time of all the cells together.").tag(config=True)

    def __init__(self, nb: NotebookNode, **kwargs: Any) -> None:
        super().__init__(nb, **kwargs)
        self.depense = 0.0
        self.octets = 0
        self.octets_cellule = 0
        self.octets_lus = 0
        self.tronquee = False
        self.contexte: zmq.Context | None = None
        self.interruptions: list[str] = []
        self.remarques: list[str] = []

    # --- life

    async def ouvrir(self, env: dict[str, str]) -> None:
        """Start the kernel. What forbids to start it (no isolation) is the caller's to say: nothing is caught."""
        self.create_kernel_manager()
        await self.async_start_new_kernel(env={**os.environ, **env})

    def connecter(self) -> None:
        """Wait for the kernel that :meth:`ouvrir` started."""
        # A context of its own: its limit on messages does not depend on who else uses zmq in this process.
        self.contexte = zmq.Context()
        # A kernel that sends a giant message loses its connection, instead of filling the grader's memory.
        self.contexte.setsockopt(zmq.MAXMSGSIZE, MESSAGE_MAX)
        assert self.km is not None
        liaison = self.km.get_connection_info(session=True)
        self.kc = BlockingKernelClient(
            **liaison, connection_file=self.km.connection_file, context=self.contexte, config=self.config
        )
        self.kc.allow_stdin = False  # nobody answers input()
        self.kc.start_channels(stdin=False, hb=False, control=False)
        self._attendre()

    def _attendre(self) -> None:
        """Ready when the answer to our question and its end have both arrived: outputs cannot be missed then."""
        limite = monotonic() + self.startup_timeout
        while monotonic() < limite:
            ident = self.kc.execute(PRELUDE, silent=True, store_history=False)
            # The subscription may be younger than the answer: then the question is asked again.
            if self._fin_de(ident, 0.1) or self._fin_de(ident, 0.4):
                return
            self._exiger_en_vie()
        raise RuntimeError(f"Kernel did not answer within {self.startup_timeout} s")

    def _fin_de(self, ident: str, delai: float) -> bool:
        limite = monotonic() + delai
        while (reste := limite - monotonic()) > 0:
            try:
                message = self.kc.iopub_channel.get_msg(timeout=reste)
            except Empty:
                return False
            if _est_fin(message, ident):
                self._vider_shell(ident)
                return True
        return False

    def _vider_shell(self, ident: str) -> None:
        with suppress(Empty):
            while self.kc.shell_channel.get_msg(timeout=VIE_S)["parent_header"].get("msg_id") != ident:
                pass

    async def fermer(self) -> None:
        """Kill the kernel and forget it; never raises for what the kernel does."""
        if self.kc is not None:
            with suppress(Exception):
                self.kc.stop_channels()
            self.kc = None
        if self.contexte is not None:
            self.contexte.destroy(linger=0)
            self.contexte = None
        if self.km is not None:
            with suppress(Exception):
                await self._async_cleanup_kernel()
            self.km = None

    @property
    def reste(self) -> float:
        """Seconds that this kernel may still take."""
        return self.total_seconds - self.depense

    # --- work

    def executer(self, cellule: NotebookNode, rang: int, *, avant: str = "", demande: str = "") -> Any:
        """Run a cell; its outputs are in the cell.

        Parameters
        ----------
        avant
            Line to run first, in the same request: a request costs more than what it does.
        demande
            Expression to give once the cell has run.

        Returns
        -------
        Any
            JSON that ``demande`` gave; None when it gave none (the cell failed, or it gave no small, plain JSON).

        Raises
        ------
        NoyauPerduError
            The kernel died, hung, or sent too much; the cell has a French line that says so.
        """
        self.octets_cellule, self.tronquee = 0, False
        self.clear_before_next_output = False
        cellule.outputs = []
        if not cellule.source.strip() or self.skip_cells_with_tag in cellule.metadata.get("tags", []):
            return None
        debut = monotonic()
        try:
            reponse = self._jouer(cellule, rang, avant, demande)
            self.on_cell_executed(cell=cellule, cell_index=rang, execute_reply={"content": reponse})
        except Exception as erreur:  # a hostile kernel may send anything: it is lost, whatever that made
            perte = str(erreur) if isinstance(erreur, NoyauPerduError) else "le noyau a envoyé des messages illisibles"
            cellule.outputs.append(ligne(f"Exécution arrêtée : {perte}."))
            raise NoyauPerduError(perte) from erreur
        finally:
            self.depense += monotonic() - debut
        with suppress(ValeurRefusee):
            return _reponse_json(reponse) if demande else None

    def demander(self, expression: str) -> Any:
        """JSON that an expression gives in the kernel.

        Raises
        ------
        NoyauPerduError
            As above.
        ValeurRefusee
            What came is no small, plain JSON.
        """
        debut = monotonic()
        try:
            ident = self.kc.execute("", silent=True, store_history=False, user_expressions={"v": expression})
            self._suivre(ident, lambda _: None, min(self.timeout or self.reste, self.reste))
            contenu = self._reponse(ident)
        except NoyauPerduError:
            raise
        except Exception as erreur:
            raise NoyauPerduError("le noyau a envoyé des messages illisibles") from erreur
        finally:
            self.depense += monotonic() - debut
        return _reponse_json(contenu)

    def _jouer(self, cellule: NotebookNode, rang: int, avant: str, demande: str) -> dict[str, Any]:
        code = f"{avant}\n{cellule.source}" if avant else cellule.source
        expressions = {"v": demande} if demande else None
        ident = self.kc.execute(code, store_history=True, user_expressions=expressions, stop_on_error=False)
        delai = max(0.1, min(self.timeout or self.reste, self.reste))
        interrompue = self._suivre(ident, lambda message: self.process_message(message, cellule, rang), delai)
        if interrompue:
            return {**self.error_on_timeout, "status": "error"}
        return self._reponse(ident)

    def _suivre(self, ident: str, traiter: Any, delai: float) -> bool:
        """Read what a request publishes, up to its end; True when it had to be interrupted."""
        limite = monotonic() + delai
        interrompue = False
        while True:
            reste = limite - monotonic()
            if reste <= 0:
                if interrompue:
                    raise NoyauPerduError("le noyau ne répondait plus")
                self._interrompre(delai)
                interrompue, limite = True, monotonic() + self.iopub_timeout
                continue
            try:
                message = self.kc.iopub_channel.get_msg(timeout=min(reste, VIE_S))
            except Empty:
                self._exiger_en_vie()
                continue
            if message["parent_header"].get("msg_id") != ident:
                self._compter(message)  # what a thread of an earlier cell still prints
                continue
            try:
                traiter(message)
            except CellExecutionComplete:
                return interrompue
            if _est_fin(message, ident):
                return interrompue

    def _interrompre(self, delai: float) -> None:
        self.interruptions.append(f"une cellule a été interrompue après {delai:.0f} s")
        run_sync(self.km.interrupt_kernel)()

    def _reponse(self, ident: str) -> dict[str, Any]:
        """Content of the reply, which the kernel sends before it says that it is done."""
        limite = monotonic() + self.iopub_timeout
        while (reste := limite - monotonic()) > 0:
            with suppress(Empty):
                message = self.kc.shell_channel.get_msg(timeout=reste)
                if message["parent_header"].get("msg_id") == ident:
                    return message["content"]
        self._exiger_en_vie()
        raise NoyauPerduError("le noyau ne répondait plus")

    def _exiger_en_vie(self) -> None:
        if not run_sync(self.km.is_alive)():
            raise NoyauPerduError("le noyau s'est arrêté (mémoire épuisée, ou arrêt demandé par le code)")

    # --- output

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """nbclient's own, on what fits under the caps."""
        genre = msg["msg_type"]
        if genre in OUTPUTS or genre.startswith("comm"):
            taille = self._compter(msg)
            if not self._accepter(taille):
                self._dire_tronquee(cell)
                return None
        return super().process_message(msg, cell, cell_index)

    def _compter(self, message: dict[str, Any]) -> int:
        taille = poids(message["content"]) + sum(len(octets) for octets in message.get("buffers") or ())
        self.octets_lus += taille
        if self.octets_lus > FLOOD_FACTOR * self.notebook_bytes:
            raise NoyauPerduError("il a produit des sorties sans fin")
        return taille

    def _accepter(self, taille: int) -> bool:
        if self.tronquee or self.octets_cellule + taille > self.cell_bytes:
            return False
        if self.octets + taille > self.notebook_bytes:
            return False
        self.octets_cellule += taille
        self.octets += taille
        return True

    def _dire_tronquee(self, cellule: NotebookNode) -> None:
        if not self.tronquee:
            self.tronquee = True
            cellule.outputs.append(ligne("Sortie trop longue : la suite n'a pas été gardée."))
            self.remarques.append("une sortie trop longue a été coupée")

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """nbclient's own; the usual shapes skip its check of each output against the schema of notebooks."""
        attendu = display_id or self.clear_before_next_output or self.output_hook_stack[msg["parent_header"]["msg_id"]]
        sortie = None if attendu else sortie_usuelle(msg["msg_type"], msg["content"])
        if sortie is None:
            return super().output(outs, msg, display_id, cell_index)
        outs.append(sortie)
        return sortie


def _reponse_json(contenu: dict[str, Any]) -> Any:
    donnees = (contenu.get("user_expressions") or {}).get("v")
    donnees = donnees.get("data") if isinstance(donnees, dict) else None
    return lire_json(donnees.get(MIME) if isinstance(donnees, dict) else None, MESSAGE_MAX)


def ligne(texte: str) -> NotebookNode:
    """One line on the standard output of a cell."""
    return new_output("stream", name="stdout", text=texte + "\n")


def sortie_usuelle(genre: str, contenu: dict[str, Any]) -> NotebookNode | None:
    """Output that a message tells, when it has the shape that every honest message has; None for any other."""
    if genre == "stream":
        nom, texte = contenu.get("name"), contenu.get("text")
        if nom in ("stdout", "stderr") and isinstance(texte, str):
            return NotebookNode(output_type=genre, name=nom, text=texte)
    elif genre in ("display_data", "execute_result"):
        donnees, compte = contenu.get("data"), contenu.get("execution_count")
        if isinstance(donnees, dict) and contenu.get("metadata") == {} and all(map(_texte, donnees.values())):
            if genre == "display_data":
                return NotebookNode(output_type=genre, data=NotebookNode(donnees), metadata=NotebookNode())
            if type(compte) is int and compte >= 0:
                return NotebookNode(
                    output_type=genre, data=NotebookNode(donnees), metadata=NotebookNode(), execution_count=compte
                )
    return None


def poids(contenu: Any, profondeur: int = 0) -> int:
    """Bytes of a message's content, near enough: its texts, and something for each of its other parts."""
    if isinstance(contenu, str):
        return len(contenu)
    if profondeur > 50:
        return 1024
    if isinstance(contenu, dict):
        return sum(8 + poids(cle, profondeur + 1) + poids(valeur, profondeur + 1) for cle, valeur in contenu.items())
    if isinstance(contenu, list):
        return sum(4 + poids(element, profondeur + 1) for element in contenu)
    return 8


def _est_fin(message: dict[str, Any], ident: str) -> bool:
    if message["parent_header"].get("msg_id") != ident or message["msg_type"] != "status":
        return False
    return message["content"].get("execution_state") == "idle"


def _texte(valeur: object) -> bool:
    return isinstance(valeur, str)
