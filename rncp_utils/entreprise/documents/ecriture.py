"""Une liasse écrite en CSV ou en classeur, telle que :func:`lire_document` la relit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rncp_utils.entreprise.codes import BNC, codes_connus, libelle, postes
from rncp_utils.entreprise.documents.formulaire_2035 import lignes_2035
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.fichiers import ecrire_texte, ecriture_atomique

_EN_TETE = ("Code", "Libellé", "Montant", "Montant N-1")
# What makes a spreadsheet run a text as a formula.
_FORMULES = ("=", "+", "-", "@", "\t", "\r", "'")


def ecrire_liasse_csv(liasse: Liasse, chemin: Path | str) -> None:
    """Écrire une liasse en CSV pour un tableur français : UTF-8 avec BOM, « ; », virgule décimale.

    L'identité d'abord, puis une ligne par code dans l'ordre du formulaire. Un fichier existant est remplacé une fois
    l'écriture finie.
    """
    tampon = io.StringIO()
    ecrivain = csv.writer(tampon, delimiter=";", lineterminator="\r\n")
    ecrivain.writerows([[_texte(cellule) for cellule in rangee] for rangee in _rangees(liasse)])
    ecrire_texte(Path(chemin), "\ufeff" + tampon.getvalue())


def ecrire_liasse_xlsx(liasse: Liasse, chemin: Path | str) -> None:
    """Écrire une liasse en classeur .xlsx d'une feuille ; mêmes lignes que :func:`ecrire_liasse_csv`."""
    # Imported here: reading and writing CSV needs no workbook library.
    from openpyxl import Workbook

    classeur = Workbook()
    feuille = classeur.active
    feuille.title = "Liasse"
    for numero, rangee in enumerate(_rangees(liasse), start=1):
        for rang, valeur in enumerate(rangee, start=1):
            cellule = feuille.cell(numero, rang)
            cellule.value = _proteger(valeur) if isinstance(valeur, str) else valeur
    with ecriture_atomique(Path(chemin)) as temporaire:
        classeur.save(temporaire)


def _rangees(liasse: Liasse) -> Iterable[tuple[Any, ...]]:
    identite = {
        "SIREN": liasse.siren,
        "Dénomination": liasse.denomination,
        "Forme juridique": liasse.forme_juridique,
        "Date de clôture": f"{liasse.date_cloture:%d/%m/%Y}" if liasse.date_cloture else "",
        "Durée (mois)": str(liasse.duree_mois),
        "Régime": liasse.regime,
    }
    yield from ((champ, valeur) for champ, valeur in identite.items() if valeur)
    yield ()
    imprimees = liasse.valeurs_n1
    yield _EN_TETE if imprimees is not None else _EN_TETE[:-1]
    for code in _ordre(liasse):
        montants = (liasse.valeurs.get(code),) + (() if imprimees is None else (imprimees.get(code),))
        yield (code, _libelle(code, liasse.regime), *montants)


def _ordre(liasse: Liasse) -> list[str]:
    """Codes of the liasse in the order of the form, a depreciation after its gross amount, others at the end."""
    if liasse.regime == BNC:
        ordre = list(lignes_2035())
    else:
        ordre = [code for p in postes(liasse.regime).values() for code in (p.code, p.amortissement) if code]
        ordre += sorted(codes_connus(liasse.regime) - set(ordre))
    presents = {*liasse.valeurs, *(liasse.valeurs_n1 or {})}
    return [code for code in ordre if code in presents] + sorted(presents - set(ordre))


def _libelle(code: str, regime: str) -> str:
    if regime == BNC:
        return lignes_2035()[code].libelle if code in lignes_2035() else code
    return libelle(code, regime)


def _texte(cellule: Any) -> str:
    if cellule is None:
        return ""
    if isinstance(cellule, str):
        return _proteger(cellule)
    texte = f"{cellule:.12f}".rstrip("0").rstrip(".") if isinstance(cellule, float) else str(cellule)
    entier, virgule, decimales = texte.partition(".")
    # Three decimals would read as a group of thousands.
    return f"{entier},{decimales}{'0' * (len(decimales) == 3)}" if virgule else entier


def _proteger(texte: str) -> str:
    return f"'{texte}" if texte.startswith(_FORMULES) else texte
