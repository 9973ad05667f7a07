"""Contrôle des devoirs : chaque cellule notée prouve une compétence, une seule, du bloc qu'elle évalue."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rncp_utils.competences.lecture import Cellule, Devoir, lire_dossier
from rncp_utils.erreurs import ErreurListe
from rncp_utils.referentiel import PREFIXE_ENTRAINEMENT, Referentiel

POINTS_D_UNE_EPREUVE = 100
# Teaches how to hand in an assignment: it proves no competence.
PRISE_EN_MAIN = f"{PREFIXE_ENTRAINEMENT}M0"


@dataclass(frozen=True)
class Faute:
    """Faute d'un devoir.

    ``notebook`` et ``cellule`` sont vides quand la faute porte sur le devoir ou le notebook entier ; ``code`` est un
    mot stable pour les outils, ``message`` une phrase pour la personne qui corrige.
    """

    devoir: str
    notebook: str
    cellule: str
    code: str
    message: str

    def __str__(self) -> str:
        lieu = " › ".join(partie for partie in (self.devoir, self.notebook, self.cellule) if partie)
        return f"{lieu} : {self.message}"


def controler(dossier_source: Path | str, referentiel: Referentiel) -> list[Faute]:
    """Toutes les fautes d'un dossier de devoirs, dans l'ordre des devoirs ; liste vide si tout est en règle.

    Codes : ``devoir_inconnu``, ``notebook_absent``, ``notebook_illisible``, ``identifiant_en_double`` (cellule
    nbformat), ``cellule_sans_nom``, ``cellule_en_double`` (grade_id), ``points_invalides``, ``points_du_devoir``,
    ``sans_competence``, ``plusieurs_competences``, ``competence_inconnue``, ``hors_bloc``.
    """
    return [faute for devoir in lire_dossier(dossier_source) for faute in _fautes_du_devoir(devoir, referentiel)]


def exiger(dossier_source: Path | str, referentiel: Referentiel) -> None:
    """Lève ErreurListe, avec toutes les fautes, si un devoir n'est pas en règle."""
    fautes = controler(dossier_source, referentiel)
    if fautes:
        raise ErreurListe(
            "Des devoirs ne sont pas en règle, corrigez chacune de ces fautes :", [str(f) for f in fautes]
        )


def _fautes_du_devoir(devoir: Devoir, referentiel: Referentiel) -> Iterator[Faute]:
    bloc = None
    if devoir.nom in referentiel.codes_evaluations:
        bloc = referentiel.bloc(referentiel.evaluation(devoir.nom).bloc)
        attendues = bloc.competences
    else:
        attendues = referentiel.codes_competences
        if not devoir.entrainement:
            yield _devoir_inconnu(devoir, referentiel)
    if not devoir.notebooks:
        message = "le dossier ne contient aucun notebook ; ajoutez-en un ou supprimez le dossier."
        yield Faute(devoir.nom, "", "", "notebook_absent", message)
    yield from _fautes_des_notebooks(devoir)
    for notebook in devoir.notebooks:
        for cellule in notebook.cellules:
            if cellule.notee:
                for code, message in _fautes_de_la_cellule(cellule, attendues, referentiel):
                    if code == "sans_competence" and devoir.nom == PRISE_EN_MAIN:
                        continue
                    yield Faute(devoir.nom, notebook.nom, cellule.grade_id, code, message)
    if bloc is not None:
        yield from _fautes_de_points(devoir)


def _devoir_inconnu(devoir: Devoir, referentiel: Referentiel) -> Faute:
    message = (
        f"ce dossier n'est ni une évaluation de la fiche ({', '.join(referentiel.codes_evaluations)}) "
        f"ni un entraînement (préfixe « {PREFIXE_ENTRAINEMENT} ») ; renommez-le."
    )
    return Faute(devoir.nom, "", "", "devoir_inconnu", message)


def _fautes_des_notebooks(devoir: Devoir) -> Iterator[Faute]:
    """Unreadable files, cell ids repeated in a notebook, grade ids repeated anywhere in the assignment."""
    lieux: dict[str, list[str]] = {}
    for notebook in devoir.notebooks:
        if notebook.illisible:
            yield Faute(devoir.nom, notebook.nom, "", "notebook_illisible", f"{notebook.illisible}.")
        for identifiant in _repetes(notebook.identifiants):
            message = f"l'identifiant de cellule « {identifiant} » sert plusieurs fois ; donnez-en un autre à la copie."
            yield Faute(devoir.nom, notebook.nom, "", "identifiant_en_double", message)
        for cellule in notebook.cellules:
            if cellule.grade_id:
                lieux.setdefault(cellule.grade_id, []).append(notebook.nom)
            else:
                message = "une cellule nbgrader n'a pas de grade_id ; donnez-lui un nom."
                yield Faute(devoir.nom, notebook.nom, "", "cellule_sans_nom", message)
    for grade_id, notebooks in lieux.items():
        if len(notebooks) > 1:
            message = f"ce grade_id sert {len(notebooks)} fois dans le devoir ; il doit être unique."
            yield Faute(devoir.nom, notebooks[0], grade_id, "cellule_en_double", message)


def _fautes_de_la_cellule(
    cellule: Cellule, attendues: Iterable[str], referentiel: Referentiel
) -> Iterator[tuple[str, str]]:
    if cellule.points is None:
        yield "points_invalides", "la cellule notée n'a pas de nombre de points positif ou nul ; donnez-le."
    inconnus, competences = cellule.codes_inconnus(referentiel), cellule.competences(referentiel)
    for code in inconnus:
        yield "competence_inconnue", _message_inconnu(code, referentiel)
    if not competences and not inconnus:
        yield "sans_competence", "aucune étiquette de compétence ; ajoutez-en une, et une seule, à la cellule."
    if len(competences) > 1:
        yield "plusieurs_competences", f"étiquettes {', '.join(competences)} ; une cellule prouve une seule compétence."
    for code in competences:
        if code not in attendues:
            bloc = referentiel.bloc_de(code).code
            yield "hors_bloc", f"{code} appartient au bloc {bloc}, ce devoir n'évalue que {', '.join(attendues)}."


def _message_inconnu(etiquette: str, referentiel: Referentiel) -> str:
    lue = etiquette.strip().upper()
    for competence in referentiel.competences:
        if lue in (competence.code, competence.code_bloc):
            return f"l'étiquette « {etiquette} » n'est pas le code attendu ; écrivez « {competence.code} »."
    codes = referentiel.codes_competences
    return f"la compétence « {etiquette} » n'existe pas dans la fiche ; choisissez un code de {codes[0]} à {codes[-1]}."


def _fautes_de_points(devoir: Devoir) -> Iterator[Faute]:
    """No total is claimed where a notebook or a cell could not be read: its own fault is already said."""
    notees = [cellule for notebook in devoir.notebooks for cellule in notebook.cellules if cellule.notee]
    if any(notebook.illisible for notebook in devoir.notebooks) or any(c.points is None for c in notees):
        return
    total = math.fsum(c.points for c in notees)
    if not math.isclose(total, POINTS_D_UNE_EPREUVE, abs_tol=1e-9):
        lu = f"{total:g}".replace(".", ",")
        message = f"les cellules notées totalisent {lu} points ; une épreuve en compte {POINTS_D_UNE_EPREUVE}."
        yield Faute(devoir.nom, "", "", "points_du_devoir", message)


def _repetes(valeurs: Iterable[str]) -> list[str]:
    return [valeur for valeur, nombre in Counter(valeurs).items() if nombre > 1]
