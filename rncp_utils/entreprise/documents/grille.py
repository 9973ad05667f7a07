"""Cells of a CSV text or of a workbook, row by row, with limits: a liasse is a small document."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rncp_utils.entreprise.documents.montants import FORMULE_NON_CALCULEE, Cellule
from rncp_utils.entreprise.documents.refus import TAILLE_MAX, refuser
from rncp_utils.erreurs import ErreurDonnees

LIGNE_MAX = 1024 * 1024
LIGNES_MAX = 100_000
COLONNES_MAX = 100
SEPARATEURS = (";", "\t", ",", "|")
ENCODAGES_ADMIS = "UTF-8, Windows-1252 ou ISO-8859-15"
_L = r"[^\W\d_]"
# What the accents of mac_roman, cp437 or cp850 become in cp1252: symbols against a letter (ˆ is a word, « à », of
# mac_roman), marks inside a word, capitals after a small letter. Škoda, BŒUF, « 5 ‰ » and l’œil remain.
_MAL_DECODE = re.compile(rf"ˆ|{_L}[‚„†‡‰ƒ]|[‚„†‡‰ƒ]{_L}|{_L}[“”‹›™][a-z]|[a-zß-ÿ][ŽŠŒÕ]")


@dataclass(frozen=True)
class Rangee:
    """One row: where it stands (« ligne 12 », « feuille 2052, ligne 12 ») and its cells."""

    lieu: str
    cellules: tuple[Cellule, ...]


def lire_texte(chemin: Path) -> str:
    """Text of a small document, whatever its usual French encoding.

    Raises
    ------
    ErreurDonnees
        Binary content, UTF-16, a Macintosh or DOS encoding, a line of more than 1 MB (nothing beyond it is read), more
        than 100,000 lines.
    """
    lignes = []
    with chemin.open("rb") as flux:
        while ligne := flux.readline(LIGNE_MAX + 1):
            if len(ligne) > LIGNE_MAX or len(lignes) == LIGNES_MAX:
                raise refuser(
                    chemin,
                    f"a une ligne de plus de {LIGNE_MAX // 1024**2} Mo ou plus de {LIGNES_MAX} lignes",
                    "ce n'est pas une liasse : vérifiez que c'est le bon document",
                )
            lignes.append(ligne)
    octets = b"".join(lignes)
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuser(chemin, "est encodé en UTF-16", f"réenregistrez-le en {ENCODAGES_ADMIS}")
    if b"\0" in octets:
        raise refuser(chemin, "contient des octets qui ne sont pas du texte", "demandez un export CSV, XLSX ou XML")
    return _decoder(octets, chemin).replace("\r\n", "\n").replace("\r", "\n")


def _decoder(octets: bytes, chemin: Path) -> str:
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # Only Windows-1252 puts letters between 0x80 and 0x9F; without them, ISO-8859-15 reads the euro sign and œ right.
    encodage = "cp1252" if any(0x80 <= octet <= 0x9F for octet in set(octets)) else "iso-8859-15"
    conseil = f"réenregistrez-le en {ENCODAGES_ADMIS}"
    try:
        texte = octets.decode(encodage)
    except UnicodeDecodeError:
        raise refuser(chemin, "a un encodage que je ne reconnais pas", conseil) from None
    if faute := _MAL_DECODE.search(texte):
        debut = re.split(r"[\s;,|\"]", texte[max(0, faute.start() - 20) : faute.start()])[-1]
        fin = re.split(r"[\s;,|\"]", texte[faute.end() : faute.end() + 20])[0]
        mot = f"{debut}{faute[0]}{fin}"
        raise refuser(chemin, f"a un encodage que je ne reconnais pas (Macintosh ou DOS : j'y lis « {mot} »)", conseil)
    return texte


def rangees_csv(texte: str, chemin: Path, codes: frozenset[str]) -> list[Rangee]:
    """Rows of a CSV text; the separator is the one that shows the most known codes alone in a cell."""
    candidats = [_decouper(texte, separateur) for separateur in SEPARATEURS]
    rangees = max(candidats, key=lambda lues: _codes_vus(lues, codes))
    if not _codes_vus(rangees, codes):
        raise refuser(
            chemin,
            "ne contient aucun code de liasse (FL, DL, 210…) dans une colonne",
            "donnez un tableau avec une colonne de codes et une colonne de montants",
        )
    return rangees


def _decouper(texte: str, separateur: str) -> list[Rangee]:
    # A stray quote makes a reader swallow the rest of the file: where quotes do not pair up, they are plain characters.
    for citation in ({"strict": True}, {"quoting": csv.QUOTE_NONE}):
        lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=separateur, **citation)
        try:
            return [Rangee(f"ligne {lecteur.line_num}", tuple(cellules)) for cellules in lecteur]
        except csv.Error:
            continue
    return []


def _codes_vus(rangees: list[Rangee], codes: frozenset[str]) -> int:
    return sum(any(str(cellule).strip().upper() in codes for cellule in r.cellules) for r in rangees)


def rangees_xlsx(chemin: Path) -> list[Rangee]:
    """Rows of all the sheets of a workbook, values and not formulas."""
    _verifier_archive(chemin)
    # Imported here: a CSV file needs no workbook library.
    from openpyxl import load_workbook

    try:
        # Opened here because openpyxl judges a path by its extension; its remarks on styles are nobody's concern.
        with chemin.open("rb") as flux, warnings.catch_warnings(action="ignore"):
            return _rangees_du_classeur(partial(load_workbook, flux, read_only=True), chemin)
    except ErreurDonnees:
        raise
    except Exception as erreur:  # openpyxl lets any error of a broken archive through
        raise refuser(
            chemin, "est un classeur endommagé", "ouvrez-le dans un tableur et enregistrez-le de nouveau"
        ) from erreur


def _rangees_du_classeur(ouvrir: Callable[..., Any], chemin: Path) -> list[Rangee]:
    """Rows that are not empty; a formula without a stored result is told apart from an empty cell."""
    rangees: list[Rangee] = []
    limites = {"max_col": COLONNES_MAX, "values_only": True}
    with closing(ouvrir(data_only=True)) as valeurs, closing(ouvrir()) as formules:
        for feuille in valeurs.worksheets:
            paires = zip(feuille.iter_rows(**limites), formules[feuille.title].iter_rows(**limites), strict=True)
            for numero, (lues, sources) in enumerate(paires, start=1):
                cellules = tuple(map(_contenu, lues, sources))
                if any(cellule is not None for cellule in cellules):
                    rangees.append(Rangee(f"feuille « {feuille.title} », ligne {numero}", cellules))
                if len(rangees) > LIGNES_MAX:
                    raise refuser(
                        chemin, f"a plus de {LIGNES_MAX} lignes", "ce n'est pas une liasse : vérifiez le document"
                    )
    if not rangees:
        raise refuser(chemin, "est un classeur sans rien d'écrit", "demandez-en un nouvel export")
    return rangees


def _contenu(valeur: Any, source: Any) -> Cellule:
    if valeur is None and isinstance(source, str) and source.startswith("="):
        return FORMULE_NON_CALCULEE
    return valeur.date() if isinstance(valeur, dt.datetime) else valeur


def _verifier_archive(chemin: Path) -> None:
    try:
        with zipfile.ZipFile(chemin) as archive:
            noms = set(archive.namelist())
            volume = sum(membre.file_size for membre in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        raise refuser(chemin, "est une archive ou un classeur endommagé", "demandez-en un nouvel export") from None
    if "xl/workbook.xml" not in noms:
        raise refuser(
            chemin,
            "est une archive et non un classeur .xlsx",
            "sortez le document de l'archive, ou enregistrez le classeur en .xlsx",
        )
    if volume > TAILLE_MAX:
        raise refuser(
            chemin,
            f"se déploie en {volume // 1024**2} Mo, plus que les {TAILLE_MAX // 1024**2} Mo admis",
            "vérifiez que c'est le bon document",
        )
