"""Controls of a FEC that compare lines with each other: F05, F06, F09, F11 to F14."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rncp_utils.entreprise.fec.balance import a_nouveaux
from rncp_utils.entreprise.fec.valeurs import additionner, grouper, numeroter
from rncp_utils.entreprise.fec.vue import EXEMPLES, Resultat, Vue, est_vide, lignes_fautives, montant

IDENTITE = ("JournalCode", "EcritureDate", "CompteNum", "CompAuxNum", "PieceRef", "EcritureLib", "Debit", "Credit")
_RANG = r"^(?P<prefixe>.*?)(?P<rang>[0-9]{1,18})$"


def f05(vue: Vue) -> Resultat:
    """Entries that do not balance."""
    groupes, premiers = vue.ecritures
    ecarts = additionner(groupes, len(premiers), vue.debit - vue.credit)
    fautives = np.flatnonzero(ecarts)
    if not len(fautives):
        return Resultat()
    debits, credits_ = (additionner(groupes, len(premiers), montants) for montants in (vue.debit, vue.credit))
    exemples = [
        f"{vue.situer(premiers[[rang]])}, débit {montant(debits[rang])}, crédit {montant(credits_[rang])}, "
        f"écart {montant(ecarts[rang])}"
        for rang in fautives[:EXEMPLES]
    ]
    return Resultat(len(fautives), f"Écritures déséquilibrées ({len(fautives)}) : {' ; '.join(exemples)}.")


def f06(vue: Vue) -> Resultat:
    """Total of debits against total of credits."""
    debit, credit = vue.debit.sum(), vue.credit.sum()
    if debit == credit:
        return Resultat()
    return Resultat(
        1,
        f"Total des débits {montant(debit)}, total des crédits {montant(credit)}, écart {montant(debit - credit)}.",
    )


def f09(vue: Vue) -> Resultat:
    """Numbers missing between entries, over the whole file or journal by journal: the reading with the fewest gaps."""
    codes, textes = vue.numeros
    vides = pc.equal(textes, "").to_numpy(zero_copy_only=False)[codes]
    if vides.any():
        return lignes_fautives(vue, vides, "Numéros d'écriture absents")
    prefixes, rangs, a_un_rang = _rangs(textes)
    _, premiers = vue.ecritures
    premiers = premiers[a_un_rang[codes[premiers]]]
    if not len(premiers):
        return Resultat(None, "Non contrôlé : les numéros d'écriture ne finissent pas par un nombre.")
    numeros, rangs_lus = codes[premiers], rangs[codes[premiers]]
    ruptures = None
    for suites in _numerotations(vue.journaux[0][premiers], numeros, prefixes[numeros], rangs_lus):
        trouvees = _ruptures(suites, rangs_lus)
        if not len(trouvees):
            return Resultat()
        ruptures = trouvees if ruptures is None else min(ruptures, trouvees, key=len)
    exemples = [
        f"attendu {rangs[numeros[avant]] + 1} après {textes[int(numeros[avant])]}, lu {vue.situer(premiers[[apres]])}"
        for avant, apres in ruptures[:EXEMPLES]
    ]
    return Resultat(len(ruptures), f"Ruptures de la numérotation ({len(ruptures)}) : {' ; '.join(exemples)}.")


def _rangs(numeros: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Entry numbers cut into prefix (as a number) and rank; False where there is no rank to follow."""
    coupes = pc.extract_regex(numeros, _RANG)
    suivis = coupes.is_valid().to_numpy(zero_copy_only=False)
    prefixes, rangs = (coupes.field(rang) for rang in (0, 1))
    codes = pc.fill_null(prefixes, "").dictionary_encode().indices.to_numpy().astype("int64")
    entiers = pc.if_else(coupes.is_valid(), rangs, "0").cast(pa.int64()).to_numpy()
    return codes, entiers, suivis


def _numerotations(
    journaux: np.ndarray, numeros: np.ndarray, prefixes: np.ndarray, rangs: np.ndarray
) -> Iterator[np.ndarray]:
    """Ways in which entries may be numbered, as the sequence of each: the whole file, by prefix, by journal."""
    if len(np.unique(rangs)) == len(rangs):
        yield np.zeros(len(rangs), dtype="int64")
    # A number that serves two journals cannot be that of the file.
    if np.bincount(numeros).max() <= 1:
        yield prefixes
    yield journaux * (prefixes.max() + 1) + prefixes


def _ruptures(suites: np.ndarray, rangs: np.ndarray) -> np.ndarray:
    """Pairs of entries between which numbers are missing."""
    ordre = np.lexsort((rangs, suites))
    sauts = (np.diff(rangs[ordre]) > 1) & (np.diff(suites[ordre]) == 0)
    ou = np.flatnonzero(sauts)
    return np.column_stack([ordre[ou], ordre[ou + 1]])


def f11(vue: Vue) -> Resultat:
    """Opening balances."""
    if a_nouveaux(vue.fec).any():
        return Resultat()
    return Resultat(1, "Aucune écriture d'à-nouveaux : le bilan d'ouverture manque, sauf si l'exercice est le premier.")


def f12(vue: Vue) -> Resultat:
    """Closing entries: income and expenses brought to zero against account 12."""
    codes, comptes = vue.comptes
    classe, resultat = (pc.utf8_slice_codeunits(comptes, 0, n).to_numpy(zero_copy_only=False) for n in (1, 2))
    gestion = np.isin(classe, ["6", "7"])[codes]
    mouvements = (vue.debit != 0) | (vue.credit != 0)
    solde = (vue.debit - vue.credit)[gestion].sum()
    cloture = (resultat == "12")[codes] & mouvements & ~a_nouveaux(vue.fec)
    if solde or not (gestion & mouvements).any() or not cloture.any():
        return Resultat()
    return lignes_fautives(
        vue,
        cloture,
        "Écritures de clôture",
        "charges et produits soldés par le compte de résultat, demandez le FEC avant clôture",
    )


def f13(vue: Vue) -> Resultat:
    """Letters whose lines do not balance, by account and third party."""
    lettrees = np.flatnonzero(~est_vide(vue.fec["EcritureLet"]))
    if not len(lettrees):
        return Resultat()
    lettres, noms = numeroter(vue.fec["EcritureLet"].iloc[lettrees])
    auxiliaires, noms_auxiliaires = numeroter(vue.fec["CompAuxNum"].iloc[lettrees])
    comptes = vue.comptes[0][lettrees]
    cles = (comptes * len(noms_auxiliaires) + auxiliaires) * len(noms) + lettres
    groupes, premiers = grouper(cles)
    ecarts = additionner(groupes, len(premiers), (vue.debit - vue.credit)[lettrees])
    fautifs = np.flatnonzero(ecarts)
    if not len(fautifs):
        return Resultat()
    exemples = [
        f"compte {vue.comptes[1][int(comptes[premiers[rang]])]} {noms_auxiliaires[int(auxiliaires[premiers[rang]])]}, "
        f"lettre {noms[int(lettres[premiers[rang]])]}, écart {montant(ecarts[rang])}, "
        f"{vue.situer(lettrees[premiers[[rang]]])}"
        for rang in fautifs[:EXEMPLES]
    ]
    return Resultat(len(fautifs), f"Lettrages déséquilibrés ({len(fautifs)}) : {' ; '.join(exemples)}.")


def f14(vue: Vue) -> Resultat:
    """Lines that say again what another line said."""
    # Cheap numbers first: few lines share them all, and only those have their texts compared.
    dates = vue.fec["EcritureDate"].to_numpy().astype("datetime64[s]").astype("int64")
    melange = np.zeros(len(vue.fec), dtype="uint64")
    for nombres in (vue.journaux[0], vue.comptes[0], dates, vue.debit, vue.credit):
        melange = (melange ^ nombres.view("uint64")) * np.uint64(0x9E3779B97F4A7C15)
        melange ^= melange >> np.uint64(29)
    candidates = np.flatnonzero(pd.Series(melange).duplicated(keep=False))
    repetees = vue.fec.iloc[candidates].duplicated(subset=list(IDENTITE)).to_numpy()
    positions = candidates[repetees]
    if not len(positions):
        return Resultat()
    return Resultat(len(positions), f"Lignes répétées ({len(positions)}) : {vue.situer(positions)}.")
