"""Controls of a FEC that look at each line by itself: F01 to F04, F07, F08, F10."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rncp_utils.entreprise.fec.format import CHAMPS, CHAMPS_TRESORERIE, DATES
from rncp_utils.entreprise.fec.valeurs import ILLISIBLE
from rncp_utils.entreprise.fec.vue import Resultat, Vue, est_vide, lignes_fautives

# Mandatory texts and dates that no other control looks at.
_OBLIGATOIRES = ("JournalCode", "JournalLib", "CompteLib", "PieceRef", "PieceDate", "EcritureLib")


def f01(vue: Vue) -> Resultat:
    """Fields absent, unknown, out of order."""
    lus = [champ for champ in vue.fec.columns if champ != ILLISIBLE]
    absents = [champ for champ in CHAMPS if champ not in lus]
    de_trop = [str(champ) for champ in lus if champ not in (*CHAMPS, *CHAMPS_TRESORERIE)]
    legaux = [champ for champ in (*CHAMPS, *CHAMPS_TRESORERIE) if champ in lus]
    ecarts = (("champs absents", absents), ("champs en trop", de_trop))
    fautes = [f"{nom} : {', '.join(champs)}" for nom, champs in ecarts if champs]
    desordre = [champ for champ in lus if champ in legaux] != legaux
    if desordre:
        fautes.append(f"les champs ne sont pas dans l'ordre légal, qui est {', '.join(legaux)}")
    detail = f"{' ; '.join(fautes)}." if fautes else ""
    return Resultat(len(absents) + len(de_trop) + desordre, detail[:1].upper() + detail[1:])


def f02(vue: Vue) -> Resultat:
    """Accounts that do not begin with three digits."""
    codes, comptes = vue.comptes
    faux = ~pc.match_substring_regex(comptes, "^[0-9]{3}").to_numpy(zero_copy_only=False)
    if not faux.any():
        return Resultat()
    exemple = comptes.filter(pa.array(faux))[0].as_py()
    return lignes_fautives(vue, faux[codes], "Comptes sans trois chiffres au début", f"dont « {exemple} »")


def f03(vue: Vue) -> Resultat:
    """Dates that could not be read, and entries without a date."""
    if ILLISIBLE not in vue.fec:
        return lignes_fautives(vue, vue.fec["EcritureDate"].isna().to_numpy(), "Dates d'écriture absentes")
    lues = vue.fec[ILLISIBLE].notna().to_numpy()
    fautives = lues | vue.fec["EcritureDate"].isna().to_numpy()
    exemple = vue.fec[ILLISIBLE].iloc[np.flatnonzero(lues)[0]] if lues.any() else ""
    return lignes_fautives(vue, fautives, "Dates illisibles ou absentes", f"attendu AAAAMMJJ, lu {exemple}")


def f04(vue: Vue) -> Resultat:
    """Entries dated out of the year."""
    if vue.exercice is None:
        return Resultat(None, "Non contrôlé : indiquez le premier et le dernier jour de l'exercice.")
    debut, fin = (np.datetime64(jour, "s") for jour in vue.exercice)
    dates = vue.fec["EcritureDate"].to_numpy()
    hors = (dates < debut) | (dates >= fin + np.timedelta64(1, "D"))
    return lignes_fautives(vue, hors, f"Écritures hors de l'exercice du {_jour(debut)} au {_jour(fin)}")


def _jour(instant: np.datetime64) -> str:
    return pd.Timestamp(instant).strftime("%d/%m/%Y")


def f07(vue: Vue) -> Resultat:
    """Debit and credit on one line, negative amounts."""
    fautives = ((vue.debit != 0) & (vue.credit != 0)) | (vue.debit < 0) | (vue.credit < 0)
    return lignes_fautives(vue, fautives, "Débit et crédit sur la même ligne, ou montant négatif")


def f08(vue: Vue) -> Resultat:
    """Mandatory fields left empty."""
    vides: dict[str, np.ndarray] = {}
    for champ in _OBLIGATOIRES:
        if champ not in vue.fec:
            continue
        vide = vue.fec[champ].isna().to_numpy() & ~vue.illisible(champ) if champ in DATES else est_vide(vue.fec[champ])
        if vide.any():
            vides[champ] = vide
    if not vides:
        return Resultat()
    return lignes_fautives(vue, np.logical_or.reduce([*vides.values()]), "Champs vides", ", ".join(vides))


def f10(vue: Vue) -> Resultat:
    """Entries not validated, or validated before they were made."""
    validation, ecriture = vue.fec["ValidDate"].to_numpy(), vue.fec["EcritureDate"].to_numpy()
    fautives = (np.isnat(validation) & ~vue.illisible("ValidDate")) | (validation < ecriture)
    return lignes_fautives(vue, fautives, "Validation absente ou antérieure à l'écriture")
