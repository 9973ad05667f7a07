"""Du FEC à la balance des comptes."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rncp_utils.entreprise.fec.valeurs import additionner, centimes, en_arrow, grouper, numeroter
from rncp_utils.erreurs import ErreurSchema

# Codes and words, without accents, spaces or punctuation, under which software names the opening journal.
_CODES_AN = {"AN", "ANO", "ANX", "ANOU", "ANOUV", "ANOUVEAU", "ANOUVEAUX", "RAN", "OUV", "REPAN"}
_MOTS_AN = ("ANOUVEAU", "JOURNALDOUVERTURE", "BILANDOUVERTURE", "REPRISEDESSOLDES", "SOLDESDOUVERTURE")
_LIBELLE_AN = r"(?i)^(écritures? d'|solde )?[aà][ -]?nouveau|^reprise des soldes|^(solde|bilan|balance)s? d'ouverture"


def a_nouveaux(fec: pd.DataFrame) -> np.ndarray:
    """Lignes de reprise des soldes d'ouverture : par le journal, à défaut par le libellé d'écriture."""
    lignes = np.zeros(len(fec), dtype=bool)
    for champ in ("JournalCode", "JournalLib"):
        if champ in fec:
            codes, textes = numeroter(fec[champ])
            nets = [_sans_accents(texte) for texte in textes.to_pylist()]
            lignes |= np.array([net in _CODES_AN or any(mot in net for mot in _MOTS_AN) for net in nets], dtype=bool)[
                codes
            ]
    if not lignes.any() and "EcritureLib" in fec:
        lignes = pc.match_substring_regex(en_arrow(fec["EcritureLib"]), _LIBELLE_AN).to_numpy(zero_copy_only=False)
    return lignes


def _sans_accents(texte: str) -> str:
    decompose = unicodedata.normalize("NFD", texte)
    return "".join(lettre for lettre in decompose if lettre.isalnum()).upper()


def balance(fec: pd.DataFrame, *, avec_a_nouveaux: bool = True, auxiliaires: bool = False) -> pd.DataFrame:
    """Balance des comptes d'un FEC.

    Parameters
    ----------
    fec
        Table rendue par :func:`lire_fec`, jamais modifiée.
    avec_a_nouveaux
        Compter les reprises de soldes d'ouverture ; sans elles, la balance est celle des mouvements de l'exercice.
    auxiliaires
        Détailler chaque compte par auxiliaire (client, fournisseur) : colonnes ``auxiliaire`` et
        ``libelle_auxiliaire`` en plus. :func:`liasse_depuis_balance` s'en sert pour ne pas compenser un client
        créditeur avec les autres.

    Returns
    -------
    DataFrame
        ``compte``, ``libelle`` (le premier rencontré), ``debit``, ``credit``, ``solde`` (débit − crédit), en euros,
        dans l'ordre des comptes. Les sommes sont faites en centimes entiers.

    Raises
    ------
    ErreurSchema
        Il manque un champ au FEC.

    Examples
    --------
    >>> from rncp_utils.entreprise import balance, fec_exemple
    >>> comptes = balance(fec_exemple(400)).set_index("compte")
    >>> float(comptes.loc["681120", "solde"]), round(float(comptes["solde"].sum()), 2)
    (6000.0, 0.0)
    """
    attendus = ["CompteNum", "CompteLib", "Debit", "Credit", *(["CompAuxNum", "CompAuxLib"] if auxiliaires else [])]
    if absents := [champ for champ in attendus if champ not in fec]:
        raise ErreurSchema(f"Le FEC n'a pas de champ {', '.join(absents)} : la balance ne peut pas s'établir.")
    if not avec_a_nouveaux:
        fec = fec[~a_nouveaux(fec)]
    codes, comptes = numeroter(fec["CompteNum"])
    cles = [("compte", codes, comptes)]
    libelles = {"libelle": "CompteLib"}
    if auxiliaires:
        tiers, noms = numeroter(fec["CompAuxNum"])
        cles.append(("auxiliaire", tiers, noms))
        libelles["libelle_auxiliaire"] = "CompAuxLib"
        codes = codes * max(len(noms), 1) + tiers
    groupes, premiers = grouper(codes)
    colonnes = {nom: valeurs.take(pa.array(rangs[premiers])).to_pandas() for nom, rangs, valeurs in cles}
    colonnes |= {nom: fec[champ].iloc[premiers].astype("str").to_numpy() for nom, champ in libelles.items()}
    debit, credit = (additionner(groupes, len(premiers), centimes(fec[champ])) for champ in ("Debit", "Credit"))
    colonnes |= {"debit": debit / 100, "credit": credit / 100, "solde": (debit - credit) / 100}
    table = pd.DataFrame(colonnes).sort_values([nom for nom, *_ in cles], ignore_index=True)
    ordre = ["compte", "auxiliaire", "libelle", "libelle_auxiliaire", "debit", "credit", "solde"]
    return table[[colonne for colonne in ordre if colonne in table]]
