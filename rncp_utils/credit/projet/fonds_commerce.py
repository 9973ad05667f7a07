"""Prix d'un fonds de commerce : barème de la profession, rentabilité, et ce que l'emprunt peut financer."""

from __future__ import annotations

import datetime as dt
import warnings
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes, selon
from rncp_utils.credit.endettement.capacite import capital_empruntable
from rncp_utils.credit.projet.lecture import MOIS
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees
from rncp_utils.formats import euros
from rncp_utils.parametres import parametre, parametres_livres
from rncp_utils.vecteurs import Valeur

CONVENTION = "convention de cours"
_FONDS = "projet.fonds."
CHER = "le barème dépasse ce que justifie la rentabilité"


def professions_du_bareme() -> list[str]:
    """Professions qui ont un barème, par ordre alphabétique.

    >>> professions_du_bareme()[:3]
    ['blanchisserie', 'boucherie', 'boulangerie']
    """
    return sorted(nom.removeprefix(_FONDS) for nom in parametres_livres() if nom.startswith(_FONDS))


def ebe_retraite(
    ebe: Any,
    remuneration_repreneur: Any,
    *,
    remuneration_cedant: Any = 0.0,
    cotisations_cedant: Any = 0.0,
    loyers_credit_bail: Any = 0.0,
    produits_non_recurrents: Any = 0.0,
    charges_non_recurrentes: Any = 0.0,
    loyer_paye: Any = 0.0,
    loyer_marche: Any = 0.0,
) -> Any:
    """EBE que retrouvera le repreneur, après une rémunération normale de son travail.

    ``EBE + rémunération et cotisations du cédant - rémunération du repreneur + loyers de crédit-bail
    - produits + charges non récurrents + loyer payé - loyer de marché``.

    Parameters
    ----------
    ebe, remuneration_repreneur, … : float, liste, array ou Series, en euros
        Montants annuels. La rémunération normative du repreneur comprend ses cotisations. La rémunération du cédant ne
        s'ajoute que si elle est déjà en charges (gérant) : celle d'un exploitant individuel ne l'est pas.

    Returns
    -------
    Series ou DataFrame (``ebe_retraite``)

    Raises
    ------
    ErreurDonnees
        Montant manquant (une entreprise), rémunération ou loyer négatif.

    Source : convention de cours.

    >>> ebe_retraite(73_000, 30_000)["ebe_retraite"]
    np.float64(43000.0)
    """
    c = Colonnes.depuis(
        ebe=ebe,
        remuneration_repreneur=remuneration_repreneur,
        remuneration_cedant=remuneration_cedant,
        cotisations_cedant=cotisations_cedant,
        loyers_credit_bail=loyers_credit_bail,
        produits_non_recurrents=produits_non_recurrents,
        charges_non_recurrentes=charges_non_recurrentes,
        loyer_paye=loyer_paye,
        loyer_marche=loyer_marche,
    )
    c.exiger("ebe", "remuneration_repreneur")
    positifs = ("remuneration_repreneur", "remuneration_cedant", "cotisations_cedant", "loyers_credit_bail")
    for nom in (*positifs, "produits_non_recurrents", "charges_non_recurrentes", "loyer_paye", "loyer_marche"):
        c.refuser(c.get(nom) < 0, f"{nom} : les montants se donnent en positif")
    ajouts = c.somme(*positifs[1:], "charges_non_recurrentes", "loyer_paye")
    retraits = c.somme("remuneration_repreneur", "produits_non_recurrents", "loyer_marche")
    resultat = c.resultat(ebe_retraite=c["ebe"] + ajouts - retraits)
    resultat.attrs["source"] = CONVENTION
    return resultat


def valoriser_fonds(
    methode: str = "toutes",
    *,
    activite: Any = None,
    ca_ht: Any = None,
    tva: Any = 0.0,
    remise: Any = None,
    ebe: Any = None,
    remuneration_repreneur: Any = 0.0,
    multiple: Any = None,
    date: dt.date | str | None = None,
) -> pd.Series | pd.DataFrame:
    """Valeur d'un fonds de commerce, stock non compris : barème de la profession et multiple de l'EBE retraité.

    Barème : part du chiffre d'affaires moyen des trois derniers exercices, TTC ou HT selon la profession (le barème le
    dit : ne confondez pas les deux). Rentabilité : ``multiple × EBE retraité``.

    Parameters
    ----------
    methode : {"toutes", "bareme", "rentabilite"}
    activite : str, ou une par fonds
        Voir :func:`professions_du_bareme`.
    ca_ht : float, ou une par fonds, en euros hors taxes
        Chiffre d'affaires moyen ; pour un fonds, la liste de ses trois derniers exercices.
    tva : float, ou un par fonds
        Taux de TVA des ventes, fraction, pour passer au chiffre d'affaires TTC.
    remise : float, en euros
        Remise annuelle du débitant de tabac, base de son barème.
    ebe, remuneration_repreneur : float, ou un par fonds, en euros
        EBE, déjà retraité ou non, et rémunération normative du repreneur à en ôter.
    multiple : float, optional
        Par défaut ``projet.multiple_ebe_central`` ; la fourchette va du multiple minimal au maximal.
    date : date, optional
        Jour des barèmes ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame, en euros
        Selon la méthode : ``base_bareme``, ``bareme_bas``, ``bareme_haut`` ; ``ebe_retraite``, ``rentabilite``,
        ``rentabilite_basse``, ``rentabilite_haute`` ; ``ecart`` = bas du barème - valeur de rentabilité. Positif, un
        avertissement (ou le motif) dit que le barème dépasse ce que justifie la rentabilité.

    Raises
    ------
    ErreurDonnees
        Méthode ou profession inconnue, donnée absente, taux en pourcentage.

    Source : barèmes Escapimmo (source secondaire, voir ``projet.fonds``) ; multiples : convention de cours.

    >>> import warnings; warnings.simplefilter("ignore")
    >>> prix = valoriser_fonds(activite="boulangerie", ca_ht=350_000, tva=0.055, ebe=73_000,
    ...     remuneration_repreneur=30_000, date="2024-12-31")
    >>> prix[["bareme_bas", "bareme_haut", "ebe_retraite", "rentabilite"]].tolist()
    [221550.0, 369250.0, 43000.0, 172000.0]
    """
    if methode not in ("toutes", "bareme", "rentabilite"):
        raise ErreurDonnees(f"Méthode « {methode} » inconnue : choisissez « toutes », « bareme » ou « rentabilite ».")
    jour = dt.date.today() if date is None else date
    valeurs = {"tva": tva, "remuneration_repreneur": remuneration_repreneur}
    if methode != "rentabilite":
        valeurs |= {"ca_ht": _moyenne(ca_ht, activite), "remise": remise}
    if methode != "bareme":
        valeurs |= {
            "ebe": ebe,
            "multiple": parametre("projet.multiple_ebe_central", jour) if multiple is None else multiple,
        }
    c = Colonnes.depuis(**valeurs)
    colonnes: dict[str, Valeur] = {}
    if methode != "rentabilite":
        colonnes |= _par_bareme(c, activite, jour)
    if methode != "bareme":
        colonnes |= _par_rentabilite(c, jour)
    if methode == "toutes":
        colonnes["ecart"] = colonnes["bareme_bas"] - colonnes["rentabilite"]
        _avertir_si_cher(c, colonnes)
    resultat = c.resultat(**colonnes)
    resultat.attrs["source"] = CONVENTION
    return resultat


def _moyenne(ca_ht: Any, activite: Any) -> Any:
    """For one fund, the mean of its last years."""
    if np.ndim(activite) == 0 and np.ndim(ca_ht) == 1:
        annees = np.asarray(ca_ht, dtype="float64")
        if not 1 <= len(annees) <= 3:
            raise ErreurDonnees(
                f"{len(annees)} chiffres d'affaires : donnez ceux des trois derniers exercices au plus."
            )
        return float(annees.mean())
    return ca_ht


def _par_bareme(c: Colonnes, activite: Any, jour: dt.date | str) -> dict[str, Valeur]:
    connues = professions_du_bareme()
    codes, mots = pd.factorize(np.atleast_1d(np.asarray(activite, dtype="object")))
    if len(codes) == 1 and c.en_table:
        codes = np.repeat(codes, len(c.source))
    inconnues = np.append([mot not in connues for mot in mots], True)[codes]
    vide = {"minimum": np.nan, "maximum": np.nan, "toutes_taxes": 0.0, "remise": 0.0}
    tables = [vide | (parametre(_FONDS + mot, jour) if mot in connues else {}) for mot in mots] + [vide]
    lus = {nom: np.array([float(table[nom]) for table in tables])[codes] for nom in vide}
    if not c.en_table:
        lus, inconnues = {nom: lu[0] for nom, lu in lus.items()}, bool(inconnues[0])
    c.refuser(inconnues, f"profession sans barème, attendu {', '.join(connues)}")
    taux = c.get("tva")
    c.refuser(np.abs(taux) > 1, "tva : taux attendu en fraction (0,055 pour 5,5 %)")
    c.refuser((taux < 0) & (taux >= -1), "tva : un taux n'est pas négatif")
    ca, remise = c.get("ca_ht", np.nan), c.get("remise", np.nan)
    base = selon(lus["remise"] == 1, remise, ca * (1 + taux * lus["toutes_taxes"]))
    c.refuser(~(np.asarray(base) > 0), "base du barème (chiffre d'affaires, ou remise d'un tabac) absente ou négative")
    return {"base_bareme": base, "bareme_bas": base * lus["minimum"], "bareme_haut": base * lus["maximum"]}


def _par_rentabilite(c: Colonnes, jour: dt.date | str) -> dict[str, Valeur]:
    c.exiger("ebe")
    c.refuser(c.get("remuneration_repreneur") < 0, "remuneration_repreneur : les montants se donnent en positif")
    c.refuser(c["multiple"] <= 0, "multiple nul ou négatif")
    retraite = c["ebe"] - c.get("remuneration_repreneur")
    c.signaler(retraite <= 0, "EBE retraité nul ou négatif : le fonds ne vaut rien par sa rentabilité", bloquant=False)
    utile = np.maximum(retraite, 0.0)
    bornes = {nom: parametre(f"projet.multiple_ebe_{nom}", jour) for nom in ("minimal", "maximal")}
    return {
        "ebe_retraite": retraite,
        "rentabilite": utile * c["multiple"],
        "rentabilite_basse": utile * bornes["minimal"],
        "rentabilite_haute": utile * bornes["maximal"],
    }


def _avertir_si_cher(c: Colonnes, colonnes: dict[str, Valeur]) -> None:
    cher = colonnes["ecart"] > 0
    c.signaler(cher, CHER, bloquant=False)
    if not c.en_table and cher:
        warnings.warn(
            f"Le bas du barème ({euros(colonnes['bareme_bas'])}) dépasse la valeur de rentabilité "
            f"({euros(colonnes['rentabilite'])}) : à ce prix, l'activité ne rembourse pas l'emprunt dans de bonnes "
            "conditions ; négociez ou augmentez l'apport.",
            AvertissementDonnees,
            stacklevel=3,
        )


def prix_financable(
    ebe_retraite: Any,
    apport: Any,
    taux: Any,
    duree_mois: Any,
    *,
    impots: Any = 0.0,
    autres_besoins: Any = 0.0,
    dscr: Any = None,
    date: dt.date | str | None = None,
) -> pd.Series | pd.DataFrame:
    """Prix le plus élevé que l'exploitation peut rembourser, avec l'apport du repreneur.

    ``annuité maximale = (EBE retraité - impôts) / dscr`` ; le capital est celui d'un prêt à échéances mensuelles
    constantes de cette annuité ; ``prix = capital + apport - autres besoins``.

    Parameters
    ----------
    ebe_retraite, apport : float, liste, array ou Series, en euros
    taux : float, ou un par fonds
        Taux nominal annuel du prêt, fraction.
    duree_mois : int, ou une par fonds
    impots, autres_besoins : float, en euros
        Impôts annuels ; frais, droits, stock, BFR et trésorerie à financer en plus du prix.
    dscr : float, optional
        Couverture exigée ; par défaut ``projet.dscr_exige`` (1,2).
    date : date, optional
        Jour de la couverture exigée ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame, en euros
        ``annuite_maximale``, ``capital_empruntable``, ``prix_financable`` (0 quand l'apport ne couvre pas même les
        autres besoins, avec un motif), ``apport_sur_total``.

    Raises
    ------
    ErreurDonnees
        Taux en pourcentage, durée nulle, apport négatif, donnée absente.

    Source : convention de cours.

    >>> prix_financable(43_000, 60_000, 0.042, 84, autres_besoins=15_000).round(2).tolist()
    [35833.33, 216997.16, 261997.16, 0.22]
    """
    exige = parametre("projet.dscr_exige", dt.date.today() if date is None else date) if dscr is None else dscr
    c = Colonnes.depuis(
        ebe_retraite=ebe_retraite,
        apport=apport,
        taux=taux,
        duree_mois=duree_mois,
        impots=impots,
        autres_besoins=autres_besoins,
        dscr=exige,
    )
    c.exiger("ebe_retraite", "apport", "taux", "duree_mois", "dscr")
    c.refuser(np.abs(c["taux"]) > 1, "taux : taux attendu en fraction (0,05 pour 5 %)")
    c.refuser((c["taux"] < 0) & (c["taux"] >= -1), "taux : taux négatif")
    c.refuser((c["duree_mois"] < 1) | (c["duree_mois"] % 1 != 0), "duree_mois : un nombre entier de mois, 1 au moins")
    c.refuser(c["dscr"] <= 0, "dscr nul ou négatif")
    for nom in ("apport", "autres_besoins"):
        c.refuser(c.get(nom) < 0, f"{nom} : les montants se donnent en positif")
    couverture = selon(c["dscr"] > 0, c["dscr"], np.nan)
    annuite = np.maximum((c["ebe_retraite"] - c.get("impots")) / couverture, 0.0)
    emprunt = capital_empruntable(annuite / MOIS, c["taux"], c["duree_mois"])
    capital = emprunt["capital_empruntable"].to_numpy() if c.en_table else emprunt
    total = capital + c["apport"]
    c.signaler(total < c.get("autres_besoins"), "apport et emprunt ne couvrent pas les autres besoins", bloquant=False)
    return c.resultat(
        annuite_maximale=annuite,
        capital_empruntable=capital,
        prix_financable=np.maximum(total - c.get("autres_besoins"), 0.0),
        apport_sur_total=c.ratio(c["apport"], total, "apport sur total"),
    )
