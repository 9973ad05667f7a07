"""From the gradebook to the decision: retakes, absences, blocking errors, VAE, certification, the jury."""

from __future__ import annotations

import pytest

from rncp_utils.erreurs import ErreurListe
from rncp_utils.grading.certifications import A_COMPLETER, CERTIFICATION, HORS_CERTIFICATION
from rncp_utils.grading.resultats import calculer

# One cell of 20 points a competence in every épreuve of its bloc: the learner who has 12 everywhere has 60 %.
INSCRIPTIONS = "apprenant;nom;prenom;voie;date_entree;derogation"
ABSENCES = "apprenant;devoir;justifiee;motif"
ERREURS = "apprenant;devoir;competence;motif;leve;motif_du_jury"
PREUVES = "apprenant;competence;preuve;niveau;evaluateur;date"
DECISIONS = "apprenant;objet;decision;motif"
POSSIBLES = 20.0


def cours_entier(referentiel, *rattrapages: str) -> list[tuple]:
    def cellules(devoir: str, bloc: str) -> list[tuple]:
        return [(devoir, f"c_{code}", code, POSSIBLES, "test") for code in referentiel.bloc(bloc).competences]

    lignes = [ligne for e in referentiel.evaluations for ligne in cellules(e.code, e.bloc)]
    for devoir in rattrapages:
        lignes += cellules(devoir, referentiel.evaluation(devoir.rsplit("-R", 1)[0]).bloc)
    return lignes


def copie(cours: list[tuple], devoir: str, points: float | None, **autres: float | None) -> dict:
    """A copy with the same points everywhere, but for the competences named."""
    notes = {cellule: autres.get(code, points) for d, cellule, code, *_ in cours if d == devoir}
    return {"notes": {cellule: note for cellule, note in notes.items() if note is not None}}


def toutes(cours: list[tuple], points: float) -> dict[str, dict]:
    """Every first-session copy, with the same points everywhere."""
    return {
        devoir: copie(cours, devoir, points)
        for devoir in dict.fromkeys(ligne[0] for ligne in cours)
        if not devoir.endswith("-R1")
    }


@pytest.fixture
def resultats(carnet, source, referentiel, regles):
    """Tables of a course and its copies, the session folder beside it."""

    def executer(cours, copies):
        return calculer(carnet(cours, copies), source(cours), referentiel=referentiel, regles=regles)

    return executer


def statut(tables, competence: str, apprenant: str = "ali") -> tuple[str, str]:
    ligne = tables.competences.set_index(["apprenant", "competence"]).loc[(apprenant, competence)]
    return ligne["statut"], ligne["motif"].replace("\u00a0", " ")


def bloc(tables, code: str, apprenant: str = "ali"):
    return tables.blocs.set_index(["apprenant", "bloc"]).loc[(apprenant, code)]


def certification(tables, apprenant: str = "ali"):
    return tables.certifications.set_index("apprenant").loc[apprenant]


def prises(tables, devoir: str, apprenant: str = "ali") -> set[str]:
    notes = tables.notes
    return set(notes[(notes["apprenant"] == apprenant) & (notes["devoir"] == devoir)]["prise_en_compte"])


class TestRattrapage:
    """Best mark per épreuve, the épreuve as a whole."""

    @pytest.mark.parametrize(
        ("premiere", "seconde", "points"), [(8.0, 14.0, 14.0), (14.0, 8.0, 14.0), (10.0, 10.0, 10.0)]
    )
    def test_the_better_session_is_kept(self, resultats, referentiel, premiere, seconde, points):
        cours = cours_entier(referentiel, "B5-MES-R1")
        copies = toutes(cours, 12.0) | {
            "B5-MES": copie(cours, "B5-MES", premiere),
            "B5-MES-R1": copie(cours, "B5-MES-R1", seconde),
        }
        tables = resultats(cours, {"ali": copies})
        lignes = tables.competences[tables.competences["bloc"] == "B5"]
        assert lignes["points"].tolist() == [points] * 3
        assert lignes["max"].tolist() == [POSSIBLES] * 3
        gardee = "B5-MES-R1" if seconde > premiere else "B5-MES"
        assert prises(tables, gardee) == {"comptée"}
        assert prises(tables, "B5-MES" if gardee.endswith("R1") else "B5-MES-R1") == {"autre session retenue"}

    def test_an_epreuve_is_kept_whole_not_cell_by_cell(self, resultats, referentiel):
        cours = cours_entier(referentiel, "B5-MES-R1")
        copies = {
            "B5-MES": copie(cours, "B5-MES", 10.0, C23=20.0),
            "B5-MES-R1": copie(cours, "B5-MES-R1", 15.0, C23=0.0),
        }
        tables = resultats(cours, {"ali": copies})
        bloc_5 = tables.competences[tables.competences["bloc"] == "B5"].set_index("competence")["points"]
        assert bloc_5.to_dict() == {"C23": 20.0, "C24": 10.0, "C25": 10.0}

    def test_the_late_penalty_counts_in_the_choice(self, resultats, referentiel):
        cours = cours_entier(referentiel, "B5-MES-R1")
        copies = {
            "B5-MES": copie(cours, "B5-MES", 12.0),
            "B5-MES-R1": copie(cours, "B5-MES-R1", 13.0) | {"penalite": 6.0},
        }
        assert prises(resultats(cours, {"ali": copies}), "B5-MES") == {"comptée"}

    def test_a_retake_to_mark_leaves_everything_to_confirm(self, resultats, referentiel):
        cours = cours_entier(referentiel, "B5-MES-R1")
        a_noter = {"notes": {"c_C23": {"needs_manual_grade": True, "auto_score": 3.0}, "c_C24": 12.0, "c_C25": 12.0}}
        tables = resultats(cours, {"ali": {"B5-MES": copie(cours, "B5-MES", 14.0), "B5-MES-R1": a_noter}})
        assert statut(tables, "C23") == ("à confirmer", "à noter ou à confirmer : B5-MES-R1")
        assert statut(tables, "C24") == ("acquis", "")

    def test_a_retake_more_than_the_rules_admit_does_not_count_and_is_told(self, resultats, referentiel):
        cours = cours_entier(referentiel, "B5-MES-R2")
        copies = {"B5-MES": copie(cours, "B5-MES", 8.0), "B5-MES-R2": copie(cours, "B5-MES-R2", 20.0)}
        tables = resultats(cours, {"ali": copies})
        assert statut(tables, "C23")[0] == "en cours"
        assert prises(tables, "B5-MES-R2") == {"session en trop"}
        assert tables.anomalies[["apprenant", "devoir", "code"]].to_numpy().tolist() == [
            ["ali", "B5-MES-R2", "rattrapage_en_trop"]
        ]

    def test_a_retake_alone_stands_for_the_epreuve(self, resultats, referentiel):
        cours = cours_entier(referentiel, "B5-MES-R1")
        tables = resultats(cours, {"ali": {"B5-MES-R1": copie(cours, "B5-MES-R1", 14.0)}})
        assert statut(tables, "C23") == ("acquis", "")


class TestAbsences:
    """A justified absence leaves the épreuve unmarked, another one counts 0."""

    def test_a_justified_absence(self, resultats, referentiel, ecrire_session):
        cours = cours_entier(referentiel)
        ecrire_session("absences.csv", ABSENCES, "ali;B3-RAP;oui;arrêt de travail")
        copies = toutes(cours, 14.0)
        del copies["B3-RAP"]
        tables = resultats(cours, {"ali": copies})
        assert statut(tables, "C13") == (
            "non évalué",
            "épreuves manquantes : B3-RAP ; absences justifiées : B3-RAP",
        )
        assert prises(tables, "B3-RAP") == {"absence justifiée"}

    def test_an_unjustified_absence_counts_zero(self, resultats, referentiel, ecrire_session):
        cours = cours_entier(referentiel)
        ecrire_session("absences.csv", ABSENCES, "ali;B3-RAP;non;")
        copies = toutes(cours, 14.0)
        del copies["B3-RAP"]
        tables = resultats(cours, {"ali": copies})
        ligne = tables.competences.set_index("competence").loc["C13"]
        assert (ligne["points"], ligne["max"], ligne["taux"]) == (14.0, 40.0, 0.35)
        assert statut(tables, "C13") == ("non acquis", "absences injustifiées, comptées 0 : B3-RAP")
        # What the gradebook says is not touched.
        devoir = tables.devoirs.set_index("devoir").loc["B3-RAP"]
        assert (devoir["statut"], devoir["points"] != devoir["points"]) == ("non remis", True)

    def test_a_retake_repairs_an_unjustified_absence(self, resultats, referentiel, ecrire_session):
        cours = cours_entier(referentiel, "B3-RAP-R1")
        ecrire_session("absences.csv", ABSENCES, "ali;B3-RAP;non;")
        copies = toutes(cours, 14.0) | {"B3-RAP-R1": copie(cours, "B3-RAP-R1", 14.0)}
        del copies["B3-RAP"]
        tables = resultats(cours, {"ali": copies})
        assert statut(tables, "C13") == ("acquis", "")

    def test_the_rules_say_what_an_absence_is_worth(self, carnet, source, referentiel, regles, ecrire_session):
        cours = cours_entier(referentiel)
        ecrire_session("absences.csv", ABSENCES, "ali;B3-RAP;non;")
        clemente = regles.model_copy(
            update={"absences": regles.absences.model_copy(update={"injustifiee": "non_evalue"})}
        )
        copies = toutes(cours, 14.0)
        del copies["B3-RAP"]
        tables = calculer(carnet(cours, {"ali": copies}), source(cours), referentiel=referentiel, regles=clemente)
        assert statut(tables, "C13")[0] == "non évalué"

    def test_an_absence_with_a_copy_is_told_and_the_copy_counts(self, resultats, referentiel, ecrire_session):
        cours = cours_entier(referentiel)
        ecrire_session("absences.csv", ABSENCES, "ali;B3-RAP;non;", "zoe;B3-RAP;non;")
        tables = resultats(cours, {"ali": toutes(cours, 14.0)})
        assert statut(tables, "C13") == ("acquis", "")
        assert tables.anomalies[["apprenant", "code"]].to_numpy().tolist() == [
            ["ali", "absence_et_copie"],
            ["zoe", "apprenant_inconnu"],
        ]


class TestErreursBloquantes:
    def test_it_caps_the_competence_and_says_why(self, resultats, referentiel, ecrire_session):
        cours = cours_entier(referentiel)
        ecrire_session("erreurs_bloquantes.csv", ERREURS, "ali;B4-MES;C21;rupture sans préavis;non;")
        tables = resultats(cours, {"ali": toutes(cours, 18.0)})
        assert statut(tables, "C21") == ("en cours", "erreur bloquante : rupture sans préavis")
        # C21 is never compensated.
        assert bloc(tables, "B4")[["proposition", "motif"]].tolist() == [
            "proposé ajourné",
            "en cours : C21 ; jamais compensées : C21",
        ]
        assert tables.competences.set_index("competence").loc["C21", ["taux", "niveau"]].tolist() == [0.9, "acquis"]

    def test_the_jury_lifts_it_with_a_reason(self, resultats, referentiel, ecrire_session):
        cours = cours_entier(referentiel)
        ligne = "ali;B4-MES;C21;rupture sans préavis;oui;préavis donné oralement, confirmé par le tuteur"
        ecrire_session("erreurs_bloquantes.csv", ERREURS, ligne)
        tables = resultats(cours, {"ali": toutes(cours, 18.0)})
        assert statut(tables, "C21") == (
            "acquis",
            "erreur bloquante levée par le jury : préavis donné oralement, confirmé par le tuteur",
        )
        assert bloc(tables, "B4")["proposition"] == "proposé à validation"

    def test_it_never_lifts_a_status(self, resultats, referentiel, ecrire_session):
        cours = cours_entier(referentiel)
        ecrire_session("erreurs_bloquantes.csv", ERREURS, "ali;B4-MES;C21;rupture sans préavis;non;")
        assert statut(resultats(cours, {"ali": toutes(cours, 2.0)}), "C21")[0] == "non acquis"


class TestVae:
    def test_evidence_stands_for_the_epreuves(self, resultats, referentiel, ecrire_session):
        cours = cours_entier(referentiel)
        ecrire_session("inscriptions.csv", INSCRIPTIONS, "ali;Ali;Ben;experience;15/09/2023;")
        preuves = [f"ali;{c};dossier {c};2;Claire Petit;12/10/2023" for c in referentiel.codes_competences]
        preuves[0] = "ali;C1;dossier C1;1;Claire Petit;12/10/2023"
        ecrire_session("preuves.csv", PREUVES, *preuves, "ali;C1;entretien;3;Marc Aubry;12/10/2023")
        tables = resultats(cours, {"ali": {}})
        c1 = tables.competences.set_index("competence").loc["C1"]
        assert (c1["points"], c1["max"], c1["taux"], c1["statut"]) == (4.0, 6.0, 0.6667, "acquis")
        assert set(tables.competences["statut"]) == {"acquis"}
        assert set(tables.blocs["proposition"]) == {"proposé à validation"}
        assert certification(tables)[["dossier", "proposition", "motif"]].tolist() == [
            CERTIFICATION,
            "proposé à validation",
            "",
        ]

    def test_evidence_missing_or_not_marked(self, resultats, referentiel, ecrire_session):
        cours = cours_entier(referentiel)
        ecrire_session("inscriptions.csv", INSCRIPTIONS, "ali;Ali;Ben;experience;15/09/2023;")
        ecrire_session("preuves.csv", PREUVES, "ali;C23;rapport;2;Claire Petit;", "ali;C24;rapport;;;")
        tables = resultats(cours, {"ali": {}})
        assert statut(tables, "C23") == ("acquis", "")
        assert statut(tables, "C24") == ("à confirmer", "preuves à noter")
        assert statut(tables, "C25") == ("non évalué", "preuves notées : moins de 1")
        assert bloc(tables, "B5")["motif"] == "à confirmer : C24 ; non évaluées : C25"

    def test_a_copy_of_a_vae_candidate_does_not_count_and_is_told(self, resultats, referentiel, ecrire_session):
        cours = cours_entier(referentiel)
        ecrire_session("inscriptions.csv", INSCRIPTIONS, "ali;Ali;Ben;experience;15/09/2023;")
        tables = resultats(cours, {"ali": {"B5-MES": copie(cours, "B5-MES", 20.0)}})
        assert statut(tables, "C23")[0] == "non évalué"
        assert prises(tables, "B5-MES") == {"parcours VAE"}
        assert tables.anomalies["code"].tolist() == ["copie_vae"]

    def test_evidence_of_another_way_in_is_ignored(self, resultats, referentiel, ecrire_session):
        cours = cours_entier(referentiel)
        ecrire_session("inscriptions.csv", INSCRIPTIONS, "ali;Ali;Ben;formation_continue;15/09/2023;")
        ecrire_session("preuves.csv", PREUVES, "ali;C23;rapport;3;Claire Petit;")
        assert statut(resultats(cours, {"ali": {}}), "C23")[0] == "non évalué"


class TestCertification:
    """The five blocs, none compensating another; only a file that can lead there is proposed."""

    def test_proposals(self, resultats, referentiel, ecrire_session):
        cours = cours_entier(referentiel)
        ecrire_session(
            "inscriptions.csv",
            INSCRIPTIONS,
            *(f"{nom};N;P;formation_continue;2023-09-15;" for nom in ("ali", "bea", "cyr", "dan")),
        )
        attente = {"notes": {"c_C23": {"auto_score": 3.0, "needs_manual_grade": True}, "c_C24": 12.0, "c_C25": 12.0}}
        copies = {
            "ali": toutes(cours, 12.0),
            "bea": toutes(cours, 14.0) | {"B3-RAP": copie(cours, "B3-RAP", 2.0)},
            "cyr": toutes(cours, 14.0) | {"B5-MES": attente},
            "dan": {"B5-MES": copie(cours, "B5-MES", 14.0)},
        }
        tables = resultats(cours, copies)
        assert {nom: tuple(certification(tables, nom)[["proposition", "motif"]]) for nom in copies} == {
            "ali": ("proposé à validation", ""),
            "bea": ("proposé ajourné", "blocs ajournés : B3"),
            "cyr": ("à confirmer", "blocs à confirmer : B5"),
            "dan": ("non évalué", "blocs non évalués : B1, B2, B3, B4"),
        }

    @pytest.mark.parametrize(
        ("inscription", "dossier", "motif"),
        [
            ("ali;N;P;formation_continue;2023-12-18;", CERTIFICATION, ""),
            ("ali;N;P;formation_continue;19/12/2023;", HORS_CERTIFICATION, "entrée en formation le 19 décembre 2023"),
            ("ali;N;P;contrat_apprentissage;2023-01-05;", A_COMPLETER, "voie d'accès non confirmée"),
            ("ali;N;P;contrat_apprentissage;2023-01-05;CPNE 2023-14", CERTIFICATION, ""),
            ("ali;N;P;contrat_apprentissage;2024-01-05;CPNE 2023-14", HORS_CERTIFICATION, "après la fin"),
            ("ali;N;P;formation_continue;;", A_COMPLETER, "date d'entrée en formation à renseigner"),
            ("ali;N;P;;2023-01-05;", A_COMPLETER, "voie d'accès à renseigner"),
            ("zoe;N;P;formation_continue;2023-01-05;", A_COMPLETER, "aucune inscription"),
        ],
    )
    def test_the_file_of_the_learner(self, resultats, referentiel, ecrire_session, inscription, dossier, motif):
        cours = cours_entier(referentiel)
        ecrire_session("inscriptions.csv", INSCRIPTIONS, inscription)
        ligne = certification(resultats(cours, {"ali": toutes(cours, 14.0)}))
        assert ligne["dossier"] == dossier
        assert ligne["proposition"] == ("proposé à validation" if dossier == CERTIFICATION else dossier)
        assert motif in ligne["motif"]

    def test_without_learners(self, resultats, referentiel):
        assert resultats(cours_entier(referentiel), {}).certifications.empty


class TestDecisions:
    """The tool proposes, the jury decides."""

    @pytest.fixture
    def juger(self, resultats, referentiel, ecrire_session):
        """Tables with these decisions: bloc 3 of « bea » falls short, « ali » has everything."""

        def executer(*decisions: str, entete: str = DECISIONS, entree: str = "15/09/2023"):
            cours = cours_entier(referentiel)
            ecrire_session(
                "inscriptions.csv", INSCRIPTIONS, *(f"{n};N;P;formation_continue;{entree};" for n in ("ali", "bea"))
            )
            ecrire_session("decisions.csv", entete, *decisions)
            return resultats(
                cours,
                {"ali": toutes(cours, 14.0), "bea": toutes(cours, 14.0) | {"B3-RAP": copie(cours, "B3-RAP", 2.0)}},
            )

        return executer

    def test_followed_or_not_they_are_kept_with_their_reason(self, juger):
        tables = juger(
            "ali;B1;validé;", "bea;B3;validé;C15 démontrée à l'oral", "ali;certification;validé;", "bea;B2;;"
        )
        colonnes = ["apprenant", "objet", "proposition", "decision", "motif", "ecart"]
        assert tables.decisions[colonnes].to_numpy().tolist() == [
            ["ali", "B1", "proposé à validation", "validé", "", False],
            ["bea", "B3", "proposé ajourné", "validé", "C15 démontrée à l'oral", True],
            ["ali", "certification", "proposé à validation", "validé", "", False],
        ]
        assert certification(tables)[["decision", "motif_du_jury"]].tolist() == ["validé", ""]

    def test_the_certification_follows_the_blocs_that_the_jury_decided(self, juger):
        tables = juger("bea;B3;validé;C15 démontrée à l'oral", "ali;B2;ajourné;entretien non probant")
        assert certification(tables, "bea")[["proposition", "motif", "decision"]].tolist() == [
            "proposé à validation",
            "déjà décidés par le jury : B3",
            "",
        ]
        assert certification(tables)[["proposition", "motif"]].tolist() == [
            "proposé ajourné",
            "blocs ajournés : B2 ; déjà décidés par le jury : B2",
        ]
        # What the tool proposes for the bloc stays what it is.
        assert bloc(tables, "B3", "bea")["proposition"] == "proposé ajourné"

    @pytest.mark.parametrize(
        ("ligne", "phrase"),
        [
            ("bea;B3;validé;", "écrivez le motif du jury"),
            ("ali;B1;ajourné;", "s'écarte de la proposition"),
            ("bea;certification;validé;", "s'écarte de la proposition (« proposé ajourné »)"),
            ("ali;B1;refusé;", "la décision « refusé » est inconnue ; écrivez validé ou ajourné"),
            ("ali;B9;validé;", "l'objet « B9 » est inconnu ; écrivez B1, B2, B3, B4, B5, certification"),
            ("eve;B1;validé;", "« eve » n'est pas au carnet de notes"),
        ],
    )
    def test_what_cannot_stand_is_refused_with_its_line(self, juger, ligne, phrase):
        with pytest.raises(ErreurListe) as refus:
            juger("ali;B2;validé;", ligne)
        assert len(refus.value.fautes) == 1
        assert refus.value.fautes[0].startswith("ligne 3 : ")
        assert phrase in refus.value.fautes[0]

    def test_a_double_is_refused(self, juger):
        with pytest.raises(ErreurListe, match="ali, B2 est décidé deux fois"):
            juger("ali;B2;validé;", "ali;B2;validé;")

    def test_no_decision_on_a_training_outside_the_certification(self, juger):
        with pytest.raises(ErreurListe, match="le jury ne peut pas se prononcer"):
            juger("ali;B2;validé;", entree="05/01/2024")

    def test_a_proposal_that_changed_since_is_told_and_keeps_the_decision(self, juger):
        tables = juger("ali;B2;proposé ajourné;ajourné;", entete="apprenant;objet;proposition;decision;motif")
        assert tables.decisions[["proposition", "decision", "ecart"]].to_numpy().tolist() == [
            ["proposé à validation", "ajourné", True]
        ]
        anomalie = tables.anomalies.set_index("code").loc["proposition_changee"]
        assert anomalie["apprenant"] == "ali"
        assert "soumettez-lui le dossier à nouveau" in anomalie["motif"]
