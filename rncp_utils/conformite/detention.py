"""Bénéficiaires effectifs d'une société : qui, en remontant les chaînes de détention, possède plus de 25 %."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.formats import pourcent
from rncp_utils.parametres import parametre

LIENS = ("detenteur", "detenu", "part_capital")
PHYSIQUE, MORALE = "physique", "morale"
CAPITAL, VOTES, CONTROLE, REPRESENTANT = "capital", "droits de vote", "contrôle", "représentant légal"
Parts = dict[str, dict[str, Fraction]]


def beneficiaires(
    graphe_capital: pd.DataFrame | Iterable[Mapping[str, Any]],
    societe: str,
    *,
    controle: Iterable[str] = (),
    representants: Iterable[str] = (),
    date: dt.date | str | None = None,
) -> pd.DataFrame:
    """Bénéficiaires effectifs d'une société : plus de 25 % du capital ou des votes, directement ou indirectement.

    Le long d'une chaîne les parts se multiplient, et les chaînes d'une même personne s'ajoutent. Exactement 25 % ne
    suffisent pas. À défaut, celui qui contrôle la société par un autre moyen ; à défaut encore, le représentant légal.

    Parameters
    ----------
    graphe_capital : DataFrame ou liste de mappings, une ligne par détention
        ``detenteur``, ``detenu``, ``part_capital`` (fraction), puis facultatifs ``part_votes`` (par défaut celle du
        capital) et ``nature`` du détenteur (« physique » ou « morale » ; par défaut, qui n'est détenu par personne est
        une personne physique). Non modifié.
    societe : str
        Société dont on cherche les bénéficiaires.
    controle : liste de str
        Personnes physiques qui la contrôlent par tout autre moyen (C. com., art. L233-3, I, 3° et 4°).
    representants : liste de str
        Représentants légaux, retenus si personne d'autre ne l'est.
    date : date, optional
        Jour du seuil ; par défaut aujourd'hui.

    Returns
    -------
    DataFrame
        Index ``personne`` : ``part_capital`` et ``part_votes`` (fractions, calculées sans arrondi), ``motif`` (capital,
        droits de vote, contrôle, représentant légal), de la plus grande part à la plus petite.
        ``attrs["non_identifie"]`` est la part du capital dont les détenteurs ne sont pas connus.

    Raises
    ------
    ErreurDonnees
        Détention circulaire, part hors de 0 à 1, parts d'une société dont la somme dépasse 1, détention en double,
        société absente du graphe, personne à retenir introuvable.
    ErreurSchema
        Colonne absente.

    Source : CMF, art. L561-2-2 et R561-1 (source secondaire). Le produit des parts est la règle de calcul ; qui détient
    la majorité d'une holding peut aussi contrôler la filiale « par tout autre moyen » : donnez-le alors dans
    ``controle``.

    >>> graphe = [
    ...     {"detenteur": "Anne", "detenu": "Menuiserie", "part_capital": 0.20},
    ...     {"detenteur": "Holding", "detenu": "Menuiserie", "part_capital": 0.80},
    ...     {"detenteur": "Anne", "detenu": "Holding", "part_capital": 0.10},
    ...     {"detenteur": "Bruno", "detenu": "Holding", "part_capital": 0.90},
    ... ]
    >>> beneficiaires(graphe, "Menuiserie")["part_capital"].round(2).to_dict()
    {'Bruno': 0.72, 'Anne': 0.28}
    """
    table = graphe_capital if isinstance(graphe_capital, pd.DataFrame) else pd.DataFrame(list(graphe_capital))
    capital, votes, morales = _lire(table)
    if societe not in capital:
        raise ErreurDonnees(f"La société « {societe} » n'a pas de détenteur dans ce graphe : vérifiez son nom.")
    ordre = _ordre(capital, societe)
    parts = {"part_capital": _parts(capital, societe, ordre), "part_votes": _parts(votes, societe, ordre)}
    personnes = [nom for nom in ordre if nom != societe and nom not in capital and nom not in morales]
    connus = {
        nom: pd.Series({p: lues.get(p, Fraction(0)) for p in personnes}, dtype="object") for nom, lues in parts.items()
    }
    table = _retenir(pd.DataFrame(connus), controle, representants, _seuil(date))
    table.attrs["non_identifie"] = float(1 - sum(connus["part_capital"], Fraction(0)))
    return table


def _retenir(
    parts: pd.DataFrame, controle: Iterable[str], representants: Iterable[str], seuil: Fraction
) -> pd.DataFrame:
    """Owners above the threshold, those who control otherwise, or the legal representatives for want of anybody."""
    motifs = dict.fromkeys(controle, CONTROLE)
    motifs |= dict.fromkeys(parts.index[parts["part_votes"] > seuil], VOTES)
    motifs |= dict.fromkeys(parts.index[parts["part_capital"] > seuil], CAPITAL)
    motifs = motifs or dict.fromkeys(representants, REPRESENTANT)
    if not motifs:
        raise ErreurDonnees("Personne ne dépasse le seuil : donnez le représentant légal (representants=…).")
    table = parts.reindex(list(motifs), fill_value=Fraction(0)).astype("float64")
    table["motif"] = pd.Series(motifs, dtype="str")
    table.index = pd.Index(table.index, name="personne", dtype="str")
    return table.sort_values(["part_capital", "part_votes"], ascending=False, kind="stable")


def _seuil(date: dt.date | str | None) -> Fraction:
    return _exacte(parametre("conformite.seuil_beneficiaire_effectif", dt.date.today() if date is None else date))


def _lire(table: pd.DataFrame) -> tuple[Parts, Parts, set[str]]:
    """Shares of the capital and of the votes (owned → owner → share), and the owners said to be companies."""
    absentes = [nom for nom in LIENS if nom not in table]
    if absentes:
        raise ErreurSchema(
            f"Colonnes absentes du graphe : {', '.join(absentes)} ; une ligne par détention est attendue."
        )
    if table[["detenteur", "detenu"]].duplicated().any():
        raise ErreurDonnees("Une détention est écrite deux fois : gardez une ligne par détenteur et par société.")
    capital, votes = (
        _liens(table, "part_capital"),
        _liens(table, "part_votes" if "part_votes" in table else "part_capital"),
    )
    natures = table["nature"] if "nature" in table else pd.Series(index=table.index, dtype="object")
    if not natures.dropna().isin([PHYSIQUE, MORALE]).all():
        raise ErreurDonnees(f"La nature d'un détenteur est inconnue : {PHYSIQUE} ou {MORALE} est attendu.")
    return capital, votes, set(table.loc[natures == MORALE, "detenteur"])


def _liens(table: pd.DataFrame, colonne: str) -> Parts:
    liens: Parts = {}
    for detenteur, detenu, part in zip(table["detenteur"], table["detenu"], table[colonne], strict=True):
        exacte = _exacte(part)
        if not 0 <= exacte <= 1:
            raise ErreurDonnees(f"{detenteur} détient {part} de {detenu} : taux attendu en fraction, de 0 à 1.")
        liens.setdefault(detenu, {})[detenteur] = exacte
    for detenu, parts in liens.items():
        if sum(parts.values()) > 1:
            total = pourcent(float(sum(parts.values())), 2)
            raise ErreurDonnees(f"Les parts de {detenu} font {total} : elles ne peuvent pas dépasser 100 %.")
    return liens


def _exacte(part: Any) -> Fraction:
    """The share as it is written: 0.4 × 0.625 is exactly 25 %, not a hair more."""
    try:
        return Fraction(str(part))
    except (ValueError, ZeroDivisionError):
        raise ErreurDonnees(f"La part « {part} » n'est pas un nombre : une fraction de 1 est attendue.") from None


def _ordre(capital: Parts, societe: str) -> list[str]:
    """Owners after what they own, from the company upwards; a loop is refused.

    Depth first without recursion, so that a long chain does not exhaust the stack.
    """
    ordre: list[str] = []
    finis: set[str] = set()
    chemin = [societe]
    restants = {societe: iter(capital[societe])}
    while chemin:
        suivant = next(restants[chemin[-1]], None)
        if suivant is None:
            finis.add(chemin[-1])
            ordre.append(chemin.pop())
        elif suivant in chemin:
            boucle = [*chemin[chemin.index(suivant) :], suivant]
            raise ErreurDonnees(f"Détention circulaire : {' ← '.join(boucle)} ; vérifiez les liens de capital.")
        elif suivant not in finis:
            chemin.append(suivant)
            restants[suivant] = iter(capital.get(suivant, ()))
    return ordre[::-1]


def _parts(liens: Parts, societe: str, ordre: list[str]) -> dict[str, Fraction]:
    """Share of the company that each owner holds: products along the chains, summed over the paths."""
    parts = {societe: Fraction(1)}
    for detenu in ordre:
        for detenteur, part in liens.get(detenu, {}).items():
            parts[detenteur] = parts.get(detenteur, Fraction(0)) + parts[detenu] * part
    return parts
