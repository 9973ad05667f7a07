"""Totals equal to nbgrader's, statuses and proposals as the certification rules say."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbgrader.api import Gradebook

from rncp_utils.grading.notes import COLONNES, notes_par_cellule
from rncp_utils.grading.tables import COLONNES_BLOC, COLONNES_COMPETENCE, par_bloc, par_competence, par_devoir
from tests.machine import exemples


def table_de_notes(*lignes: tuple, apprenant: str = "ali") -> pd.DataFrame:
    """Notes of one learner from ``(assignment, cell, competence, points, max[, status])``."""
    valeurs = []
    for devoir, cellule, competence, points, maximum, *plus in lignes:
        ligne = dict.fromkeys(COLONNES) | {"apprenant": apprenant, "devoir": devoir, "cellule": cellule}
        ligne |= {"competence": competence, "points": points, "max": float(maximum), "auto": points}
        ligne |= {"statut": plus[0] if plus else "corrigé", "retard_s": 0.0, "penalite": 0.0}
        valeurs.append(ligne)
    table = pd.DataFrame(valeurs, columns=list(COLONNES))
    nombres = dict.fromkeys(("points", "max", "auto", "manuel", "extra", "penalite", "retard_s"), float)
    return table.astype(nombres).assign(remis_le=pd.to_datetime(table["remis_le"], utc=True))


def bloc_3(c13: float, c14: float, c15: float) -> pd.DataFrame:
    """Notes of bloc 3, whose two evaluations are handed in: points out of 48, 82 and 70."""
    return table_de_notes(
        ("B3-MES", "mes_c13", "C13", min(c13, 18), 18),
        ("B3-RAP", "rap_c13", "C13", c13 - min(c13, 18), 30),
        ("B3-MES", "mes_c14", "C14", min(c14, 42), 42),
        ("B3-RAP", "rap_c14", "C14", c14 - min(c14, 42), 40),
        ("B3-MES", "mes_c15", "C15", min(c15, 40), 40),
        ("B3-RAP", "rap_c15", "C15", c15 - min(c15, 40), 30),
    )


@pytest.fixture
def competences(referentiel, regles):
    return lambda notes: par_competence(notes, referentiel, regles).set_index(["apprenant", "competence"])


@pytest.fixture
def blocs(referentiel, regles):
    def calculer(notes):
        table = par_bloc(par_competence(notes, referentiel, regles), referentiel, regles)
        return table.assign(motif=table["motif"].str.replace("\u00a0", " ")).set_index(["apprenant", "bloc"])

    return calculer


# Competences


@pytest.mark.parametrize(
    ("points", "taux", "niveau"),
    [(15.0, 0.6, "acquis"), (14.9, 0.596, "en cours"), (10.0, 0.4, "en cours"), (9.99, 0.3996, "non acquis")],
)
def test_the_boundary_of_c17_out_of_25_points(competences, points, taux, niveau):
    notes = table_de_notes(
        ("B4-QST", "q4_c17", "C17", points - 3, 15), ("B4-MES", "m4_dossier", "C17", 3.0, 10), *_autres_du_bloc_4()
    )
    ligne = competences(notes).loc[("ali", "C17")]
    assert (ligne["points"], ligne["max"], ligne["taux"]) == (pytest.approx(points), 25.0, taux)
    assert (ligne["niveau"], ligne["statut"], ligne["motif"]) == (niveau, niveau, "")


def test_sums_of_binary_fractions_do_not_cost_a_status(competences):
    points = (0.6, 0.7, 0.8, 0.9)
    assert sum(points) / 5 < 0.6
    notes = table_de_notes(*(("B5-MES", f"poste_{point}", "C23", point, 1.25) for point in points))
    assert competences(notes).loc[("ali", "C23"), ["taux", "statut"]].tolist() == [0.6, "acquis"]


def test_missing_evaluations_leave_the_competence_unevaluated(competences):
    ligne = competences(table_de_notes(("B1-QST", "qst_c1", "C1", 12.0, 15))).loc[("ali", "C1")]
    assert (ligne["taux"], ligne["niveau"], ligne["statut"]) == (0.8, "acquis", "non évalué")
    assert ligne["motif"] == "épreuves manquantes : B1-SYN, B1-RAP, B1-CAS"
    assert ligne["epreuves_manquantes"] == "B1-SYN, B1-RAP, B1-CAS"


def test_work_not_handed_in_counts_as_missing_not_as_zero(competences):
    notes = table_de_notes(("B3-MES", "mes_c13", "C13", 18.0, 18), ("B3-RAP", "rap_c13", "C13", None, 30, "non remis"))
    ligne = competences(notes).loc[("ali", "C13")]
    assert (ligne["points"], ligne["max"], ligne["taux"]) == (18.0, 18.0, 1.0)
    assert (ligne["statut"], ligne["motif"]) == ("non évalué", "épreuves manquantes : B3-RAP")


def test_a_cell_to_mark_comes_before_everything(competences):
    notes = table_de_notes(("B1-CAS", "cas_c5", "C5", 30.0, 35), ("B1-SYN", "syn_diag", "C5", None, 20, "à confirmer"))
    ligne = competences(notes).loc[("ali", "C5")]
    assert (ligne["points"], ligne["max"], ligne["niveau"]) == (30.0, 35.0, "acquis")
    assert ligne["statut"] == "à confirmer"
    assert ligne["motif"] == "à noter ou à confirmer : B1-SYN ; épreuves manquantes : B1-RAP, B1-QST"


def test_a_failed_run_is_to_confirm_and_says_so(competences):
    ligne = competences(table_de_notes(("B5-MES", "poste", "C23", None, 34, "échec de correction"))).loc[("ali", "C23")]
    assert (ligne["statut"], ligne["motif"]) == ("à confirmer", "correction automatique en échec : B5-MES")
    assert pd.isna(ligne["taux"])


def test_a_competence_that_no_cell_bears_is_not_evaluated(competences):
    ligne = competences(table_de_notes(("B5-MES", "poste", "C23", 30.0, 34))).loc[("ali", "C24")]
    assert (ligne["statut"], ligne["motif"]) == ("non évalué", "épreuves notées : moins de 1")


def test_training_assignments_count_for_nothing(competences):
    notes = table_de_notes(("B5-MES", "poste", "C23", 17.0, 34), ("F-B5", "essai", "C23", 50.0, 50))
    assert competences(notes).loc[("ali", "C23"), ["points", "max", "taux"]].tolist() == [17.0, 34.0, 0.5]


def test_extra_points_do_not_lift_a_rate_above_one(competences):
    ligne = competences(table_de_notes(("B5-MES", "poste", "C23", 36.0, 34))).loc[("ali", "C23")]
    assert (ligne["points"], ligne["taux"]) == (36.0, 1.0)


def test_every_learner_has_the_25_competences_in_the_order_of_the_sheet(competences, referentiel):
    notes = pd.concat([table_de_notes(("B5-MES", "poste", "C23", 30.0, 34), apprenant=nom) for nom in ("zoe", "ali")])
    table = competences(notes)
    assert list(table.index) == [(nom, code) for nom in ("ali", "zoe") for code in referentiel.codes_competences]
    assert list(table.reset_index().columns.sort_values()) == sorted(COLONNES_COMPETENCE)


def test_a_share_of_expert_marks_can_be_required(referentiel, regles):
    exigeantes = regles.model_copy(
        update={"competence": regles.competence.model_copy(update={"part_expert_min": regles.competence.acquis})}
    )
    notes = table_de_notes(("B5-MES", "poste", "C23", 30.0, 34))
    ligne = par_competence(notes, referentiel, exigeantes).set_index("competence").loc["C23"]
    assert (ligne["statut"], ligne["motif"]) == ("à confirmer", "part notée par une personne : moins de 60\u00a0%")
    humaines = notes.assign(manuel=notes["points"])
    assert par_competence(humaines, referentiel, exigeantes).set_index("competence").loc["C23", "statut"] == "acquis"


# Blocs


def test_bloc_3_with_one_competence_compensated(blocs):
    bloc = blocs(bloc_3(35, 60, 41)).loc[("ali", "B3")]
    assert (bloc["points"], bloc["max"], bloc["taux"]) == (136.0, 200.0, 0.6822)
    assert bloc["taux_points"] == 0.68
    assert bloc[["acquis", "en_cours", "non_acquis", "non_evalues", "a_confirmer"]].tolist() == [2, 1, 0, 0, 0]
    assert bloc["proposition"] == "proposé à validation"
    assert bloc["motif"] == "en cours, compensée : C15 ; moyenne du bloc 68,2 %"


def test_all_acquired_needs_no_reason(blocs):
    assert blocs(bloc_3(40, 60, 60)).loc[("ali", "B3"), ["proposition", "motif"]].tolist() == [
        "proposé à validation",
        "",
    ]


@pytest.mark.parametrize(
    ("points", "motif"),
    [
        ((40, 45, 41), "en cours : C14, C15"),
        ((40, 60, 20), "non acquises : C15"),
        ((29, 50, 30), "en cours : C15 ; moyenne du bloc 54,8 % (60,0 % exigés)"),
        ((20, 30, 41), "non acquises : C14 ; en cours : C13, C15 ; moyenne du bloc 45,6 % (60,0 % exigés)"),
    ],
)
def test_a_bloc_that_falls_short_says_why(blocs, points, motif):
    assert blocs(bloc_3(*points)).loc[("ali", "B3"), ["proposition", "motif"]].tolist() == ["proposé ajourné", motif]


def _autres_du_bloc_4() -> list[tuple]:
    """Full marks in both evaluations of bloc 4 for all its competences but C17."""
    return [
        (devoir, f"{devoir}_{code}", code, 10.0, 10)
        for devoir in ("B4-QST", "B4-MES")
        for code in ("C16", "C18", "C19", "C20", "C21", "C22")
    ]


def test_conformity_is_never_compensated(blocs):
    notes = table_de_notes(("B4-QST", "q4_c17", "C17", 14.9, 25), *_autres_du_bloc_4())
    assert blocs(notes).loc[("ali", "B4"), ["proposition", "motif"]].tolist() == [
        "proposé ajourné",
        "en cours : C17 ; jamais compensées : C17",
    ]


def test_a_bloc_waits_for_its_marks_then_for_its_evaluations(blocs):
    attente = blocs(table_de_notes(("B1-SYN", "syn_diag", "C5", None, 20, "à confirmer"))).loc[("ali", "B1")]
    assert (attente["proposition"], attente["a_confirmer"], attente["non_evalues"]) == ("à confirmer", 1, 5)
    assert attente["motif"] == "à confirmer : C5 ; épreuves manquantes : B1-RAP, B1-QST, B1-CAS"
    manque = blocs(table_de_notes(("B1-QST", "qst_c1", "C1", 12.0, 15))).loc[("ali", "B1")]
    assert (manque["proposition"], manque["non_evalues"], manque["acquis"]) == ("non évalué", 6, 0)
    assert manque["motif"] == "épreuves manquantes : B1-SYN, B1-RAP, B1-CAS"
    assert (manque["points"], manque["max"], manque["taux"]) == (12.0, 15.0, 0.8)


def test_a_competence_left_out_of_the_course_is_named(blocs):
    bloc = blocs(table_de_notes(("B5-MES", "poste", "C23", 30.0, 34))).loc[("ali", "B5")]
    assert (bloc["proposition"], bloc["motif"]) == ("non évalué", "non évaluées : C24, C25")


def test_every_learner_has_the_5_blocs(blocs, referentiel):
    table = blocs(bloc_3(40, 60, 60))
    assert list(table.index) == [("ali", code) for code in referentiel.codes_blocs]
    assert sorted(table.reset_index().columns) == sorted(COLONNES_BLOC)
    assert table.loc[("ali", "B1"), "max"] == 0
    assert pd.isna(table.loc[("ali", "B1"), "taux"])


def test_no_learner_gives_empty_tables(competences, blocs):
    vide = table_de_notes()
    assert competences(vide).empty
    assert blocs(vide).empty
    assert par_devoir(vide).empty


# Assignments


def test_the_penalty_is_taken_from_the_total_and_never_below_zero():
    notes = table_de_notes(("B1-QST", "a", "C1", 4.0, 10), ("B1-QST", "b", "C2", 5.0, 10)).assign(penalite=2.5)
    ligne = par_devoir(notes).iloc[0]
    assert ligne[["brut", "penalite", "points", "max", "taux"]].tolist() == [9.0, 2.5, 6.5, 20.0, 0.325]
    assert par_devoir(notes.assign(penalite=12.0)).loc[0, "points"] == 0.0


@pytest.mark.parametrize(
    ("second", "statut"),
    [("corrigé", "corrigé"), ("à confirmer", "à confirmer"), ("échec de correction", "échec de correction")],
)
def test_the_status_of_a_copy_is_that_of_its_least_advanced_cell(second, statut):
    points = 5.0 if second == "corrigé" else None
    notes = table_de_notes(("B1-QST", "a", "C1", 4.0, 10), ("B1-QST", "b", "C2", points, 10, second))
    ligne = par_devoir(notes).iloc[0]
    assert ligne["statut"] == statut
    assert pd.isna(ligne["taux"]) == (statut != "corrigé")


def test_work_not_handed_in_has_no_total():
    ligne = par_devoir(table_de_notes(("B1-QST", "a", "C1", None, 10, "non remis"))).iloc[0]
    assert ligne["statut"] == "non remis"
    assert pd.isna(ligne["brut"])
    assert pd.isna(ligne["points"])


COURS = [
    ("B1-SYN", "syn_ebe", "C5", 10, "test"),
    ("B1-SYN", "syn_diag", "C5", 20, "redaction"),
    ("B1-SYN", "syn_pieces", "C6", 5, "tache"),
    ("B1-QST", "qst_c1", "C1", 15, "test"),
    ("F-B1", "essai", "C1", 8, "test"),
]
score = st.none() | st.floats(0, 20).map(lambda x: round(x, 4))
note = st.fixed_dictionaries(
    {"auto_score": score, "manual_score": score, "extra_credit": score, "needs_manual_grade": st.booleans()}
)
copie = st.fixed_dictionaries(
    {
        "notes": st.fixed_dictionaries({cellule: note for _, cellule, *_ in COURS}),
        "penalite": st.none() | st.floats(0, 30).map(lambda x: round(x, 2)),
    }
)
promotions = st.dictionaries(
    st.sampled_from(["ali", "bea", "cyr"]),
    st.dictionaries(st.sampled_from(["B1-SYN", "B1-QST", "F-B1"]), copie),
    min_size=1,
)


@settings(max_examples=exemples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(promotion=promotions)
def test_totals_equal_those_of_nbgrader(carnet, etiquettes, promotion):
    url = carnet(COURS, promotion)
    totaux = par_devoir(notes_par_cellule(url, etiquettes(COURS))).set_index(["apprenant", "devoir"])
    assert len(totaux) == 3 * len(promotion)
    with Gradebook(url) as gradebook:
        for (apprenant, devoir), ligne in totaux.iterrows():
            if devoir not in promotion[apprenant]:
                assert ligne["statut"] == "non remis"
                continue
            remise = gradebook.find_submission(devoir, apprenant)
            assert ligne["brut"] == pytest.approx(remise.score, abs=0.01)
            assert ligne["penalite"] == pytest.approx(remise.late_submission_penalty, abs=0.01)
            # The rule of nbgrader's own CSV exporter.
            final = max(0.0, remise.score - remise.late_submission_penalty)
            assert ligne["points"] == pytest.approx(final, abs=0.01)
            assert ligne["max"] == pytest.approx(remise.max_score, abs=0.01)
