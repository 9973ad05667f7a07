"""Writing documents: one name a kind, a cohort and a day, a new version each time; all of them or none."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.fichiers import ecriture_atomique
from rncp_utils.grading.documents.document import Document
from rncp_utils.grading.documents.pdf import SANS_CHROMIUM, Imprimante, chromium
from rncp_utils.grading.mentions import mentions
from rncp_utils.referentiel import Referentiel, Regles
from rncp_utils.tableurs import Feuille, ecrire_csv_fr, ecrire_xlsx, ecriture_expliquee

Suivi = Callable[[int, int, str], None]


@dataclass
class Ecrits:
    """What was written, and what the reader must know of it (no PDF, for instance)."""

    fichiers: list[Path] = field(default_factory=list)
    remarques: list[str] = field(default_factory=list)


def ecrire_documents(
    documents: Iterable[Document],
    sortie: Path,
    *,
    promotion: str,
    edite_le: dt.date,
    referentiel: Referentiel,
    regles: Regles,
    pdf: bool = True,
    suivi: Suivi | None = None,
) -> Ecrits:
    """Écrit chaque document : page HTML, PDF si Chromium est là, classeur et CSV s'il a des tableaux.

    Un document déjà écrit le même jour n'est pas remplacé : la version suivante est écrite à côté.

    Raises
    ------
    ErreurRncp
        Un fichier ne peut pas être écrit ; ceux de cet appel sont ôtés.
    """
    documents = list(documents)
    ecrits = Ecrits()
    if pdf and chromium() is None:
        ecrits.remarques.append(SANS_CHROMIUM)
        pdf = False
    try:
        for rang, document in enumerate(documents, 1):
            base = _nom_libre(Path(sortie), document, promotion, edite_le)
            for chemin in _ecrire(document, base, edite_le, referentiel, regles):
                ecrits.fichiers.append(chemin)
            if suivi:
                suivi(rang, len(documents), document.titre)
        if pdf:
            _imprimer(documents, ecrits, suivi)
    except BaseException:
        for chemin in ecrits.fichiers:
            with suppress(OSError):
                chemin.unlink()
        raise
    return ecrits


def _nom_libre(sortie: Path, document: Document, promotion: str, edite_le: dt.date) -> Path:
    """Path without extension: ``pv_promo-2023_20261123_v2``."""
    parties = filter(None, [document.type, simple(document.qui), simple(promotion)])
    racine = f"{'_'.join(parties)}_{edite_le:%Y%m%d}"
    motif = re.compile(rf"{re.escape(racine)}_v(\d+)\b")
    noms = [chemin.name for chemin in sortie.glob(f"{racine}_v*")] if sortie.exists() else []
    versions = [int(trouve[1]) for nom in noms if (trouve := motif.match(nom))]
    return sortie / f"{racine}_v{max(versions, default=0) + 1}"


def simple(texte: str) -> str:
    """Text that any file system takes as a part of a name."""
    ascii_ = unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.]+", "-", ascii_).strip("-.")


def _ecrire(
    document: Document, base: Path, edite_le: dt.date, referentiel: Referentiel, regles: Regles
) -> Iterator[Path]:
    chemin = base.with_name(f"{base.name}.html")
    with ecriture_expliquee(chemin) as temporaire:
        temporaire.write_text(document.html, encoding="utf-8", newline="\n")
    yield chemin
    if not document.tableaux:
        return
    chemin = base.with_name(f"{base.name}.xlsx")
    lignes = pd.DataFrame(mentions(referentiel, regles, edite_le).items(), columns=["Rubrique", "Contenu"])
    lisez_moi = Feuille(lignes, largeurs={"Rubrique": 26, "Contenu": 110}, filtre=False)
    ecrire_xlsx({"Lisez-moi": lisez_moi} | {tableau.nom: tableau.feuille() for tableau in document.tableaux}, chemin)
    yield chemin
    if document.csv:
        for tableau in document.tableaux:
            suffixe = "" if len(document.tableaux) == 1 else f"_{simple(tableau.nom).lower()}"
            chemin = base.with_name(f"{base.name}{suffixe}.csv")
            ecrire_csv_fr(tableau.csv(), chemin)
            yield chemin


def _imprimer(documents: list[Document], ecrits: Ecrits, suivi: Suivi | None) -> None:
    """PDF of each page, with one browser; if it fails, the pages stay and the reason is told."""
    pages = [chemin for chemin in ecrits.fichiers if chemin.suffix == ".html"]
    try:
        with Imprimante() as imprimante:
            for rang, (document, page) in enumerate(zip(documents, pages, strict=True), 1):
                contenu = imprimante.pdf(document.html)
                with ecriture_atomique(page.with_suffix(".pdf")) as temporaire:
                    temporaire.write_bytes(contenu)
                ecrits.fichiers.append(page.with_suffix(".pdf"))
                if suivi:
                    suivi(rang, len(documents), f"{document.titre} (PDF)")
    except ErreurRncp as erreur:
        ecrits.remarques.append(str(erreur))
