"""What another sheet takes up from the course: proposed from the words of the labels, confirmed by a person."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.competences.correspondances import (
    charger_correspondances,
    ecrire_correspondances,
    proposer_correspondances,
)
from rncp_utils.competences.rapprochement import mots, proches, proximite
from rncp_utils.competences.reprise import (
    CONFIRMEE,
    PROPOSEE,
    SANS_RIEN,
    non_reprises,
    partages,
    phrases_de_reprise,
    reprise_des_competences,
    reprise_des_epreuves,
)
from rncp_utils.erreurs import ErreurListe
from rncp_utils.referentiel import Referentiel, charger_referentiel

RNCP = charger_referentiel("rncp31919")
LIBELLE = st.lists(
    st.sampled_from(["analyser", "bilan", "client", "crédit", "garantie", "risque", "projet", "des", "de"]), max_size=6
).map(" ".join)


@given(LIBELLE, LIBELLE)
def test_la_proximite_est_symetrique_et_vaut_un_pour_les_memes_mots(un: str, autre: str) -> None:
    valeur, communs = proximite(un, autre)
    assert valeur == proximite(autre, un)[0]
    assert 0 <= valeur <= 1
    assert (valeur > 0) == bool(communs)
    assert (valeur == 1) == (bool(mots(un)) and set(mots(un)) == set(mots(autre)))


def test_la_proximite_se_refait_a_la_main() -> None:
    # 3 words and 4 words, 2 in common whatever their accents and endings: 2 × 2 / 7.
    assert proximite("Évaluer les risques financiers", "Evaluer un risque, du projet et du secteur") == (
        4 / 7,
        ("Évaluer", "risques"),
    )


@pytest.mark.parametrize(
    ("libelle", "attendu"),
    [
        ("Analyser les documents comptables de l'entreprise afin d'évaluer sa situation financière", "C5"),
        ("Monter le dossier de financement et l'argumenter auprès du comité", "C11"),
        ("Constituer des garanties adaptées au crédit", "C16"),
        ("Traiter les réclamations", "C22"),
    ],
)
def test_un_libelle_reecrit_retrouve_sa_competence(libelle: str, attendu: str) -> None:
    assert proches(libelle, [(c.code, c.libelle) for c in RNCP.competences])[0].code == attendu


def test_un_libelle_d_un_autre_metier_ne_ressemble_a_rien() -> None:
    assert proches("Tailler un rosier au printemps", [(c.code, c.libelle) for c in RNCP.competences]) == []


def autre_fiche(**changements: object) -> Referentiel:
    """The sheet of the course under another number, some labels rewritten."""
    libelles = changements.get("libelles", {})
    competences = tuple(c.model_copy(update={"libelle": libelles.get(c.code, c.libelle)}) for c in RNCP.competences)
    certification = RNCP.certification.model_copy(update={"code": "90002"})
    return RNCP.model_copy(update={"competences": competences, "certification": certification})


@pytest.fixture
def cible() -> Referentiel:
    return autre_fiche(
        libelles={"C1": "Tailler un rosier au printemps", "C2": "Analyser une entreprise et ses documents"}
    )


def test_la_fiche_du_cours_se_reprend_elle_meme_sans_rien_a_confirmer() -> None:
    table = proposer_correspondances(RNCP, RNCP)
    assert all(ligne.reprend == (ligne.competence,) and ligne.statut == "confirmé" for ligne in table.competences)
    assert all(ligne.reprend == (ligne.epreuve,) and ligne.statut == "confirmé" for ligne in table.epreuves)


def test_une_autre_fiche_est_proposee_ligne_a_ligne(cible: Referentiel) -> None:
    table = proposer_correspondances(cible, RNCP)
    assert {ligne.statut for ligne in (*table.competences, *table.epreuves)} == {"à confirmer"}
    assert table.competence("C1").reprend == ()
    assert table.competence("C2").reprend == ("C5",)
    assert table.competence("C2").proximites[0].startswith("C5 : 0,75 (mots communs : Analyser, entreprise, documents)")
    # An assessment of the same name, in the bloc whose competences are taken up.
    assert table.epreuve("B2-QST").reprend == ("B2-QST",)
    assert table.epreuve("B4-MES").reprend == ("B4-MES",)


@pytest.fixture
def bilan() -> pd.DataFrame:
    """One lesson, three exercises, two questions and ten points a competence."""
    return pd.DataFrame(
        [
            {"competence": c, "lecons": f"L-{c}", "exercices": 3, "items": 0 if c == "C9" else 2, "points": 10.0}
            for c in RNCP.codes_competences
        ]
    )


@pytest.fixture
def epreuves() -> pd.DataFrame:
    return pd.DataFrame([{"epreuve": code, "points": 100.0} for code in RNCP.codes_evaluations])


def confirmer(chemin: Path, **reprend: list[str]) -> None:
    """What a person does in the file: chooses, then confirms."""
    contenu = yaml.safe_load(chemin.read_text(encoding="utf-8"))
    for ligne in contenu["competences"]:
        if ligne["competence"] in reprend:
            ligne |= {"reprend": reprend[ligne["competence"]], "statut": "confirmé"}
    chemin.write_text(yaml.safe_dump(contenu, allow_unicode=True), encoding="utf-8")


def test_ce_qu_une_personne_confirme_est_compte(tmp_path: Path, cible, bilan, epreuves) -> None:
    chemin = tmp_path / "correspondances.yaml"
    ecrire_correspondances(proposer_correspondances(cible, RNCP), chemin)
    assert charger_correspondances(chemin, cible, RNCP) == proposer_correspondances(cible, RNCP)
    confirmer(chemin, C1=[], C3=["C3", "C5"])
    table = charger_correspondances(chemin, cible, RNCP)
    lues = reprise_des_competences(bilan, cible, table).set_index("competence")
    colonnes = ["reprend", "etat", "lecons", "nb_lecons", "exercices", "items", "points"]
    assert lues.loc["C1", colonnes].to_list() == ["", SANS_RIEN, "", 0, 0, 0, 0.0]
    assert lues.loc["C3", colonnes].to_list() == ["C3, C5", CONFIRMEE, "L-C3, L-C5", 2, 6, 4, 20.0]
    assert lues.loc["C4", colonnes].to_list() == ["C4", PROPOSEE, "L-C4", 1, 3, 2, 10.0]
    assert partages(table) == {"C5": ["C2", "C3", "C5"]}
    assert non_reprises(table, RNCP) == ["C1", "C2"]
    modalites = reprise_des_epreuves(epreuves, cible, table)
    assert modalites.loc[modalites["epreuve"] == "B1-QST", ["reprend", "etat", "points"]].to_numpy().tolist() == [
        ["B1-QST", PROPOSEE, 100.0]
    ]
    assert phrases_de_reprise(lues.reset_index(), modalites, table, RNCP) == [
        "Compétences de la fiche : 25. Confirmées : 1 ; proposées, à confirmer : 23 ; sans rien : 1 (C1).",
        "Modalités imposées : 12. Confirmées : 0 ; proposées, à confirmer : 12 ; sans rien : 0.",
        "Reprises, mais sans question notée à ce jour : C9.",
        "Compétences du cours que rien ne reprend : C1, C2.",
        "Reprises par plusieurs compétences : C5 par C2, C3, C5. Une question notée n'en prouve qu'une : il faudra "
        "choisir.",
    ]


def test_une_lecture_fautive_est_refusee_avec_toutes_ses_fautes(tmp_path: Path, cible) -> None:
    chemin = tmp_path / "correspondances.yaml"
    ecrire_correspondances(proposer_correspondances(cible, RNCP), chemin)
    contenu = yaml.safe_load(chemin.read_text(encoding="utf-8"))
    contenu["fiche_du_cours"] = "12345"
    contenu["competences"][0]["competence"] = "C99"
    contenu["competences"][1]["reprend"] = ["C77", "C4", "C4"]
    contenu["competences"].append(contenu["competences"][2])
    chemin.write_text(yaml.safe_dump(contenu, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ErreurListe) as refus:
        charger_correspondances(chemin, cible, RNCP)
    assert list(refus.value.fautes) == [
        "fiche_du_cours : écrit pour la fiche 12345, or la fiche chargée est la 31919.",
        "competences : la ligne de C1 manque ; ajoutez-la, avec « reprend: [] » si rien ne convient.",
        "competences : « C99 » n'existe pas dans l'autre fiche ; ôtez la ligne ou corrigez le code.",
        "competences : « C3 » a 2 lignes ; réunissez-les.",
        "competences › C2 : « C77 » n'existe pas dans la fiche du cours ; corrigez le code.",
        "competences › C2 : « C4 » est cité 2 fois ; gardez-en un.",
    ]


@pytest.mark.parametrize("contenu", ["", "- 1", "fiche: 90002"])
def test_un_fichier_d_une_autre_nature_est_refuse(tmp_path: Path, cible, contenu: str) -> None:
    (tmp_path / "c.yaml").write_text(contenu, encoding="utf-8")
    with pytest.raises(ErreurListe, match=r"Les correspondances c\.yaml sont refusées"):
        charger_correspondances(tmp_path / "c.yaml", cible, RNCP)
