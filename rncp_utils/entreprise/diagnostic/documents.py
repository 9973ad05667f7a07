"""Des fichiers aux liasses à analyser : tout document lu, un FEC ramené à sa liasse, entreprise par entreprise."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from rncp_utils.entreprise.diagnostic.analyse import entreprise
from rncp_utils.entreprise.documents.lecture import lire_document
from rncp_utils.entreprise.liasse import Liasse, siren_valide
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees

_NOM_FEC = re.compile(r"(?P<siren>\d{9})FEC(?P<cloture>\d{8})", re.IGNORECASE)


def lire_entreprises(chemins: Iterable[Path | str], *, siren: str = "") -> dict[str, list[Liasse]]:
    """Liasses des documents donnés, par entreprise (SIREN, à défaut dénomination), dans l'ordre où elles sont lues.

    Parameters
    ----------
    chemins
        Documents que :func:`rncp_utils.entreprise.lire_document` sait lire.
    siren : str
        Ne garder que cette entreprise : son SIREN, ou sa dénomination si les documents n'ont pas de SIREN.

    Raises
    ------
    ErreurDonnees
        Fichier illisible, ou SIREN qui n'est dans aucun document.
    """
    entreprises: dict[str, list[Liasse]] = {}
    for chemin in chemins:
        for liasse in liasses_du_document(Path(chemin)):
            entreprises.setdefault(entreprise(liasse), []).append(liasse)
    if not siren:
        return entreprises
    cherche = siren.strip() if siren.strip() in entreprises else re.sub(r"\s", "", siren)
    if cherche not in entreprises:
        lus = ", ".join(entreprises) or "aucune entreprise"
        raise ErreurDonnees(f"« {siren} » n'est dans aucun des documents (lu : {lus}) : vérifiez-le.")
    return {cherche: entreprises[cherche]}


def liasses_du_document(chemin: Path) -> list[Liasse]:
    """Liasses d'un document ; celle d'un FEC est établie de sa balance, avec le nom du fichier pour identité."""
    with warnings.catch_warnings(record=True) as avertis:
        warnings.simplefilter("always")
        document = lire_document(chemin)
        liasses = [_liasse_du_fec(document, chemin)] if isinstance(document, pd.DataFrame) else document
        liasses = [liasses] if isinstance(liasses, Liasse) else list(liasses)
    dits = [str(averti.message) for averti in avertis if issubclass(averti.category, AvertissementDonnees)]
    return [replace(x, avertissements=tuple(dict.fromkeys((*x.avertissements, *dits)))) for x in liasses]


def _liasse_du_fec(fec: pd.DataFrame, chemin: Path) -> Liasse:
    # Imported here: the reading of ledgers is heavy, and most documents are not ledgers.
    from rncp_utils.entreprise import balance, controler_fec, liasse_depuis_balance

    siren, cloture, remarques = _identite_du_fec(fec, chemin)
    ouverture = fec["EcritureDate"].min().date().replace(day=1)
    duree = 12 * (cloture.year - ouverture.year) + cloture.month - ouverture.month + 1
    remarques.append(
        f"Durée de {duree} mois, déduite de la première écriture du FEC ({ouverture:%m/%Y}) : vérifiez-la."
    )
    controles = controler_fec(fec, siren or None, (ouverture, cloture))
    for controle in controles[controles["nb"].fillna(0) > 0].itertuples():
        remarques.append(f"FEC, contrôle {controle.code} ({controle.gravite}) : {controle.detail}")
    liasse = liasse_depuis_balance(
        balance(fec, auxiliaires=True), siren=siren, date_cloture=cloture, duree_mois=duree, denomination=chemin.stem
    )
    return replace(liasse, avertissements=(*liasse.avertissements, *remarques), source=chemin.name)


def _identite_du_fec(fec: pd.DataFrame, chemin: Path) -> tuple[str, dt.date, list[str]]:
    """SIREN and closing day from the legal name of the file; else the end of the month of the last entry."""
    if fec["EcritureDate"].isna().all():
        raise ErreurDonnees(f"« {chemin.name} » n'a aucune date d'écriture lisible : demandez un nouvel export.")
    nom = _NOM_FEC.search(chemin.stem)
    if nom:
        try:
            cloture = dt.datetime.strptime(nom["cloture"], "%Y%m%d").date()
        except ValueError:
            nom = None
    if not nom:
        cloture = (fec["EcritureDate"].max() + pd.offsets.MonthEnd(0)).date()
        return (
            "",
            cloture,
            [
                f"Le nom « {chemin.name} » n'est pas celui d'un FEC (SIREN, « FEC », date) : clôture au "
                f"{cloture:%d/%m/%Y}, déduite de la dernière écriture, SIREN inconnu."
            ],
        )
    if not siren_valide(nom["siren"]):
        return "", cloture, [f"Le SIREN {nom['siren']} du nom de fichier n'est pas valide : il n'est pas repris."]
    return nom["siren"], cloture, []
