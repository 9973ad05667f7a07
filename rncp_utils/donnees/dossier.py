"""Les pièces d'un cas, en tableaux tels qu'un chargé de clientèle les a sous les yeux."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from rncp_utils.donnees.fils_rouges.modele import ANNEES
from rncp_utils.donnees.fils_rouges.objets import Cas
from rncp_utils.entreprise import caf_additive, ratios, rotation, sig
from rncp_utils.entreprise.codes import codes_de, libelle, postes
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import formater_nombre, pourcent
from rncp_utils.yaml_strict import lire_yaml

_PRODUITS = ("FC", "FF", "FI", "FM", "FN", "FO", "FP", "FQ")
_RESULTAT = (*("GH", "GI", "GP", "GU", "HD", "HH", "HJ", "HK", "HN"),)  # after the operating result, family by family
_ACTIF = ("immobilisations_incorporelles", "immobilisations_corporelles", "immobilisations_financieres")
_CIRCULANT = ("stocks", "creances", "tresorerie")
_POSTE = "Poste (case de la liasse)"
# Share of the sales that is paid by card: an optician is mostly paid by health insurers, a baker at the counter.
_PARTS_DES_CARTES = {"CAS-01": 0.68, "CAS-07": 0.30}
# Ratios of a sector: what is read, how, and the decimals that are printed.
_RATIOS: dict[str, tuple[str, int, Callable[[Liasse], float]]] = {
    "ebe_sur_ca": ("EBE sur chiffre d'affaires, en %", 1, lambda x: 100 * sig(x)["ebe"] / x["FL"]),
    "stock_jours": ("Durée de stockage, en jours", 0, lambda x: rotation(x)["rotation_marchandises"]),
    "clients_jours": ("Délai clients, en jours", 0, lambda x: rotation(x)["delai_clients"]),
    "autonomie": ("Autonomie financière, en %", 1, lambda x: 100 * ratios(x)["autonomie_financiere"]),
    "caf_sur_capital": ("CAF sur capital remboursé, en nombre de fois", 2, lambda x: caf_additive(x)["caf"] / x["VK"]),
}


def compte_de_resultat(cas: Cas) -> pd.DataFrame:
    """Compte de résultat des trois exercices, ligne à ligne, en euros ; les charges sont positives.

    Returns
    -------
    DataFrame
        Index ``Poste (case de la liasse)``, colonnes N-2, N-1, N ; sans les lignes que le cas n'a pas.

    >>> from rncp_utils.donnees import cas
    >>> tableau = compte_de_resultat(cas("CAS-04"))
    >>> int(tableau.loc["Ventes de marchandises (FC)", "N"])
    1500000
    """
    codes = (*_PRODUITS, "FR", *codes_de("charges_exploitation"), "GF", "GG", *_RESULTAT)
    return _table(cas, codes, toujours=("FR", "GF", "GG", "HN"))


def actif(cas: Cas) -> pd.DataFrame:
    """Actif des trois bilans, en valeur nette, en euros.

    >>> from rncp_utils.donnees import cas
    >>> int(actif(cas("CAS-04")).loc["Total de l'actif", "N"])
    503300
    """
    codes = [code for famille in (*_ACTIF, *_CIRCULANT) for code in codes_de(famille)] + ["CH"]
    lignes = _table(cas, codes, nette=True)
    lignes.loc["Total de l'actif"] = lignes.sum()
    return lignes


def passif(cas: Cas) -> pd.DataFrame:
    """Passif des trois bilans, en euros ; les concours bancaires courants sont à part des emprunts.

    >>> from rncp_utils.donnees import cas
    >>> [int(x) for x in passif(cas("CAS-04")).loc[["Concours bancaires courants (EH)", "Total du passif"], "N"]]
    [7400, 503300]
    """
    codes = [*codes_de("capitaux_propres"), *codes_de("dettes")]
    lignes = _table(cas, codes)
    decouverts = pd.Series({annee: x.get("EH") for annee, x in _exercices(cas).items()})
    emprunts = _nom("DU")
    if emprunts in lignes.index and decouverts.any():
        place = lignes.index.get_loc(emprunts)
        lignes.loc[emprunts] -= decouverts
        concours = pd.DataFrame([decouverts], index=["Concours bancaires courants (EH)"])
        lignes = pd.concat([lignes.iloc[: place + 1], concours, lignes.iloc[place + 1 :]])
        lignes = lignes.rename(index={emprunts: f"{emprunts[:-5]}, hors concours courants"})
    lignes.loc["Total du passif"] = lignes.sum()
    lignes.index.name = _POSTE
    return lignes


def credits(cas: Cas) -> pd.DataFrame:
    """Emprunts de l'entreprise : capital restant dû aux clôtures et capital à rembourser dans l'année qui vient, euros.

    >>> from rncp_utils.donnees import cas
    >>> credits(cas("CAS-04"))["Dû sous un an"].tolist()
    [16600, 4050, 6850]
    """
    return pd.DataFrame(
        [
            {
                "Objet (capital, en €)": credit.objet,
                "Taux": pourcent(credit.taux, 2),
                **{f"Dû {annee}": credit.crd[annee] for annee in ANNEES},
                "Remboursé N": credit.rembourse["N"],
                "Dû sous un an": credit.exigible_a_un_an,
            }
            for credit in cas.credits
        ]
    ).set_index("Objet (capital, en €)")


def foyer(cas: Cas) -> pd.DataFrame:
    """Revenus annuels et charges annuelles de crédit ou de loyer du foyer, exercice N, en euros.

    >>> from rncp_utils.donnees import cas
    >>> foyer(cas("CAS-04"))["Par an (€)"].tolist()
    [42000, 20000, 21000, 7800, -6240]

    Raises
    ------
    ErreurDonnees
        Le cas ne dit rien du foyer.
    """
    if cas.foyer is None:
        raise ErreurDonnees(f"Le cas {cas.code} ne dit rien du foyer : choisissez-en un autre.")
    lignes = [(revenu.libelle, revenu.montants["N"]) for revenu in cas.foyer.revenus]
    lignes += [(f"{charge.libelle} (par an)", -12 * charge.mensualites["N"]) for charge in cas.foyer.charges]
    return pd.DataFrame(lignes, columns=["Élément", "Par an (€)"]).set_index("Élément")


def encaissements_par_carte(cas: Cas) -> int:
    """Montant encaissé par carte en un mois, en euros TTC : une part des ventes de N, TVA collectée (case YY) comprise.

    Arrondi à la centaine ; la part est une convention de cours, par commerce.

    Raises
    ------
    ErreurDonnees
        Le cours ne donne pas la part des cartes de ce cas.

    >>> from rncp_utils.donnees import cas
    >>> encaissements_par_carte(cas("CAS-07"))
    18400
    """
    liasse = _exercices(cas)["N"]
    return 100 * round((liasse["FL"] + liasse["YY"]) * part_des_cartes(cas) / 12 / 100)


def part_des_cartes(cas: Cas) -> float:
    """Part des ventes payée par carte (fraction, convention de cours).

    >>> from rncp_utils.donnees import cas
    >>> part_des_cartes(cas("CAS-01"))
    0.68

    Raises
    ------
    ErreurDonnees
        Le cours ne la donne pas pour ce cas.
    """
    if cas.code not in _PARTS_DES_CARTES:
        raise ErreurDonnees(
            f"Le cours ne donne pas la part des cartes du cas {cas.code} : choisissez {', '.join(_PARTS_DES_CARTES)}."
        )
    return _PARTS_DES_CARTES[cas.code]


def comparaison_sectorielle(cas: Cas) -> pd.DataFrame:
    """Ratios de l'exercice N, arrondis comme ils s'affichent, à côté des quartiles du secteur.

    Returns
    -------
    DataFrame
        Une ligne par ratio ; colonnes ``Entreprise``, ``Q1``, ``Médiane``, ``Q3``. Quartiles fictifs du cours.

    Raises
    ------
    ErreurDonnees
        Le cours ne donne pas de secteur à ce cas.

    >>> from rncp_utils.donnees import cas
    >>> comparaison_sectorielle(cas("CAS-04"))["Entreprise"].tolist()
    [3.8, 76.0, 13.0, 36.8, 1.72]
    """
    secteurs = lire_yaml(Path(__file__).with_name("secteurs_des_cas.yaml"), decimaux=False).contenu
    if cas.code not in secteurs:
        raise ErreurDonnees(f"Le cours ne donne pas de secteur au cas {cas.code} : choisissez {', '.join(secteurs)}.")
    liasse, lignes = _exercices(cas)["N"], {}
    for nom, quartiles in secteurs[cas.code].items():
        titre, decimales, calcul = _RATIOS[nom]
        lignes[titre] = [round(float(calcul(liasse)), decimales), *map(float, quartiles)]
    colonnes = ["Entreprise", "Q1", "Médiane", "Q3"]
    return pd.DataFrame.from_dict(lignes, orient="index", columns=colonnes).rename_axis("Ratio")


def comparaison_affichee(cas: Cas) -> pd.DataFrame:
    """:func:`comparaison_sectorielle` en textes : chaque ratio avec ses décimales.

    >>> from rncp_utils.donnees import cas
    >>> comparaison_affichee(cas("CAS-04"))["Entreprise"].tolist()
    ['3,8', '76', '13', '36,8', '1,72']
    """
    table = comparaison_sectorielle(cas)
    decimales = {titre: nombre for titre, nombre, _ in _RATIOS.values()}
    return table.apply(lambda ligne: ligne.map(lambda x: formater_nombre(x, decimales[ligne.name])), axis=1)


def _exercices(cas: Cas) -> dict:
    if not cas.exercices:
        raise ErreurDonnees(f"Le cas {cas.code} n'a pas de liasse : c'est une micro-entreprise.")
    return dict(cas.exercices)


def _nom(code: str) -> str:
    return f"{libelle(code)} ({code})"


def _table(cas: Cas, codes: Iterable[str], *, nette: bool = False, toujours: tuple[str, ...] = ()) -> pd.DataFrame:
    """Boxes of the years in columns; net of depreciation where asked; empty lines left out."""
    lignes = {}
    for code in codes:
        amortissement = postes()[code].amortissement if nette else ""
        valeurs = [x.get(code) - (x.get(amortissement) if amortissement else 0) for x in _exercices(cas).values()]
        if any(valeurs) or code in toujours:
            lignes[_nom(code)] = valeurs
    return pd.DataFrame.from_dict(lignes, orient="index", columns=list(_exercices(cas))).rename_axis(_POSTE)
