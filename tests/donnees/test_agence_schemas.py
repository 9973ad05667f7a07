"""The descriptions of the tables: what they refuse, and that they refuse all of it at once, in French."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rncp_utils.donnees.agence.chargement import toutes_les_tables
from rncp_utils.donnees.agence.schemas import controler, normaliser, schemas
from rncp_utils.erreurs import ErreurListe, ErreurSchema

pytestmark = pytest.mark.xdist_group("agence")


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    return toutes_les_tables()


def fautes(tables: dict[str, pd.DataFrame]) -> list[str]:
    with pytest.raises(ErreurListe) as refus:
        controler(tables)
    return list(refus.value.fautes)


def test_les_tables_livrees_sont_acceptees(tables):
    controler(tables)


def test_chaque_lien_mene_a_une_cle():
    for schema in schemas().values():
        assert set(schema.cle) <= set(schema.colonnes)
        for cible, colonne in schema.liens.values():
            assert schemas()[cible].cle == (colonne,)
        for avant, apres in schema.ordre:
            assert {avant, apres} <= set(schema.colonnes)


def test_une_table_qui_manque_se_dit(tables):
    del tables["campagnes"]
    assert "la table campagnes manque." in fautes(tables)


def test_toutes_les_fautes_se_disent_d_un_coup(tables):
    tables["comptes"] = tables["comptes"].assign(autorisation=-1.0, type="divers")
    tables["foyers"] = tables["foyers"].assign(nb_enfants=np.nan)
    tables["clients"] = tables["clients"].drop(columns="ca").assign(humeur="bonne")
    tables["credits"] = pd.concat([tables["credits"], tables["credits"].head(1)], ignore_index=True)
    lues = fautes(tables)
    assert lues == [
        "table clients : la colonne ca manque.",
        "table clients : la colonne humeur n'est pas attendue.",
        "table foyers : la colonne nb_enfants est de type float64, int64 est attendu.",
        "table foyers : la colonne nb_enfants a des cases vides.",
        "table comptes : la colonne autorisation a 152 valeur(s) au-dessous de 0, par exemple -1.0.",
        "table comptes : la colonne type a 152 valeur(s) hors de courant, epargne, par exemple divers.",
        "table credits : la clé id_pret n'est pas unique.",
    ]


def test_une_cle_etrangere_sans_cible_se_dit(tables):
    tables["garanties"] = tables["garanties"].assign(id_pret="C00001-P99")
    (faute,) = fautes(tables)
    assert faute == (
        f"table garanties : {len(tables['garanties'])} valeur(s) de id_pret absente(s) de la table credits, "
        "par exemple C00001-P99."
    )


def test_des_dates_dans_le_desordre_se_disent(tables):
    demain = pd.Timestamp("2026-04-01")
    reclamations = tables["reclamations"].copy()
    veille = reclamations["date_reception"].iloc[0] - pd.Timedelta(days=1)
    reclamations.loc[reclamations.index[0], "date_accuse"] = veille
    tables["reclamations"] = reclamations
    contrats = tables["contrats"].copy()
    contrats.loc[contrats.index[:2], "date_souscription"] = pd.Timestamp("1980-01-01")
    tables["contrats"] = contrats
    incidents = tables["incidents"].copy()
    incidents.loc[incidents.index[0], "date"] = demain
    tables["incidents"] = incidents
    lues = fautes(tables)
    assert "table reclamations : date_reception suit date_accuse dans 1 ligne(s)." in lues
    assert "table contrats : date_souscription précède date_entree_relation de clients dans 2 ligne(s)." in lues
    assert any(lue.startswith("table incidents : la colonne date a 1 valeur(s) après le 31/03/2026") for lue in lues)
    assert len(lues) == 3


def test_normaliser_refuse_ce_qu_elle_ne_peut_pas_ranger(tables):
    rangees = normaliser(tables)
    pd.testing.assert_frame_equal(rangees["clients"], tables["clients"])
    with pytest.raises(ErreurSchema, match="Colonnes absentes de la table foyers : revenus"):
        normaliser(tables | {"foyers": tables["foyers"].drop(columns="revenus")})
    with pytest.raises(ErreurSchema, match="Tables absentes du portefeuille : liasses"):
        normaliser({nom: table for nom, table in tables.items() if nom != "liasses"})
    with pytest.raises(ErreurSchema, match="table foyers n'a pas le type attendu"):
        normaliser(tables | {"foyers": tables["foyers"].assign(revenus="beaucoup")})
