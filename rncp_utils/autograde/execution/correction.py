"""One notebook of a copy, run in two kernels: the learner's cells in A, the tests in B, plain values between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from nbclient.util import run_sync
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import is_grade, is_locked, is_solution

from rncp_utils.autograde.execution.bilan import Bilan
from rncp_utils.autograde.execution.noyau import BoundedKernel, NoyauPerduError, ligne
from rncp_utils.autograde.execution.plan import PREPARATION, TEST, Besoins, Plan
from rncp_utils.autograde.execution.valeurs import ValeurRefusee, verifier
from rncp_utils.lecon.anomalies import montrer

EXTRACTION = "__import__('rncp_utils.autograde.execution.extraction', fromlist=['x'])"
NOUVEAUX_B_MAX = 3


class Correction:
    """Runs a notebook; scores are then read by nbgrader in the outputs of the graded cells."""

    def __init__(
        self,
        nb: NotebookNode,
        plan: Plan,
        creer_a: Callable[[], BoundedKernel],
        creer_b: Callable[[], BoundedKernel],
        *,
        env: dict[str, str],
        cells_max: int,
    ) -> None:
        self.nb, self.plan, self.env = nb, plan, env
        self.creer_b = creer_b
        self.preparees: set[str] = set()
        self.b_ouverts = 0
        # A copy without a line of the learner (forms only): what would run in A is the author's, and B runs it.
        self.un_seul = not any(self._est_de_l_apprenant(cellule) for cellule in nb.cells)
        self.a: BoundedKernel | None = self._nouveau_b() if self.un_seul else creer_a()
        self.b: BoundedKernel | None = self.a if self.un_seul else None
        self.cells_max, self.executees = cells_max, 0
        self.perte_a = ""
        self.bilan = Bilan(tests_dans_a=list(plan.tests_dans_a))
        # What the last cell of A gave, by the names that were asked for.
        self.en_main: dict[tuple[str, ...], Any] = {}

    def derouler(self) -> Bilan:
        """Run every code cell, in order; leave no kernel behind."""
        noyau_a = self.a
        assert noyau_a is not None
        try:
            self._ouvrir()
            for rang, cellule in enumerate(self.nb.cells):
                if cellule.cell_type == "code":
                    self._cellule(rang, cellule)
            noyau_a.set_widgets_metadata()
        finally:
            run_sync(_fermer)(noyau_a, self.b)
        for interruption in noyau_a.interruptions:
            self.bilan.motif(f"Copie : {interruption}.")
        for remarque in noyau_a.remarques:
            self.bilan.remarque(f"Copie : {remarque}.")
        return self.bilan

    def _ouvrir(self) -> None:
        """Both kernels together: each one waits for the system more than it computes."""
        noyaux = [self.a]
        if not self.un_seul and any(self._test_de(cellule) for cellule in self.nb.cells):
            self.b = self._nouveau_b()
            noyaux.append(self.b)
        run_sync(_ouvrir)(noyaux, self.env)
        for noyau in noyaux:
            noyau.connecter()

    def _est_de_l_apprenant(self, cellule: NotebookNode) -> bool:
        """May this cell hold code of the learner, or a test that its author lets run beside it?"""
        if cellule.cell_type != "code" or not cellule.source.strip():
            return False
        nom = _nom(cellule)
        if self._test_de(cellule) is not None:
            return False
        return self.plan.genre(nom) != PREPARATION or not is_locked(cellule)

    def _test_de(self, cellule: NotebookNode) -> str | None:
        """Name of the test that a cell of the copy is, when it is one that B runs."""
        nom = _nom(cellule)
        # Both must say so: the gradebook, which nbgrader has just copied in the cell, and the source notebook.
        if cellule.cell_type != "code" or not is_grade(cellule) or is_solution(cellule):
            return None
        return None if self.plan.genre(nom) == TEST and self.plan.dans_a(nom) else nom

    def _cellule(self, rang: int, cellule: NotebookNode) -> None:
        nom = self._test_de(cellule)
        if nom is not None and self.plan.genre(nom) == TEST:
            self._tester(nom, cellule, rang)
        elif nom is not None:
            self._sans_note(cellule, "cette cellule notée n'est pas dans le notebook d'origine")
        else:
            self._dans_a(rang, cellule)

    # --- A

    def _dans_a(self, rang: int, cellule: NotebookNode) -> None:
        cellule.outputs = []
        notee = is_grade(cellule) and not is_solution(cellule)
        if self.a is not None and not self.perte_a and cellule.source.strip():
            self._compter()
        if self.a is None or self.perte_a:
            if notee:
                self._sans_note(cellule, self.perte_a)
            return
        noms = self._noms_du_test_suivant(rang)
        self.en_main = {}
        try:
            recu = self._jouer(self.a, cellule, rang, neuve=notee, demande=_extraire(noms) if noms else "")
            if recu is not None:
                self.en_main = {noms: recu}
            if self.un_seul:
                self.preparees.add(_nom(cellule))
        except NoyauPerduError as perte:
            self._perdre_a(str(perte))
            if notee:
                self._sans_note(cellule, self.perte_a)

    def _jouer(
        self, noyau: BoundedKernel, cellule: NotebookNode, rang: int, *, neuve: bool, avant: str = "", demande: str = ""
    ) -> Any:
        """Run a cell; ``neuve``: only its text, since tags that the copy carries must not skip a test."""
        executee = new_code_cell(cellule.source) if neuve else cellule
        # nbclient finds there the cell whose display is updated.
        self.nb.cells[rang] = executee
        try:
            return noyau.executer(executee, rang, avant=avant, demande=demande)
        finally:
            self.nb.cells[rang] = cellule
            cellule.outputs, cellule.execution_count = executee.outputs, executee.execution_count

    def _noms_du_test_suivant(self, rang: int) -> tuple[str, ...]:
        """Names that the test right after a cell needs: asked for with the cell itself."""
        for cellule in self.nb.cells[rang + 1 :]:
            if cellule.cell_type == "code":
                nom = self._test_de(cellule)
                connu = nom is not None and self.plan.genre(nom) == TEST
                return self.plan.besoins(nom, cellule.source).noms if connu else ()
        return ()

    def _compter(self) -> None:
        self.executees += 1
        assert self.a is not None
        if self.executees > self.cells_max:
            self.perte_a = f"le notebook a plus de {self.cells_max} cellules à exécuter"
        elif self.a.reste <= 0:
            self.perte_a = f"la copie a dépassé {self.a.total_seconds:.0f} s de calcul"
        if self.perte_a:
            self.bilan.motif(f"Exécution arrêtée : {self.perte_a}.")

    def _perdre_a(self, raison: str) -> None:
        self.perte_a = raison
        self.bilan.motif(f"Exécution arrêtée : {raison}.")
        if self.a is not None:
            run_sync(self.a.fermer)()
            if self.b is self.a:
                self.b = None
            self.a = None

    def _valeurs(self, noms: tuple[str, ...]) -> dict[str, Any]:
        """Checked values of the learner, by name; what is refused is told in the report."""
        assert self.a is not None
        try:
            recu = self.en_main[noms] if noms in self.en_main else self.a.demander(_extraire(noms))
        except ValeurRefusee as refus:
            self.bilan.motif(f"Les valeurs de l'apprenant n'ont pas pu être reprises : {refus}.")
            return {}
        arbres = recu.get("valeurs") if isinstance(recu, dict) else None
        refuses = recu.get("refus") if isinstance(recu, dict) else None
        arbres, refuses = arbres if isinstance(arbres, dict) else {}, refuses if isinstance(refuses, dict) else {}
        gardees = {}
        for nom in noms:
            try:
                if nom in refuses:
                    raise ValeurRefusee(montrer(refuses[nom], 150))
                if nom in arbres:
                    gardees[nom] = verifier(arbres[nom])
            except ValeurRefusee as refus:
                self._refuser(nom, str(refus))
        return gardees

    def _refuser(self, nom: str, raison: str) -> None:
        self.bilan.motif(f"La valeur de « {nom} » n'a pas pu être reprise : {raison}.")

    # --- B

    def _nouveau_b(self) -> BoundedKernel:
        self.b_ouverts += 1
        self.preparees = set()
        return self.creer_b()

    def _noyau_b(self) -> BoundedKernel:
        if self.b is None:
            self.b = self._nouveau_b()
            run_sync(_ouvrir)([self.b], self.env)
            self.b.connecter()
        return self.b

    def _tester(self, nom: str, cellule: NotebookNode, rang: int) -> None:
        cellule.outputs = []
        besoins = self.plan.besoins(nom, cellule.source)
        valeurs: dict[str, Any] = {}
        avant = len(self.bilan.motifs)
        try:
            if besoins.noms:
                if self.a is not None:
                    valeurs = self._valeurs(besoins.noms)
                elif self.perte_a:
                    raise NoyauPerduError(self.perte_a)
        except NoyauPerduError as perte:
            if self.a is not None:
                self._perdre_a(str(perte))
            self._sans_note(cellule, self.perte_a)
            return
        if self.b_ouverts > NOUVEAUX_B_MAX:
            self._sans_note(cellule, "les tests de cette copie s'arrêtent sans fin")
            return
        self._executer_test(cellule, rang, besoins, valeurs)
        nouveaux = self.bilan.motifs[avant:]
        if nouveaux and nom not in self.bilan.cellules:
            cellule.outputs[:0] = [ligne(motif) for motif in nouveaux]
            self.bilan.a_revoir.append(nom)

    def _executer_test(self, cellule: NotebookNode, rang: int, besoins: Besoins, valeurs: dict[str, Any]) -> None:
        noyau = self._noyau_b()
        try:
            self._jouer_test(noyau, cellule, rang, besoins, valeurs)
        except NoyauPerduError as perte:
            self.b = None
            if noyau is self.a:
                self.a = None
                self.perte_a = str(perte)
            run_sync(noyau.fermer)()
            self._sans_note(cellule, f"le test n'a pas pu se terminer ({perte})")
            return
        if noyau.interruptions:
            noyau.interruptions.clear()
            self._sans_note(cellule, "le test n'a pas pu se terminer dans le temps prévu")

    def _jouer_test(
        self, noyau: BoundedKernel, cellule: NotebookNode, rang: int, besoins: Besoins, valeurs: dict[str, Any]
    ) -> None:
        """Values, preparations, test: values travel with what runs first, and what B refuses of them comes back."""
        preparations = [nom for nom in besoins.preparations if nom in besoins.variables or nom not in self.preparees]
        self.preparees |= set(preparations)
        sources = [source for source in map(self._source_de, preparations) if source.strip()]
        avant = demande = ""
        if besoins.noms:
            texte = json.dumps(valeurs, ensure_ascii=True, allow_nan=False)
            avant = f"{EXTRACTION}.injecter(globals(), {list(besoins.noms)!r}, {texte!r});"
            demande = f"{EXTRACTION}.refus()"
            if [*sources, cellule.source][0].lstrip().startswith("%%"):  # a cell magic stands first in its request
                noyau.executer(new_code_cell(avant), rang)
                avant = ""
        recus = []
        for source in sources:
            recus.append(noyau.executer(new_code_cell(source), rang, avant=avant, demande=demande))
            avant = demande = ""
        recus.append(self._jouer(noyau, cellule, rang, neuve=True, avant=avant, demande=demande))
        for recu in filter(None, recus):
            for nom, raison in recu["refus"].items():
                self._refuser(nom, raison)

    def _source_de(self, nom: str) -> str:
        """Text of a preparation, as nbgrader has just put it back in the copy."""
        for cellule in self.nb.cells:
            if _nom(cellule) == nom and self.plan.genre(nom) == PREPARATION:
                return cellule.source
        return ""

    def _sans_note(self, cellule: NotebookNode, raison: str) -> None:
        """0 for this cell, said in French, and a person is asked to look."""
        phrase = f"Cette partie n'a pas pu être corrigée : {raison}. Une personne va examiner la copie."
        cellule.outputs = [
            ligne(phrase),
            new_output("execute_result", data={"text/plain": "0.0"}, execution_count=1),
        ]
        self.bilan.motif(f"Exécution arrêtée : {raison}.")
        nom = _nom(cellule)
        if nom and nom not in self.bilan.cellules:
            self.bilan.cellules.append(nom)


def _extraire(noms: tuple[str, ...]) -> str:
    return f"{EXTRACTION}.extraire(globals(), {list(noms)!r})"


async def _ouvrir(noyaux: list[BoundedKernel], env: dict[str, str]) -> None:
    issues = await asyncio.gather(*(noyau.ouvrir(env) for noyau in noyaux), return_exceptions=True)
    for issue in issues:  # once all have started or failed: what started can be closed
        if isinstance(issue, BaseException):
            raise issue


async def _fermer(*noyaux: BoundedKernel | None) -> None:
    await asyncio.gather(*(noyau.fermer() for noyau in set(noyaux) - {None}))


def _nom(cellule: NotebookNode) -> str:
    return cellule.metadata.get("nbgrader", {}).get("grade_id", "")
