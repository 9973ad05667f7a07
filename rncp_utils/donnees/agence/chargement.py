"""Le portefeuille de l'agence, table par table : environ 120 clients professionnels fictifs suivis sur quatre ans."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from rncp_utils.donnees.agence.schemas import Table, indexer, schemas
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.fichiers import ecriture_atomique

if TYPE_CHECKING:
    from rncp_utils.risque import SuiviComptes

DOSSIER = Path(__file__).parents[1] / "tables"
_COMPRESSION, _NIVEAU = "zstd", 15


def lister_tables() -> dict[str, str]:
    """Noms des tables du portefeuille, et ce que chacune contient.

    >>> lister_tables()["comptes"]
    "Comptes tenus par l'agence"
    """
    return {nom: schema.titre for nom, schema in schemas().items()}


def charger(nom: str) -> pd.DataFrame:
    """Une table du portefeuille, prête à analyser.

    Parameters
    ----------
    nom : str
        Un des noms de :func:`lister_tables` ; colonnes, unités et liens sont dans le dictionnaire des données.

    Returns
    -------
    DataFrame
        À vous : modifiez-la librement, la suivante sera intacte. Les tables ``clients`` et ``dossiers`` ont
        ``id_client`` pour index ; les autres ont leur clé parmi leurs colonnes.

    Raises
    ------
    ErreurDonnees
        Nom inconnu : le message cite les tables ; fichier absent ou illisible.

    >>> len(charger("clients")), charger("clients").loc["C00001", "statut"]
    (120, 'EURL')
    """
    if nom not in schemas():
        raise ErreurDonnees(f"Je ne connais pas la table « {nom} » ; choisissez {', '.join(schemas())}.")
    return _lire(DOSSIER / f"{nom}.parquet", nom).copy()


def date_du_portrait() -> pd.Timestamp:
    """Dernier jour que les données connaissent.

    >>> f"{date_du_portrait():%d/%m/%Y}"
    '31/03/2026'
    """
    return charger("soldes_jour")["date"].max()


@lru_cache(maxsize=64)
def _lire(chemin: Path, nom: str) -> pd.DataFrame:
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    schema = schemas()[nom]
    try:
        lue = pq.read_table(chemin, columns=list(schema.colonnes)).to_pandas()
    except (OSError, ArrowException) as erreur:
        raise ErreurDonnees(
            f"La table « {nom} » ne se lit pas dans {chemin.name} : réinstallez la bibliothèque, ou régénérez les "
            "tables avec « rncp donnees generer »."
        ) from erreur
    return indexer(schema, lue.astype(schema.types))


def suivi_comptes() -> SuiviComptes:
    """Comptes courants du portefeuille, prêts à être lus à n'importe quelle date : un par client.

    Returns
    -------
    SuiviComptes
        Soldes de chaque jour, autorisations, mouvements, incidents, échéances impayées et chiffre d'affaires TTC ; ses
        indicateurs ont ``id_client`` pour index. Les livrets sont laissés de côté.

    >>> suivi_comptes().indicateurs("2026-03-31").index.name
    'id_client'
    """
    return _suivi()


@lru_cache(maxsize=1)
def _suivi() -> SuiviComptes:
    """Read once: it is never changed."""
    from rncp_utils.donnees.agence.relation.suivi import suivre

    return suivre(toutes_les_tables(), charger("clients"))


def liasses_du_portefeuille() -> pd.DataFrame:
    """Liasses du régime normal du portefeuille, une ligne par exercice, prêtes pour ``sig``, ``ratios``, ``caf``…

    >>> list(liasses_du_portefeuille().index.names)
    ['siren', 'date_cloture']
    """
    from rncp_utils.donnees.agence.vues import liasses_en_table

    return liasses_en_table(charger("liasses"), charger("clients"))


def finances_clients(date: Any) -> pd.DataFrame:
    """Signaux financiers de chaque client, tels que l'agence les connaissait à une date : pour ``score_alerte``.

    Parameters
    ----------
    date : date

    Returns
    -------
    DataFrame
        Index ``id_client`` : ``ebe`` (euros, dernier bilan reçu), ``capitaux_propres_insuffisants``,
        ``cotation_degradee``, ``evenement_grave``, ``mois_depuis_cloture`` (d'un bilan attendu qui n'est pas venu) et
        ``defaut`` (test de l'arriéré, clientèle de détail : :meth:`SuiviComptes.defauts`).

    >>> bool(finances_clients("2026-03-31").loc["C00001", "evenement_grave"])
    False
    """
    from rncp_utils.donnees.agence.relation.suivi import exercices_connus, finances

    tables, clients = toutes_les_tables(), charger("clients")
    bilans = tables["pieces_conformite"].query("piece == 'bilan'").rename(columns={"date_piece": "date_cloture"})
    closes = tables["operations"][["id_client", "date_cloture"]].merge(
        bilans[["id_client", "date_cloture", "recue_le"]], how="left", on=["id_client", "date_cloture"]
    )
    signaux = finances(exercices_connus(tables, clients), clients, tables["evenements"], closes, date)
    return signaux.assign(defaut=defauts_clients(date)["defaut"].reindex(signaux.index, fill_value=False))


def defauts_clients(date: Any) -> pd.DataFrame:
    """Test du défaut par arriéré de chaque client, à une date : il passe avant le score.

    Returns
    -------
    DataFrame
        Index ``id_client`` : ``jours_arriere`` (compteur), ``defaut``, ``defaut_depuis``. L'exposition réunit le
        capital restant dû des prêts à la date d'arrêté des données et le découvert de chaque jour.

    >>> defauts_clients("2025-09-30").query("defaut")["defaut_depuis"].dt.strftime("%d/%m/%Y").to_dict()
    {'C00009': '16/06/2025'}
    """
    return suivi_comptes().defauts(date, charger("credits").groupby("id_client")["crd"].sum())


def toutes_les_tables() -> dict[str, pd.DataFrame]:
    """Every table by name."""
    return {nom: charger(nom) for nom in schemas()}


def ecrire_tables(tables: dict[str, pd.DataFrame], dossier: Path = DOSSIER) -> list[Path]:
    """Write every table, the same bytes for the same rows, and forget what was read before.

    Returns
    -------
    list of Path
        Files written.
    """
    chemins = []
    for nom, schema in schemas().items():
        chemin = dossier / f"{nom}.parquet"
        with ecriture_atomique(chemin) as temporaire:
            _ecrire(tables[nom], schema, temporaire)
        chemins.append(chemin)
    _lire.cache_clear()
    _suivi.cache_clear()
    return chemins


def _ecrire(table: pd.DataFrame, schema: Table, chemin: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    a_plat = table.reset_index() if schema.index else table
    # Neither pandas' own metadata, which names its version, nor Arrow's copy of them: types come from the schemas.
    en_arrow = pa.Table.from_pandas(a_plat[list(schema.colonnes)], preserve_index=False).replace_schema_metadata(None)
    pq.write_table(
        en_arrow,
        chemin,
        compression=_COMPRESSION,
        compression_level=_NIVEAU,
        store_schema=False,
        write_statistics=False,
        version="2.6",
        row_group_size=1_000_000,
    )
