"""Règles que toute option de garantie doit respecter, et ce qu'il faut savoir d'elle."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from rncp_utils.credit.garanties.catalogue import IMMOBILIERE
from rncp_utils.credit.garanties.caution import MANIFESTE, VIGILANCE
from rncp_utils.credit.garanties.couverture import CLE
from rncp_utils.credit.garanties.dossier import DIRIGEANT, EI, Dossier
from rncp_utils.parametres import parametre

CAUTION, RENONCIATION, BPIFRANCE = "caution_personnelle", "ei_renonciation", "bpifrance"


class Regle(NamedTuple):
    """``lignes`` tells the sureties at fault; an option that holds one has the alert."""

    interdit: bool
    message: str
    lignes: Callable[[pd.DataFrame, Dossier], pd.Series]


def _avec_bpifrance(t: pd.DataFrame) -> pd.Series:
    return (t["code"] == BPIFRANCE).groupby(t[CLE]).transform("any")


def _caution_totale(t: pd.DataFrame) -> pd.Series:
    return t["montant"].where(t["code"] == CAUTION, 0.0).groupby(t[CLE]).transform("sum")


def _trop_de_caution(t: pd.DataFrame, d: Dossier) -> pd.Series:
    maximum = parametre("garanties.bpifrance_caution_maximale", d.date) * d.montant
    return _avec_bpifrance(t) & (_caution_totale(t) > maximum)


def _residence(t: pd.DataFrame) -> pd.Series:
    return (t["famille"] == IMMOBILIERE) & (t["residence_principale"] == True)  # noqa: E712 (missing is no)


def _sans_conjoint(t: pd.DataFrame, _d: Dossier) -> pd.Series:
    return (t["code"] == CAUTION) & (t["regime"] == "communaute") & (t["consentement"] != True)  # noqa: E712


REGLES = (
    Regle(
        True,
        "un entrepreneur individuel ne peut pas cautionner sa propre dette (C. com., art. L526-22) : demandez sa"
        " renonciation (art. L526-25), un tiers ou le conjoint",
        lambda t, d: (t["code"] == CAUTION) & (t["lien"] == DIRIGEANT) & (d.forme == EI),
    ),
    Regle(
        True,
        "la renonciation de l'article L526-25 est propre à l'entrepreneur individuel",
        lambda t, d: (t["code"] == RENONCIATION) & (d.forme != EI),
    ),
    Regle(
        True,
        "une garantie prend fin avant le crédit : sa durée doit être au moins celle du crédit",
        lambda t, d: t["duree_mois"] < d.duree_mois,
    ),
    Regle(
        True,
        "à côté d'une garantie Bpifrance, la caution ne dépasse pas la moitié du crédit (de mémoire, à vérifier)",
        _trop_de_caution,
    ),
    Regle(
        True,
        "pas d'hypothèque sur la résidence principale avec la garantie création de Bpifrance (de mémoire, à vérifier)",
        lambda t, d: _residence(t) & _avec_bpifrance(t) & (d.objet == "creation"),
    ),
    Regle(
        True,
        "l'hypothèque légale du prêteur de deniers ne garantit que l'achat d'un immeuble existant",
        lambda t, d: (t["code"] == "hyp_legale_preteur_deniers") & (d.bien != "immeuble_existant"),
    ),
    Regle(
        True,
        "la quotité dépasse celle que l'organisme accorde",
        lambda t, d: t["quotite"] > t["quotite_max"],
    ),
    Regle(
        False,
        "caution manifestement disproportionnée selon le repère du cours : le juge peut la réduire (C. civ., 2300)",
        lambda t, d: t["niveau"] == MANIFESTE,
    ),
    Regle(
        False,
        "engagement personnel élevé pour celui qui le donne : fiche patrimoniale à détailler",
        lambda t, d: t["niveau"] == VIGILANCE,
    ),
    Regle(
        False,
        "caution mariée en communauté : sans le consentement exprès du conjoint, les biens communs échappent (C. civ.,"
        " art. 1415)",
        _sans_conjoint,
    ),
    Regle(
        False,
        "renonciation : sept jours francs de réflexion après la demande écrite, trois avec la mention manuscrite",
        lambda t, d: t["code"] == RENONCIATION,
    ),
    Regle(
        False,
        "l'inscription se périme avant la fin du crédit : prévoyez son renouvellement",
        lambda t, d: t["duree_max_mois"] < d.duree_mois,
    ),
    Regle(
        False,
        "la résidence principale de l'entrepreneur individuel est insaisissable : l'hypothèque suppose qu'il y renonce"
        " (C. com., art. L526-1 et L526-3)",
        lambda t, d: _residence(t) & (d.forme == EI),
    ),
    Regle(
        False,
        "au-delà de la délégation, Bpifrance décide au cas par cas : comptez son délai",
        lambda t, d: (t["code"] == BPIFRANCE) & (d.montant > parametre("garanties.bpifrance_delegation", d.date)),
    ),
)


def alertes_des_options(lignes: pd.DataFrame, d: Dossier, options: pd.Index) -> pd.DataFrame:
    """``admise`` (no rule forbids), ``nombre`` of alerts and their text, one row an option."""
    rangs = options.get_indexer(lignes[CLE])
    admise, nombre = np.ones(len(options), dtype=bool), np.zeros(len(options), dtype="int64")
    textes = pd.Series("", index=options, dtype="str")
    for regle in REGLES:
        fautives = regle.lignes(lignes, d).fillna(False).to_numpy(dtype=bool)
        touchees = np.bincount(rangs[fautives], minlength=len(options)) > 0
        nombre += touchees
        if regle.interdit:
            admise &= ~touchees
        phrase = ("Interdit : " if regle.interdit else "À savoir : ") + regle.message + "."
        textes = textes.where(~touchees, textes + "\n" + phrase)
    return pd.DataFrame({"admise": admise, "nombre": nombre, "alertes": textes}, index=options)
