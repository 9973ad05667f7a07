"""Ce qu'un cours garde de ses apprenants, depuis quand, et ce qui a dépassé sa durée."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Assignment, SubmittedAssignment
from sqlalchemy import create_engine, select
from sqlalchemy.exc import SQLAlchemyError

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.grading.carnet import adresse
from rncp_utils.grading.conservation.durees import BROUILLONS, COPIES, PV, Durees
from rncp_utils.referentiel import PREFIXE_ENTRAINEMENT

ETAPES = ("submitted", "autograded", "feedback")
EXPORTS, OBSERVATIONS = "exports", "observations"
LISTES = ("observateurs.csv", "annuaire.json")  # who may observe whom: kept up to date, never a grid
DOCUMENTS_DU_JURY = ("pv", "dossier-jury")
_JOUR_DU_NOM = re.compile(r"_(\d{8})(?=[_.])")


@dataclass(frozen=True)
class Element:
    """Donnée à conserver un temps.

    Attributes
    ----------
    categorie
        « brouillons », « copies » ou « pv ».
    apprenant, devoir
        Vides pour un fichier de la promotion.
    date
        Jour d'où court la durée : remise de la copie, sinon dernière écriture du fichier.
    chemins
        Dossiers et fichiers.
    remise
        Identifiant de la copie dans le carnet de notes ; vide si elle n'y est pas.
    """

    categorie: str
    apprenant: str
    devoir: str
    date: dt.date
    chemins: tuple[Path, ...] = ()
    remise: str = ""

    @property
    def octets(self) -> int:
        """Taille des fichiers."""
        return sum(fichier.lstat().st_size for chemin in self.chemins for fichier in _fichiers(chemin))


def inventorier(cours: Path, url_base: str, durees: Durees, jour: dt.date) -> list[Element]:
    """Données qui, ce jour-là, ont dépassé leur durée : copies, notes, grilles, exports.

    Raises
    ------
    ErreurDonnees
        Le carnet de notes est introuvable ou illisible.
    """
    tous = [*_copies(Path(cours), url_base), *_fichiers_du_cours(Path(cours))]
    echus = [element for element in tous if durees.echeance(element.categorie, element.date) <= jour]
    return sorted(echus, key=lambda e: (e.categorie, e.devoir, e.apprenant, [str(c) for c in e.chemins]))


def _copies(cours: Path, url_base: str) -> Iterator[Element]:
    """Each learner × assignment of the gradebook or of nbgrader's folders."""
    remises = _remises(url_base)
    dossiers: dict[tuple[str, str], list[Path]] = {}
    for etape in ETAPES:
        for dossier in sorted((cours / etape).glob("*/*")):
            if dossier.is_dir() and not dossier.is_symlink():
                dossiers.setdefault((dossier.parent.name, dossier.name), []).append(dossier)
    for cle in sorted(dossiers.keys() | remises.keys()):
        apprenant, devoir = cle
        chemins = tuple(dossiers.get(cle, ()))
        remise, instant = remises.get(cle, ("", None))
        categorie = BROUILLONS if devoir.startswith(PREFIXE_ENTRAINEMENT) else COPIES
        jour = _jour_de_remise(instant, chemins)
        # Neither a date nor a file: nothing says that the time has passed.
        if jour is not None:
            yield Element(categorie, apprenant, devoir, jour, chemins, remise)


def _remises(url_base: str) -> dict[tuple[str, str], tuple[str, dt.datetime | None]]:
    remise, devoir = SubmittedAssignment.__table__, Assignment.__table__
    url = adresse(url_base)
    requete = select(remise.c.student_id, devoir.c.name, remise.c.id, remise.c.timestamp).join(
        devoir, devoir.c.id == remise.c.assignment_id
    )
    moteur = create_engine(url)
    try:
        with moteur.connect() as connexion:
            return {(qui, quoi): (numero, instant) for qui, quoi, numero, instant in connexion.execute(requete)}
    except SQLAlchemyError as erreur:
        raise ErreurDonnees(
            f"Le carnet de notes « {url.database} » est illisible, ou n'est pas de nbgrader : vérifiez son adresse."
        ) from erreur
    finally:
        moteur.dispose()


def _jour_de_remise(instant: dt.datetime | None, chemins: tuple[Path, ...]) -> dt.date | None:
    """The latest date that the copy bears: a copy handed in again starts its time again."""
    jours = [instant.date()] if instant else []
    for chemin in chemins:
        horodatage = chemin / "timestamp.txt"
        if horodatage.is_file():
            lu = re.match(r"\d{4}-\d{2}-\d{2}", horodatage.read_text(encoding="utf-8", errors="replace").strip())
            try:
                jours += [dt.date.fromisoformat(lu.group())] if lu else []
            except ValueError:
                continue
    return max(jours) if jours else max(map(_ecrit_le, chemins), default=None)


def _fichiers_du_cours(cours: Path) -> Iterator[Element]:
    """Exports, and the experts' grids."""
    for fichier in sorted(_fichiers(cours / EXPORTS)):
        du_jury = fichier.name.startswith(DOCUMENTS_DU_JURY)
        yield Element(PV if du_jury else BROUILLONS, "", "", _jour_du_nom(fichier) or _ecrit_le(fichier), (fichier,))
    for fichier in sorted(_fichiers(cours / OBSERVATIONS)):
        if fichier.name not in LISTES:
            yield Element(COPIES, "", "", _ecrit_le(fichier), (fichier,))


def _jour_du_nom(fichier: Path) -> dt.date | None:
    """« pv_2023-S2_20231206_v1.pdf » says its own date, which a copy of the file would lose."""
    lu = _JOUR_DU_NOM.search(fichier.name)
    try:
        return dt.datetime.strptime(lu.group(1), "%Y%m%d").date() if lu else None
    except ValueError:
        return None


def _ecrit_le(chemin: Path) -> dt.date:
    instants = [fichier.lstat().st_mtime for fichier in _fichiers(chemin)] or [chemin.lstat().st_mtime]
    return dt.date.fromtimestamp(max(instants))


def _fichiers(chemin: Path) -> list[Path]:
    if chemin.is_dir() and not chemin.is_symlink():
        return [fichier for fichier in chemin.rglob("*") if not fichier.is_dir()]
    return [chemin] if chemin.exists() else []
