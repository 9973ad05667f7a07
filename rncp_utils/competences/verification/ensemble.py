"""All the rules on all the notebooks asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rncp_utils import notebooks
from rncp_utils.competences.verification.constat import REGLES, Constat
from rncp_utils.competences.verification.page import ACCEPTATION, DEVOIR, LECON, Page, lire_page
from rncp_utils.competences.verification.regles_code import regles_de_code
from rncp_utils.competences.verification.regles_devoir import regles_de_devoir
from rncp_utils.competences.verification.regles_fiche import regles_de_fiche
from rncp_utils.competences.verification.regles_structure import regles_de_structure
from rncp_utils.competences.verification.regles_textes import regles_de_textes
from rncp_utils.erreurs import ErreurDonnees

if TYPE_CHECKING:
    from rncp_utils.competences.verification.execution import Derivation


def verifier(chemins: Iterable[Path], *, executer: bool = False, deriver: Derivation | None = None) -> list[Constat]:
    """Constats de tous les notebooks de ces fichiers et dossiers.

    Parameters
    ----------
    chemins : iterable of Path
        Notebooks ou dossiers ; un dossier est parcouru en entier.
    executer : bool
        Exécuter aussi chaque notebook de haut en bas, dans un noyau neuf (règles V60 à V64).
    deriver : callable, optional
        Met en place les questions et les clés d'un devoir avant de l'exécuter, comme le fait sa génération.

    Returns
    -------
    list of Constat
        Par notebook puis par cellule ; liste vide si tout est en règle.

    Raises
    ------
    ErreurDonnees
        Un chemin n'existe pas.
    """
    chemins = [Path(chemin) for chemin in chemins]
    for chemin in chemins:
        if not chemin.exists():
            raise ErreurDonnees(f"« {chemin} » n'existe pas : donnez un notebook ou un dossier.")
    trouves = notebooks.trouver(chemins)
    return [constat for chemin in trouves for constat in verifier_notebook(chemin, executer=executer, deriver=deriver)]


def verifier_notebook(chemin: Path, *, executer: bool = False, deriver: Derivation | None = None) -> list[Constat]:
    """Constats d'un seul notebook."""
    try:
        page = lire_page(chemin)
    except ErreurDonnees as erreur:
        return [Constat(chemin, None, "V34", str(erreur))]
    if not page.cellules:
        return [Constat(chemin, None, "V20", "le notebook est vide ; écrivez son titre dans la première cellule.")]
    constats = [constat for constat in _constats(page, executer, deriver) if not _accepte(page, constat)]
    return sorted(
        dict.fromkeys(constats), key=lambda constat: (str(constat.chemin), constat.cellule or 0, constat.regle)
    )


def _constats(page: Page, executer: bool, deriver: Derivation | None) -> Iterator[Constat]:
    if page.nature == LECON:
        yield from regles_de_fiche(page)
    yield from regles_de_structure(page)
    yield from regles_de_code(page)
    yield from regles_de_textes(page)
    if page.nature == DEVOIR:
        yield from regles_de_devoir(page)
    if executer:
        # Last: no module of Jupyter is imported when only the text is read.
        from rncp_utils.competences.verification.execution import regles_d_execution, telle_quelle

        yield from regles_d_execution(page, deriver or telle_quelle)


def _accepte(page: Page, constat: Constat) -> bool:
    """Whether the author accepted it, with a reason: in the cell, or for the whole sheet in a comment of the YAML."""
    if not REGLES[constat.regle].acceptable:
        return False
    if constat.cellule is not None:
        return page.cellules[constat.cellule - 1].accepte(constat.regle)
    if page.chemin_fiche is None or constat.chemin != page.chemin_fiche:
        return False
    commentaires = [ligne for ligne in page.chemin_fiche.read_text(encoding="utf-8").splitlines() if "#" in ligne]
    return any(regle == constat.regle for ligne in commentaires for regle, _ in ACCEPTATION.findall(ligne))
