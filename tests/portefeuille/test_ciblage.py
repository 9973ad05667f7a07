"""Sectors and places to prospect: what is counted, how it is scored, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.donnees import charger
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.portefeuille import zone_chalandise
from rncp_utils.portefeuille.ciblage import (
    CRITERES,
    SECTIONS,
    indicateurs_communes,
    indicateurs_secteurs,
    prospects_contactables,
    scorer_secteurs,
)

JOUR = "2026-03-31"
COLONNES = [colonne for colonne, _ in CRITERES.values()]
EGAUX = dict.fromkeys(CRITERES, 1)


@pytest.fixture(scope="module")
def secteurs() -> pd.DataFrame:
    return indicateurs_secteurs(JOUR)


def table(*lignes, index=None):
    return pd.DataFrame(lignes, columns=COLONNES, index=index or [f"s{i}" for i in range(len(lignes))])


def une_agence():
    """Two bakeries and a mason, one client; five prospects, each left out for its own reason but the first."""
    etablissements = pd.DataFrame(
        {
            "siret": ["1", "2", "3", "4"],
            "naf": ["1071C", "1071C", "4399C", "1071C"],
            "commune_insee": ["x", "y", "y", "y"],
            "date_creation": ["2010-01-01", "2025-04-01", "2015-01-01", "2012-01-01"],
            "etat": ["A", "A", "A", "F"],
            "date_fermeture": [None, None, None, "2025-12-01"],
        }
    )
    prospects = pd.DataFrame(
        {
            "id_client": [None, "c1", None, None, None],
            "naf": "1071C",
            "commune_insee": "x",
            "opposition": [False, False, True, False, False],
            "date_entree_fichier": ["2020-01-01", "2020-01-01", "2020-01-01", "2020-01-01", "2026-04-01"],
            "dernier_contact": ["2023-04-01", "2026-01-01", "2026-01-01", "2023-03-31", "2026-04-01"],
        }
    )
    clients = pd.DataFrame(
        {"naf": ["1071C"], "commune_insee": ["x"], "date_entree_relation": ["2019-01-01"]}, index=["c1"]
    )
    contrats = pd.DataFrame({"id_client": ["c1", "c1"], "pnb_annuel": [700.0, 300.0]})
    incidents = pd.DataFrame({"id_client": ["c1", "c1"], "date": ["2026-01-01", "2026-02-01"]})
    territoire = pd.DataFrame({"commune_insee": ["y", "x"], "commune": ["Igrec", "Ixe"], "population": [10, 20]})
    noms = ("etablissements", "prospects", "clients", "contrats", "incidents", "territoire")
    valeurs = (etablissements, prospects, clients, contrats, incidents, territoire)
    return dict(zip(noms, valeurs, strict=True))


def test_une_agence_comptee_a_la_main():
    boulangerie = indicateurs_secteurs(JOUR, une_agence()).loc["C"]
    attendu = {
        "libelle": "Fabrication (boulangerie)",
        "etablissements": 2,
        "creations": 1,
        "fermetures": 1,
        "clients": 1,
        "part_de_marche": 0.5,
        "a_conquerir": 1,
        "contactables": 1,  # neither the client, nor the opposed, nor three years old to the day, nor entered later
        "part_contactables": 1.0,
        "taux_fermeture": 0.5,  # two were open twelve months ago
        "pnb_moyen": 1_000.0,
        "pnb_a_conquerir": 1_000.0,
        "clients_en_incident": 1,
    }
    assert boulangerie.to_dict() == attendu
    vide = indicateurs_secteurs(JOUR, une_agence()).loc["S"]
    assert vide["etablissements"] == 0 and np.isnan(vide["part_de_marche"]) and np.isnan(vide["pnb_moyen"])
    lieux = indicateurs_communes(JOUR, "C", une_agence())
    assert lieux.index.tolist() == ["Ixe", "Igrec"], "the most populated first"
    assert lieux[["etablissements", "clients", "contactables", "fermetures"]].to_numpy().tolist() == [
        [1, 1, 1, 0],
        [1, 0, 0, 1],
    ]


def test_un_etablissement_ferme_apres_la_date_est_encore_ouvert():
    avant = indicateurs_secteurs("2025-11-30", une_agence()).loc["C"]
    assert (avant["etablissements"], avant["fermetures"]) == (3, 0)


def test_les_neuf_secteurs_du_cours(secteurs):
    assert dict(secteurs["libelle"]) == SECTIONS, "one name for each sector in the whole course"
    territoire = charger("territoire")
    assert secteurs["etablissements"].tolist() == [territoire[f"nb_etab_{s}"].sum() for s in SECTIONS]
    assert secteurs["creations"].sum() == territoire["creations"].sum()
    assert secteurs["fermetures"].sum() == territoire["cessations"].sum()
    assert secteurs["contactables"].sum() == len(prospects_contactables(charger("prospects"), JOUR)) == 363
    zone = zone_chalandise(charger("etablissements"), 1, date=JOUR, clients=charger("clients"))
    pd.testing.assert_series_equal(secteurs["part_de_marche"], zone["part_de_marche"])


def test_les_communes_se_recoupent_avec_les_secteurs(secteurs):
    comptes = ["etablissements", "creations", "fermetures", "clients", "contactables"]
    for section in ("F", "L"):
        lieux = indicateurs_communes(JOUR, [section])
        assert lieux[comptes].sum().tolist() == secteurs.loc[section, comptes].tolist()
    assert indicateurs_communes(JOUR)[comptes].sum().tolist() == secteurs[comptes].sum().tolist()


def test_aucun_secteur_ne_gagne_quels_que_soient_les_poids(secteurs):
    """The choice is a real one: the first place depends on what the branch looks for."""
    premiers = {
        scorer_secteurs(secteurs, dict(zip(CRITERES, poids, strict=True))).index[0]
        for poids in ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    }
    assert premiers == {"L", "G", "I"}


def test_des_notes_calculees_a_la_main():
    t = table([200, 0.10, 0.06], [600, 0.20, 0.10], [300, 0.15, 0.14])
    notes = scorer_secteurs(t, {"potentiel": 50, "accessibilite": 30, "risque": 20}).round(6)
    assert notes.loc["s0"].tolist() == [0, 0, 10, 2, 3]
    assert notes.loc["s1"].tolist() == [10, 10, 5, 9, 1]
    assert notes.loc["s2"].tolist() == [2.5, 5, 0, 2.75, 2]


def test_un_critere_sans_ecart_donne_la_note_neutre_et_ne_change_pas_l_ordre():
    t = table([1, 0.2, 0.1], [3, 0.2, 0.1], [2, 0.2, 0.1])
    notes = scorer_secteurs(t, EGAUX)
    assert set(notes["note_accessibilite"]) == {5.0} == set(notes["note_risque"])
    assert notes.index.tolist() == ["s1", "s2", "s0"]


def test_les_ex_aequo_partagent_le_meilleur_rang_dans_l_ordre_de_l_index():
    t = table([3, 1, 1], [1, 3, 1], [2, 2, 1], [0, 0, 1])
    notes = scorer_secteurs(t, EGAUX)
    assert notes["rang"].tolist() == [1, 1, 1, 4]
    assert notes.index.tolist() == ["s0", "s1", "s2", "s3"]


NOMBRES = st.integers(0, 1_000)
LIGNES = st.lists(st.tuples(NOMBRES, NOMBRES, NOMBRES), min_size=1, max_size=12)
POIDS = st.tuples(*[st.integers(0, 100)] * 3).filter(any)


@given(LIGNES, POIDS, st.integers(1, 50))
def test_les_notes_vont_de_0_a_10_et_seules_les_proportions_des_poids_comptent(lignes, poids, facteur):
    t, p = table(*lignes), dict(zip(CRITERES, poids, strict=True))
    avant = t.copy()
    notes = scorer_secteurs(t, p)
    mesures = notes.drop(columns="rang").to_numpy()
    assert (mesures >= -1e-9).all() and (mesures <= 10 + 1e-9).all()
    assert notes["rang"].is_monotonic_increasing and notes["rang"].iloc[0] == 1
    assert (notes["score"].diff().dropna() <= 1e-8).all(), "a lower rank never has a better score"
    pd.testing.assert_frame_equal(notes, scorer_secteurs(t, {nom: facteur * x for nom, x in p.items()}))
    pd.testing.assert_frame_equal(t, avant)


@given(LIGNES, POIDS)
def test_changer_d_unite_ne_change_pas_le_classement(lignes, poids):
    p = dict(zip(CRITERES, poids, strict=True))
    t = table(*lignes)
    assert scorer_secteurs(t, p)["rang"].to_dict() == scorer_secteurs(t * [1_000, 8, 16] + 3, p)["rang"].to_dict()


@pytest.mark.parametrize(
    ("poids", "mots"),
    [
        ({**EGAUX, "risque": -1}, "« risque » vaut -1"),
        ({**EGAUX, "risque": float("nan")}, "« risque » vaut nan"),
        ({**EGAUX, "risque": float("inf")}, "« risque » vaut inf"),
        ({**EGAUX, "risque": "2"}, "« risque » vaut 2"),
        ({**EGAUX, "risque": None}, "« risque » vaut None"),
        (dict.fromkeys(CRITERES, 0), "Les trois poids sont nuls"),
        ({**EGAUX, "chance": 1}, "Critères inconnus : chance"),
        ({"potentiel": 1, "risque": 1}, "sans poids : accessibilite"),
    ],
)
def test_des_poids_refuses(poids, mots):
    with pytest.raises(ErreurDonnees, match=mots):
        scorer_secteurs(table([1, 1, 1]), poids)


def test_des_tables_refusees(secteurs):
    with pytest.raises(ErreurSchema, match="Colonnes absentes de la table des secteurs : taux_fermeture"):
        scorer_secteurs(secteurs.drop(columns="taux_fermeture"), EGAUX)
    trouee = secteurs.assign(part_contactables=secteurs["part_contactables"].mask(secteurs.index == "H"))
    with pytest.raises(ErreurDonnees, match="« part_contactables » manque ou n'est pas un nombre pour H"):
        scorer_secteurs(trouee, EGAUX)
    with pytest.raises(ErreurDonnees, match="La table des secteurs est vide"):
        scorer_secteurs(secteurs.iloc[:0], EGAUX)
    with pytest.raises(ErreurDonnees, match="Sections demandées : Z"):
        indicateurs_communes(JOUR, ["F", "Z"])
    with pytest.raises(ErreurDonnees, match="Sections demandées : aucune"):
        indicateurs_communes(JOUR, [])
    with pytest.raises(ErreurSchema, match="Tables absentes : incidents"):
        indicateurs_secteurs(JOUR, {n: t for n, t in une_agence().items() if n != "incidents"})
    with pytest.raises(ErreurSchema, match="Colonnes absentes de la table des prospects : opposition"):
        prospects_contactables(charger("prospects").drop(columns="opposition"), JOUR)
