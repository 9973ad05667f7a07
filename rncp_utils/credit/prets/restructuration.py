"""Restructuration de plusieurs prêts en un seul, renégociation d'un prêt. Convention de cours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.prets.echeancier import CONVENTION, echeances
from rncp_utils.credit.prets.lecture import ID
from rncp_utils.credit.prets.reprise import echeance_en_cours, ligne_apres_laquelle, lire_contrat, reprendre
from rncp_utils.credit.prets.synthese import synthese_pret
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.monnaie import centimes, en_euros

CLIENT = "id_client"
_MOIS = 12
_NOUVEAUX_NOMS = {"crd": "capital", "duree_restante": "duree"}


@dataclass(frozen=True)
class Restructuration:
    """Avant et après une restructuration.

    Attributes
    ----------
    synthese : Series, or DataFrame by id_client
    echeances : DataFrame
        Échéances du nouveau prêt (:func:`echeances`), une suite par client.
    """

    synthese: pd.Series | pd.DataFrame
    echeances: pd.DataFrame = field(repr=False)


@dataclass(frozen=True)
class Renegociation:
    """Une renégociation, vue de la banque (valeurs actuelles) et de l'emprunteur (euros).

    Attributes
    ----------
    van_ancienne, van_nouvelle : float
        Valeur, après l'échéance de la renégociation, de ce que la banque recevra ; frais compris dans la nouvelle.
    ecart, ecart_relatif : float
        ``van_nouvelle - van_ancienne``, et sa part de l'ancienne : négatif, la banque y perd.
    frais_d_equilibre : float
        Frais pour lesquels les deux valeurs sont égales (zéro quand la nouvelle est déjà la plus forte).
    equilibre : bool
        Les deux valeurs sont égales, à un centime par échéance près.
    ecart_echeance, economie_nette : float
        Variation de l'échéance hors assurance ; intérêts évités, moins les frais.
    tableau : DataFrame
    """

    van_ancienne: float
    van_nouvelle: float
    ecart: float
    ecart_relatif: float
    frais_d_equilibre: float
    equilibre: bool
    ecart_echeance: float
    economie_nette: float
    tableau: pd.DataFrame = field(repr=False)


def restructurer(
    prets: pd.DataFrame,
    nouveau_taux: float | pd.Series,
    nouvelle_duree: int | pd.Series,
    frais: float | pd.Series = 0.0,
    *,
    indemnites: float | pd.Series = 0.0,
    flux_disponible: float | pd.Series | None = None,
    difficulte: bool | pd.Series = False,
    **nouveau_pret: Any,
) -> Restructuration:
    """Remplace les prêts d'un client, ou de chaque client d'une table, par un seul. Convention de cours.

    Le nouveau prêt finance la somme des capitaux restant dus, les indemnités et les frais.

    Parameters
    ----------
    prets : DataFrame
        Une ligne par prêt en cours : ``crd`` (euros), ``taux``, ``duree_restante`` (échéances), et au besoin les autres
        colonnes d':func:`echeances` (``periodicite``, ``assurance_taux``…). Avec ``id_client``, un résultat par client.
        Non modifiée.
    nouveau_taux, nouvelle_duree, frais, indemnites : nombre, or Series by id_client
        Taux annuel (fraction), échéances, euros.
    flux_disponible : float or Series, optional
        Ce qui sert la dette dans l'année (CAF et intérêts), euros, pour le DSCR.
    difficulte : bool or Series
        Client en difficulté : la restructuration est alors une mesure de renégociation au sens prudentiel
        (``forborne``), de mémoire, à vérifier (23 novembre 2026).
    **nouveau_pret
        Autres colonnes du nouveau prêt (``periodicite=4``, ``date_deblocage=…``, ``assurance_taux=…``).

    Returns
    -------
    Restructuration
        ``synthese`` : ``crd_total``, ``capital_nouveau`` ; ``echeance_avant``, ``echeance_apres`` (équivalents mensuels
        de la prochaine échéance, assurance comprise) et ``ecart_echeance`` ; ``cout_avant``, ``cout_apres`` (intérêts
        et assurance à venir, et après : frais et indemnités) et ``ecart_cout`` ; ``dscr_avant``, ``dscr_apres`` (flux
        sur douze mois d'échéance) ; ``forborne`` ; dans une table, ``motif``.

    Raises
    ------
    ErreurSchema
        Colonne absente.
    ErreurDonnees
        Un client : prêt fautif. Dans une table, son client est NaN, avec le motif.

    >>> prets = pd.DataFrame({"crd": [40_000, 15_000], "taux": [0.042, 0.06], "duree_restante": [36, 24]})
    >>> s = restructurer(prets, 0.05, 60, 500, flux_disponible=18_000).synthese
    >>> float(s["ecart_echeance"]), float(s["ecart_cout"]), round(s["dscr_apres"], 3)
    (-801.98, 4243.11, 1.432)
    """
    manquantes = [nom for nom in (*_NOUVEAUX_NOMS, "taux") if nom not in prets]
    if manquantes:
        raise ErreurSchema(f"Colonnes absentes de la table des prêts : {', '.join(manquantes)} ; ajoutez-les.")
    un_seul = CLIENT not in prets
    client, clients = (np.zeros(len(prets), int), pd.Index([0])) if un_seul else pd.factorize(prets[CLIENT])
    clients = pd.Index(clients, name=CLIENT)
    avant, motifs = _avant(prets, client, clients)
    nouveaux = _nouveaux(clients, avant, nouveau_taux, nouvelle_duree, frais, indemnites, nouveau_pret)
    lignes = echeances(nouveaux[motifs.isna()])
    motifs = motifs.fillna(pd.Series(lignes.attrs["refuses"], dtype="object"))
    if un_seul and motifs.notna().any():
        raise ErreurDonnees(f"Restructuration impossible : {motifs.iloc[0]}.")
    synthese = _comparer(avant, nouveaux, lignes, flux_disponible)
    synthese["forborne"] = difficulte
    synthese.attrs["source"] = CONVENTION
    if not un_seul:
        synthese["motif"] = motifs.astype("str").where(motifs.notna())
        return Restructuration(synthese, lignes)
    resume = synthese.astype("object").iloc[0].rename(None)
    resume.attrs["source"] = CONVENTION
    return Restructuration(resume, lignes)


def renegocier(
    tableau: pd.DataFrame,
    apres_rang: int,
    nouveau_taux: float,
    nouvelle_duree: int | None = None,
    frais: float = 0.0,
    *,
    taux_actualisation: float | None = None,
) -> Renegociation:
    """Renégocie le taux, et la durée s'il le faut, et compare ce que la banque y gagne ou y perd. Convention de cours.

    Parameters
    ----------
    tableau : DataFrame
        Résultat de :func:`tableau_amortissement`. Non modifié.
    apres_rang : int
        Échéance après laquelle les nouvelles conditions s'appliquent.
    nouveau_taux : float
        Fraction.
    nouvelle_duree : int, optional
        Échéances restantes ; par défaut celles du tableau.
    frais : float
        Frais et indemnité versés à la banque, euros.
    taux_actualisation : float, optional
        Taux annuel auquel les deux suites d'échéances sont actualisées ; par défaut l'ancien taux du prêt.

    Raises
    ------
    ErreurDonnees
        Rang hors du tableau, taux qui n'est pas une fraction, durée nulle, frais négatifs.

    >>> from rncp_utils.credit.prets.echeancier import tableau_amortissement
    >>> r = renegocier(tableau_amortissement(100_000, 0.042, 84), 36, 0.03)
    >>> r.frais_d_equilibre, r.equilibre, round(r.ecart_relatif, 4)
    (1430.96, False, -0.0236)
    >>> renegocier(tableau_amortissement(100_000, 0.042, 84), 36, 0.03, frais=r.frais_d_equilibre).equilibre
    True
    """
    contrat = lire_contrat(tableau)
    ligne = ligne_apres_laquelle(tableau, contrat, apres_rang)
    ancien = contrat["taux"]
    actualisation = ancien if taux_actualisation is None else taux_actualisation
    for nom, valeur in (("nouveau_taux", nouveau_taux), ("taux_actualisation", actualisation)):
        if not abs(valeur) <= 1:  # NaN as well
            raise ErreurDonnees(f"{nom} vaut {valeur} : taux attendu en fraction (0,05 pour 5 %).")
    verses = centimes(frais)
    if verses < 0:
        raise ErreurDonnees(f"Les frais valent {frais} : un montant positif ou nul est attendu.")
    contrat["taux"] = nouveau_taux
    if nouvelle_duree is not None:
        contrat["duree"] = apres_rang + nouvelle_duree
        if nouvelle_duree < 1:
            raise ErreurDonnees(f"La nouvelle durée vaut {nouvelle_duree} : une échéance au moins est attendue.")
    crd, en_cours = centimes(float(ligne["crd_fin"])), echeance_en_cours(tableau, contrat, apres_rang)
    nouveau = reprendre(tableau, contrat, apres_rang, crd, en_cours, recalculer=True)
    avant, apres = (t[t["rang"] > apres_rang] for t in (tableau, nouveau))
    van_avant, van_apres = (_valeur(t, actualisation / contrat["periodicite"]) for t in (avant, apres))
    ecart = van_apres + verses - van_avant
    interets = centimes(avant["interets"]).sum() - centimes(apres["interets"]).sum()
    baisse = centimes(apres["echeance_hors_assurance"])[0] - centimes(avant["echeance_hors_assurance"])[0]
    return Renegociation(
        van_ancienne=round(van_avant) / 100,
        van_nouvelle=round(van_apres + verses) / 100,
        ecart=round(ecart) / 100,
        ecart_relatif=ecart / van_avant,
        frais_d_equilibre=max(round(van_avant - van_apres), 0) / 100,
        equilibre=bool(abs(ecart) <= len(apres)),
        ecart_echeance=float(en_euros(baisse)),
        economie_nette=float(en_euros(interets - verses)),
        tableau=nouveau,
    )


def _valeur(lignes: pd.DataFrame, taux: float) -> float:
    """Present value, in cents, of the instalments that follow, the first one a period away."""
    flux = centimes(lignes["echeance_hors_assurance"])
    return float((flux * (1 + taux) ** -np.arange(1.0, len(flux) + 1)).sum())


def _avant(prets: pd.DataFrame, client: np.ndarray, clients: pd.Index) -> tuple[pd.DataFrame, pd.Series]:
    """Sums by client of the loans in force, and why a client cannot be computed."""
    en_cours = prets.rename(columns=_NOUVEAUX_NOMS).set_index(pd.RangeIndex(len(prets), name=ID))
    lignes = echeances(en_cours.drop(columns=ID, errors="ignore"))
    motifs = pd.Series(pd.NA, index=clients, dtype="object")
    refuses = lignes.attrs["refuses"]
    for rang in reversed(list(refuses)):  # the first refused loan of a client tells why
        motifs.iloc[client[rang]] = refuses[rang]
    par_pret = _mensualite_et_cout(lignes, en_cours).reindex(en_cours.index)
    par_pret["crd"] = en_cours["capital"].astype("float64")
    sommes = pd.DataFrame(
        {
            nom: en_euros(np.bincount(client, np.nan_to_num(np.rint(valeur * 100)), minlength=len(clients)))
            for nom, valeur in par_pret.items()
        },
        index=clients,
    )
    return sommes.where(motifs.isna()), motifs


def _mensualite_et_cout(lignes: pd.DataFrame, prets: pd.DataFrame) -> pd.DataFrame:
    """By loan: monthly equivalent of the next instalment, and all that is to pay beyond the capital."""
    if lignes.empty:
        return pd.DataFrame({"echeance": [], "cout": []}, index=pd.Index([], name=ID), dtype="float64")
    premieres = lignes[lignes["rang"] == 1].set_index(ID)["echeance_totale"]
    rythme = prets["periodicite"].fillna(_MOIS) if "periodicite" in prets else pd.Series(_MOIS, index=prets.index)
    synthese = synthese_pret(lignes)
    mensuelle = premieres.to_numpy() * rythme.reindex(synthese.index).to_numpy(dtype="float64") / _MOIS
    return pd.DataFrame(
        {"echeance": en_euros(centimes(mensuelle)), "cout": synthese["cout_total"]}, index=synthese.index
    )


def _nouveaux(
    clients: pd.Index,
    avant: pd.DataFrame,
    taux: Any,
    duree: Any,
    frais: Any,
    indemnites: Any,
    reste: dict[str, Any],
) -> pd.DataFrame:
    """One loan a client."""
    table = pd.DataFrame(index=pd.Index(clients, name=ID))
    colonnes = {"taux": taux, "duree": duree, "frais": frais, "indemnites": indemnites, **reste}
    for nom, valeur in colonnes.items():
        table[nom] = valeur.reindex(clients).to_numpy() if isinstance(valeur, pd.Series) else valeur
    table["capital"] = _somme(avant["crd"], table["frais"], table["indemnites"])
    return table


def _comparer(
    avant: pd.DataFrame, nouveaux: pd.DataFrame, lignes: pd.DataFrame, flux: float | pd.Series | None
) -> pd.DataFrame:
    apres = _mensualite_et_cout(lignes, nouveaux).reindex(nouveaux.index)
    synthese = pd.DataFrame({"crd_total": avant["crd"], "capital_nouveau": nouveaux["capital"]}, index=avant.index)
    synthese["echeance_avant"], synthese["echeance_apres"] = avant["echeance"], apres["echeance"]
    synthese["ecart_echeance"] = _somme(apres["echeance"], -avant["echeance"])
    synthese["cout_avant"] = avant["cout"]
    synthese["cout_apres"] = _somme(apres["cout"], nouveaux["frais"], nouveaux["indemnites"])
    synthese["ecart_cout"] = _somme(synthese["cout_apres"], -avant["cout"])
    for nom in ("avant", "apres"):
        annuel = _MOIS * synthese[f"echeance_{nom}"]
        synthese[f"dscr_{nom}"] = np.nan if flux is None else flux / annuel.where(annuel > 0)
    return synthese.where(apres["echeance"].notna())


def _somme(*montants: pd.Series) -> pd.Series:
    """Sum of amounts in euros, made in whole cents; NaN where one is."""
    return sum(np.rint(montant.astype("float64") * 100) for montant in montants) / 100
