"""Contrôles F01 à F14 d'un fichier des écritures comptables."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

from rncp_utils.entreprise.controles.identites import ALERTE, ANOMALIE, BLOQUANT
from rncp_utils.entreprise.fec import controles_ecritures as ecritures
from rncp_utils.entreprise.fec import controles_lignes as lignes
from rncp_utils.entreprise.fec.ecriture import nom_fec
from rncp_utils.entreprise.fec.format import DATES
from rncp_utils.entreprise.fec.vue import Resultat, Vue
from rncp_utils.entreprise.liasse import siren_valide
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurSchema

_MONTANTS = ("Debit", "Credit")


@dataclass(frozen=True)
class ControleFec:
    """One control: its gravity, what holds when it finds nothing, the fields that it needs."""

    code: str
    gravite: str
    conforme: str
    fonction: Callable[[Vue], Resultat]
    champs: tuple[str, ...] = ()


CONTROLES = (
    ControleFec("F01", BLOQUANT, "les 18 champs sont là, dans l'ordre", lignes.f01),
    ControleFec("F02", BLOQUANT, "les comptes commencent par trois chiffres", lignes.f02, ("CompteNum",)),
    ControleFec("F03", BLOQUANT, "les dates se lisent", lignes.f03, ("EcritureDate",)),
    ControleFec("F04", ANOMALIE, "les écritures sont datées dans l'exercice", lignes.f04, ("EcritureDate",)),
    ControleFec(
        "F05", BLOQUANT, "chaque écriture est équilibrée", ecritures.f05, ("JournalCode", "EcritureNum", *_MONTANTS)
    ),
    ControleFec("F06", BLOQUANT, "le total des débits est celui des crédits", ecritures.f06, _MONTANTS),
    ControleFec("F07", BLOQUANT, "chaque ligne est au débit ou au crédit", lignes.f07, _MONTANTS),
    ControleFec("F08", ANOMALIE, "pièces et libellés sont remplis", lignes.f08),
    ControleFec("F09", ALERTE, "les numéros d'écriture se suivent", ecritures.f09, ("JournalCode", "EcritureNum")),
    ControleFec("F10", ANOMALIE, "les écritures sont validées", lignes.f10, ("EcritureDate", "ValidDate")),
    ControleFec("F11", ALERTE, "les à-nouveaux sont repris", ecritures.f11, ("JournalCode",)),
    ControleFec("F12", BLOQUANT, "aucune écriture de clôture", ecritures.f12, ("CompteNum", *_MONTANTS)),
    ControleFec(
        "F13",
        ALERTE,
        "chaque lettrage est équilibré",
        ecritures.f13,
        ("CompteNum", "CompAuxNum", "EcritureLet", *_MONTANTS),
    ),
    ControleFec("F14", ALERTE, "aucune ligne n'est répétée", ecritures.f14, ecritures.IDENTITE),
)


def controler_fec(
    fec: pd.DataFrame, siren: str | None = None, exercice: tuple[date, date] | None = None
) -> pd.DataFrame:
    """Contrôler un FEC : F01 à F14.

    ====  =========  =================================================================================================
    code  gravité    faute cherchée
    ====  =========  =================================================================================================
    F01   bloquant   champ absent, en trop ou hors de l'ordre légal
    F02   bloquant   compte dont les trois premiers caractères ne sont pas des chiffres
    F03   bloquant   date illisible, ou date d'écriture absente
    F04   anomalie   écriture datée hors de l'exercice
    F05   bloquant   écriture (journal et numéro) dont le débit diffère du crédit
    F06   bloquant   total des débits différent du total des crédits (alors une écriture au moins l'est : F05)
    F07   bloquant   débit et crédit sur la même ligne, ou montant négatif
    F08   anomalie   référence ou date de pièce, libellé d'écriture, de journal ou de compte, code de journal vides
    F09   alerte     rupture dans la suite des numéros d'écriture, ou numéro absent
    F10   anomalie   date de validation absente ou antérieure à l'écriture
    F11   alerte     aucune écriture d'à-nouveaux
    F12   bloquant   écritures de clôture : charges et produits soldés par le compte de résultat
    F13   alerte     lettrage dont le débit diffère du crédit (par compte, auxiliaire et lettre)
    F14   alerte     ligne répétée : même journal, date, compte, auxiliaire, pièce, libellé et montants
    ====  =========  =================================================================================================

    Parameters
    ----------
    fec
        Table rendue par :func:`lire_fec`, jamais modifiée.
    siren
        Neuf chiffres ; un nom de fichier qui n'est pas SIREN + « FEC » + date de clôture donne un avertissement.
    exercice
        Premier et dernier jour de l'exercice ; sans lui, F04 n'est pas contrôlé.

    Returns
    -------
    DataFrame
        Une ligne par contrôle : ``code``, ``gravite`` (bloquant, anomalie, alerte), ``nb`` (nombre de fautes, ``NA``
        si le contrôle n'a pas pu se faire), ``detail`` (phrase avec les premiers exemples).

    Raises
    ------
    ErreurDonnees
        SIREN mal formé, exercice dont la fin précède le début, montants absents.
    ErreurSchema
        Dates ou montants restés en texte : la table ne vient pas de :func:`lire_fec`.

    Source : article A47 A-1 du LPF, VII ; gravités, F09 et F14 : conventions de cours.

    Examples
    --------
    >>> from datetime import date
    >>> from rncp_utils.entreprise import controler_fec, fec_exemple
    >>> controles = controler_fec(fec_exemple(400), exercice=(date(2024, 1, 1), date(2024, 12, 31)))
    >>> int(controles["nb"].sum())
    0
    """
    _verifier_types(fec)
    _verifier_demande(fec, siren, exercice)
    vue = Vue(fec, exercice)
    table = [(controle.code, controle.gravite, *_passer(controle, vue)) for controle in CONTROLES]
    return pd.DataFrame(table, columns=["code", "gravite", "nb", "detail"]).astype({"nb": "Int64"})


def _passer(controle: ControleFec, vue: Vue) -> tuple[int | None, str]:
    if absents := [champ for champ in controle.champs if champ not in vue.fec]:
        return None, f"Non contrôlé : champ {', '.join(absents)} absent."
    resultat = controle.fonction(vue)
    return resultat.nb, resultat.detail or f"Conforme : {controle.conforme}."


def _verifier_types(fec: pd.DataFrame) -> None:
    for champ in fec.columns.intersection([*DATES, *_MONTANTS]):
        attendu = "dates" if champ in DATES else "montants"
        juste = is_datetime64_any_dtype if champ in DATES else is_numeric_dtype
        if not juste(fec[champ]):
            raise ErreurSchema(f"La colonne {champ} ne contient pas des {attendu} : lisez le fichier avec lire_fec.")


def _verifier_demande(fec: pd.DataFrame, siren: str | None, exercice: tuple[date, date] | None) -> None:
    if exercice is not None and exercice[0] > exercice[1]:
        debut, fin = exercice
        raise ErreurDonnees(f"L'exercice finit le {fin:%d/%m/%Y}, avant son début le {debut:%d/%m/%Y} : corrigez-le.")
    if siren is None:
        return
    if not siren_valide(siren):
        raise ErreurDonnees(f"Le SIREN « {siren} » n'est pas valide : neuf chiffres dont une clé de contrôle.")
    nom = str(fec.attrs.get("fichier", ""))
    cloture = f"{exercice[1]:%Y%m%d}" if exercice else "[0-9]{8}"
    if nom and not re.fullmatch(rf"{siren}FEC{cloture}(\.\w+)?", nom):
        attendu = nom_fec(siren, exercice[1]) if exercice else f"{siren}FECAAAAMMJJ.txt"
        warnings.warn(
            f"Le fichier s'appelle « {nom} » ; le nom légal est « {attendu} ».", AvertissementDonnees, stacklevel=3
        )
