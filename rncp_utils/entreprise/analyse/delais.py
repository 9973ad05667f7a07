"""Temps d'écoulement en jours, et besoin en fonds de roulement normatif."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.entreprise.analyse.exercices import facteur_annuel, parametre_a_la_cloture
from rncp_utils.entreprise.analyse.tva import achats_ttc, ca_ttc
from rncp_utils.entreprise.postes import Entreprises, Postes, Valeur
from rncp_utils.entreprise.regimes import postes_normaux, vers_codes_normaux
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema

COLONNES_NORMATIVES = ("poste", "temps_jours", "coefficient", "sens")
STOCKS_FABRIQUES = ("BN", "BP", "BR")


def rotation(
    x: Entreprises,
    n1: Entreprises | None = None,
    *,
    moyenne: bool = False,
    base_jours: float | None = None,
    taux_tva: Any = None,
    cout_production: Any = None,
    avances_deduites: bool = False,
) -> pd.Series | pd.DataFrame:
    """Temps d'écoulement des stocks, délais clients et fournisseurs, en jours.

    ``temps = stock ou créance x base_jours / flux annuel``. Stocks en valeur brute ; clients et fournisseurs rapportés
    à un flux toutes taxes comprises ; flux ramené à douze mois quand la durée de l'exercice est connue.

    Parameters
    ----------
    x : Liasse, mapping, Series ou DataFrame
        Bilan et compte de résultat par codes, en euros. ``FL`` est exigé.
    n1 : idem, optional
        Exercice précédent (même index pour une table), pour ``moyenne``.
    moyenne : bool
        Stock moyen (N + N-1) / 2 au lieu du stock de clôture. Convention de cours : clôture.
    base_jours : float, optional
        360 ou 365 ; par défaut le paramètre ``ratios.base_jours`` (360, base des ratios BCE / INPI).
    taux_tva : float, optional
        Fraction ; par défaut la TVA déclarée (YY, YZ), sinon le taux normal avec un motif.
    cout_production : float, array ou Series, en euros
        Coût de production des ventes ; par défaut la production vendue (FF + FI).
    avances_deduites : bool
        Retrancher les avances reçues (DW) des créances clients.

    Returns
    -------
    Series ou DataFrame
        rotation_marchandises, rotation_matieres, rotation_produits, stocks_bce, delai_clients, delai_fournisseurs,
        bfre_bce_jours, en jours ; bfre_bce, en euros ; depassement_clients et depassement_fournisseurs, jours au-delà
        de 60 jours date de facture (art. L. 441-10 du code de commerce, à vérifier) ; un motif rappelle alors l'autre
        plafond admis, 45 jours fin de mois, soit environ 60 jours en moyenne. NaN et un motif sans flux.

    >>> from rncp_utils.entreprise.exemples import martin
    >>> rotation(martin())[["stocks_bce", "delai_clients", "delai_fournisseurs"]].round(2).tolist()
    [42.55, 50.91, 50.0]
    """
    p = postes_normaux(x)
    p.exiger("FL")
    base = parametre_a_la_cloture(p, "ratios.base_jours") if base_jours is None else float(base_jours)
    if np.any(np.asarray(base) <= 0):
        raise ErreurDonnees(f"base_jours vaut {base_jours} : donnez 360 ou 365.")
    jours = base / facteur_annuel(p)
    q = _exercice_precedent(p, n1) if moyenne else p

    def stock(*codes: str) -> Valeur:
        return (p.somme(*codes) + q.somme(*codes)) / 2 if moyenne else p.somme(*codes)

    def temps(montant: Valeur, flux: Valeur, nom: str) -> Valeur:
        return p.ratio(montant * jours, flux, nom, den_positif=True)

    production = p.somme("FF", "FI") if cout_production is None else p.complement("cout_production", cout_production)[0]
    creances = p.somme("BX", "YS") - (p.get("DW") if avances_deduites else 0.0)
    delai_clients = temps(creances, ca_ttc(p, taux_tva), "délai clients")
    delai_fournisseurs = temps(p.get("DX"), achats_ttc(p, taux_tva), "délai fournisseurs")
    plafond = parametre_a_la_cloture(p, "delais_paiement.maximum_date_facture")
    _dire_les_plafonds(p, plafond, {"clients": delai_clients, "fournisseurs": delai_fournisseurs})
    bfre_bce = _bfre_bce(p)
    return p.resultat(
        rotation_marchandises=temps(stock("BT"), p.somme("FS", "FT"), "rotation des marchandises"),
        rotation_matieres=temps(stock("BL"), p.somme("FU", "FV"), "rotation des matières"),
        rotation_produits=temps(stock(*STOCKS_FABRIQUES), production, "rotation des produits"),
        stocks_bce=temps(stock("BL", *STOCKS_FABRIQUES, "BT"), p["FL"], "stocks sur chiffre d'affaires"),
        delai_clients=delai_clients,
        delai_fournisseurs=delai_fournisseurs,
        depassement_clients=np.maximum(delai_clients - plafond, 0.0),
        depassement_fournisseurs=np.maximum(delai_fournisseurs - plafond, 0.0),
        bfre_bce=bfre_bce,
        bfre_bce_jours=temps(bfre_bce, p["FL"], "BFR d'exploitation sur chiffre d'affaires"),
    )


def _dire_les_plafonds(p: Postes, plafond: Valeur, delais: dict[str, Valeur]) -> None:
    """Both legal ceilings, where a delay is beyond the first: an average delay cannot tell which one was agreed."""
    fin_de_mois = parametre_a_la_cloture(p, "delais_paiement.maximum_fin_de_mois")
    date_facture, fin_de_mois = (" ou ".join(f"{jours:g}" for jours in np.unique(x)) for x in (plafond, fin_de_mois))
    for qui, delai in delais.items():
        p.signaler(
            delai > plafond,
            f"délai {qui} au-delà du plafond légal : {date_facture} jours date de facture, ou {fin_de_mois} jours fin "
            "de mois si le contrat le prévoit",
            bloquant=False,
        )


def _exercice_precedent(p: Postes, n1: Entreprises | None) -> Postes:
    if n1 is None:
        raise ErreurDonnees("Le stock moyen demande l'exercice précédent : donnez-le en deuxième argument.")
    n1 = vers_codes_normaux(n1)
    if p.en_table and not (isinstance(n1, pd.DataFrame) and n1.index.equals(p.source.index)):
        raise ErreurSchema(
            "La table des exercices précédents n'a pas l'index de l'autre : construisez-la avec exercice_precedent."
        )
    q = Postes(n1)
    q.exiger("CJ")
    p.reprendre(q, "exercice précédent : ")
    return q


def _bfre_bce(p: Postes) -> Valeur:
    """Operating working capital of the published ratios: net current assets outside cash, less all short debts."""
    actif_net = p.get("CJ") - p.get("CK") - p.get("CF") + p.get("CG") - p.get("CD") + p.get("CE")
    return actif_net - p.somme("DW", "DX", "DY", "DZ", "EA", "EB")


def bfr_normatif(postes: pd.DataFrame, *, ca_ht: float | None = None, base_jours: float | None = None) -> pd.Series:
    """Besoin en fonds de roulement normatif, en jours de chiffre d'affaires hors taxes.

    ``jours = somme de sens x temps_jours x coefficient`` ; ``montant = jours x ca_ht / base_jours``.

    Parameters
    ----------
    postes : DataFrame
        Une ligne par poste : ``poste`` (libellé), ``temps_jours`` (temps d'écoulement), ``coefficient`` (poids du poste
        pour un euro de CA HT ; clients et fournisseurs toutes taxes comprises), ``sens`` (1 : besoin, -1 : ressource).
    ca_ht : float, optional
        Chiffre d'affaires hors taxes annuel, en euros.
    base_jours : float, optional
        Par défaut le paramètre ``ratios.base_jours``.

    Returns
    -------
    Series
        ``jours``, ``besoins``, ``ressources`` (jours), ``montant`` (euros, NaN sans ``ca_ht``). Convention de cours.

    Raises
    ------
    ErreurSchema, ErreurDonnees
        Colonne absente ou de texte, sens autre que 1 et -1, temps ou coefficient négatif ou absent.

    >>> tableau = pd.DataFrame({"poste": ["clients", "fournisseurs"], "temps_jours": [45, 50],
    ...                         "coefficient": [1.20, 0.672], "sens": [1, -1]})
    >>> round(bfr_normatif(tableau, ca_ht=360_000)["montant"])
    20400
    """
    postes = _postes_normatifs(postes)
    contributions = postes["sens"] * postes["temps_jours"] * postes["coefficient"]
    jours = float(contributions.sum())
    base = parametre_a_la_cloture(Postes({}), "ratios.base_jours") if base_jours is None else base_jours
    if base <= 0 or (ca_ht is not None and ca_ht < 0):
        raise ErreurDonnees("base_jours ou ca_ht est négatif : donnez 360 ou 365, et un chiffre d'affaires annuel HT.")
    return pd.Series(
        {
            "jours": jours,
            "besoins": float(contributions[postes["sens"] > 0].sum()),
            "ressources": float(-contributions[postes["sens"] < 0].sum()),
            "montant": float("nan") if ca_ht is None else jours * ca_ht / base,
        }
    )


def _postes_normatifs(postes: pd.DataFrame) -> pd.DataFrame:
    """The table with columns of floats, or a refusal."""
    absentes = [colonne for colonne in COLONNES_NORMATIVES if colonne not in postes]
    if absentes:
        raise ErreurSchema(f"Colonne {', '.join(absentes)} absente : il faut {', '.join(COLONNES_NORMATIVES)}.")
    nombres = list(COLONNES_NORMATIVES[1:])
    textes = [nom for nom in nombres if nom not in postes.infer_objects().select_dtypes("number")]
    if textes:
        raise ErreurSchema(f"La colonne {', '.join(textes)} contient autre chose que des nombres : convertissez-la.")
    postes = postes.assign(**{nom: postes[nom].to_numpy(dtype="float64", na_value=np.nan) for nom in nombres})
    fautifs = (
        ~postes["sens"].isin([1, -1])
        | ~(postes["temps_jours"] >= 0)
        | ~(postes["coefficient"] >= 0)
        | np.isinf(postes[nombres]).any(axis=1)
    )
    if fautifs.any():
        noms = ", ".join(map(str, postes.loc[fautifs, "poste"]))
        raise ErreurDonnees(f"Poste {noms} : temps et coefficient positifs, et sens égal à 1 ou -1, sont attendus.")
    return postes
