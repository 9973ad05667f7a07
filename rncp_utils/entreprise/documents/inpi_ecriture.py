"""Writing liasses as INPI "bilans saisis", for exercises and round trips."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from rncp_utils.entreprise.codes import postes
from rncp_utils.entreprise.documents.inpi_format import (
    ESPACE_DE_NOMS,
    PAGES_DES_ANNEXES_SIMPLIFIEES,
    TYPE_DU_REGIME,
    Emplacement,
    emplacements,
)
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.erreurs import ErreurListe
from rncp_utils.fichiers import ecrire_texte

CHIFFRES = 15
# XML 1.0 has no way to write these.
_INTERDITS = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLONNES = ("m1", "m2", "m3", "m4")


def ecrire_inpi(liasses: Liasse | Iterable[Liasse], chemin: Path | str) -> None:
    """Écrire des liasses au format des bilans saisis de l'INPI (type C ou S), d'un seul coup.

    :func:`lire_bilan_inpi` relit les mêmes codes, montants, dates, durées et noms. Ce que le format n'a pas (forme
    juridique, comptes de détail comme ``c775``) n'est pas écrit ; la colonne N-1 de l'actif l'est en net.

    Parameters
    ----------
    liasses : Liasse, ou suite de Liasse
        Régimes RN ou RS, montants en euros entiers.
    chemin : Path ou str
        Fichier à écrire ; un fichier existant est remplacé une fois l'écriture finie.

    Raises
    ------
    ErreurListe
        Une 2035, une date de clôture absente, un montant qui n'est pas entier ou dépasse 15 chiffres.
    """
    liasses = [liasses] if isinstance(liasses, Liasse) else list(liasses)
    fautes = [faute for liasse in liasses for faute in _fautes(liasse)]
    if fautes or not liasses:
        raise ErreurListe("Ces liasses ne peuvent pas être écrites au format de l'INPI :", fautes or ["aucune liasse"])
    lignes = ['<?xml version="1.0" encoding="UTF-8"?>', f'<bilans version="1.1" xmlns="{ESPACE_DE_NOMS}">']
    for liasse in liasses:
        lignes += _bilan(liasse)
    ecrire_texte(Path(chemin), "\n".join([*lignes, "</bilans>", ""]))


def _fautes(liasse: Liasse) -> Iterable[str]:
    nom = liasse.denomination or liasse.siren or "liasse sans nom"
    if liasse.regime not in TYPE_DU_REGIME:
        yield f"{nom} : le format n'a pas de déclaration {liasse.regime}"
        return
    if liasse.date_cloture is None:
        yield f"{nom} : date de clôture absente"
    for colonne in (liasse.valeurs, liasse.valeurs_n1 or {}):
        for code, montant in colonne.items():
            if int(montant) != montant or abs(montant) >= 10**CHIFFRES:
                yield f"{nom} : le code {code} vaut {montant}, arrondissez-le à l'euro"


def _bilan(liasse: Liasse) -> list[str]:
    identite = {
        "siren": liasse.siren,
        "date_cloture_exercice": f"{liasse.date_cloture:%Y%m%d}",
        "duree_exercice_n": f"{liasse.duree_mois:02d}",
        "code_motif": "00",
        "code_type_bilan": TYPE_DU_REGIME[liasse.regime],
        "code_devise": "EUR",
        "code_confidentialite": liasse.confidentialite,
        "denomination": liasse.denomination,
    }
    champs = [f"<{nom}>{escape(_INTERDITS.sub(' ', texte))}</{nom}>" for nom, texte in identite.items()]
    return ["<bilan>", "<identite>", *champs, "</identite>", "<detail>", *_pages(liasse), "</detail>", "</bilan>"]


def _pages(liasse: Liasse) -> Iterable[str]:
    pages: dict[int, list[str]] = {}
    for code, place in emplacements(liasse.regime).items():
        montants = _montants(liasse, place)
        if montants:
            attributs = " ".join(
                f"{colonne}={quoteattr(montants[colonne])}" for colonne in _COLONNES if colonne in montants
            )
            page = place.pages[0] if place.pages else PAGES_DES_ANNEXES_SIMPLIFIEES[code]
            pages.setdefault(page, []).append(f'<liasse code="{code}" {attributs}/>')
    for numero, lignes in sorted(pages.items()):
        yield f'<page numero="{numero:02d}">'
        yield from lignes
        yield "</page>"


def _montants(liasse: Liasse, place: Emplacement) -> dict[str, str]:
    """Columns of a row that are filled, padded with zeros."""
    lus = {colonne: liasse.valeurs[case] for colonne, case in place.colonnes if case in liasse.valeurs}
    imprimees = liasse.valeurs_n1 or {}
    for colonne, case in place.n1:
        poste = postes(liasse.regime)[case]
        if case in imprimees:
            lus[colonne] = imprimees[case] - imprimees.get(poste.amortissement, 0)
    return {colonne: f"{int(montant):0{CHIFFRES + (montant < 0)}d}" for colonne, montant in lus.items()}
