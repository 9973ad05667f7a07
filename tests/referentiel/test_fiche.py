"""What the shipped sheet says, compared with the text of the sheet typed here."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pydantic import ValidationError

from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurSchema
from rncp_utils.referentiel import Referentiel, charger_referentiel, fiches_livrees


@pytest.fixture(scope="module")
def rncp() -> Referentiel:
    return charger_referentiel("rncp31919")


def test_effectifs_de_la_fiche(rncp: Referentiel) -> None:
    assert len(rncp.activites) == 8
    assert len(rncp.blocs) == 5
    assert [len(bloc.competences) for bloc in rncp.blocs] == [6, 6, 3, 7, 3]
    assert rncp.codes_competences == tuple(f"C{n}" for n in range(1, 26))
    assert len(rncp.evaluations) == 12


def test_identite(rncp: Referentiel) -> None:
    certification = rncp.certification
    assert certification.code == "31919"
    assert certification.intitule == (
        "CQP : Certificat de qualification professionnelle Chargé de clientèle de professionnels"
    )
    assert certification.type == "CQP"
    assert certification.niveau is None
    assert certification.note_niveau == "non renseigné dans la fiche"
    assert rncp.certificateur.nom == (
        "Commission paritaire nationale de l'emploi (CPNE) de la branche du crédit mutuel - "
        "Confédération nationale du crédit mutuel (CNCM)"
    )
    assert rncp.certificateur.signataire_qualite == "Directeur général"


def test_nomenclatures_et_debouches(rncp: Referentiel) -> None:
    assert [(r.nomenclature, r.code, r.libelle) for r in rncp.nomenclatures] == [
        ("NSF", "313", "Finances, banque, assurances, immobilier"),
        ("ROME", "C1206", "Gestion de clientèle bancaire"),
    ]
    assert rncp.debouches.secteurs == ("Secteur bancaire",)
    assert len(rncp.debouches.emplois) == 9
    assert rncp.debouches.emplois[2] == "Chargé d’affaires professionnel"
    assert rncp.debouches.emplois[-1] == "Chargé de clientèle professions libérales"


@pytest.mark.parametrize(
    ("code", "code_bloc", "libelle"),
    [
        (
            "C1",
            "B1.1",
            "Réaliser à l’aide des outils le diagnostic de son portefeuille et de son potentiel de développement",
        ),
        ("C7", "B2.1", "Découvrir les besoins du client en pratiquant un questionnement efficace"),
        ("C12", "B2.6", "Utiliser les évènements comme des occasions de nouveaux contacts avec son client"),
        (
            "C16",
            "B4.1",
            "Adapter la garantie au crédit professionnel (couverture par sûretés réelles ou personnelles adaptées)",
        ),
        (
            "C21",
            "B4.6",
            "Intervenir immédiatement dès la détection de la dégradation en appliquant les procédures requises",
        ),
        ("C25", "B5.3", "Souscrire les produits et services avec les outils dédiés"),
    ],
)
def test_libelle_litteral_sous_les_deux_codes(rncp: Referentiel, code: str, code_bloc: str, libelle: str) -> None:
    assert rncp.competence(code).libelle == libelle
    assert rncp.competence(code_bloc) is rncp.competence(code)
    assert rncp.competence(code).code_bloc == code_bloc


def test_les_codes_de_bloc_suivent_le_rang_dans_le_bloc(rncp: Referentiel) -> None:
    for bloc in rncp.blocs:
        codes = [competence.code_bloc for competence in rncp.competences_du_bloc(bloc.code)]
        assert codes == [f"{bloc.code}.{rang}" for rang in range(1, len(codes) + 1)]


def test_c4_garde_les_deux_libelles_et_affiche_le_plus_precis(rncp: Referentiel) -> None:
    c4 = rncp.competence("C4")
    resume = "Réaliser le diagnostic financier et la capacité d’endettement du professionnel"
    assert c4.libelle == resume + " (calcul du revenu du professionnel et de son endettement privé)"
    assert c4.libelle_resume == resume


def test_c6_affiche_le_mot_entier_et_garde_le_texte_tronque(rncp: Referentiel) -> None:
    c6 = rncp.competence("C6")
    assert c6.libelle == "Evaluer la pertinence et les risques des projets à financer"
    assert c6.libelle_source == "Evaluer la pertinence et les risques des projets à finance"


def test_c13_est_une_seule_competence_malgre_la_ligature(rncp: Referentiel) -> None:
    c13 = rncp.competence("C13")
    assert c13.libelle == "Construire des actions commerciales dans des secteurs propices à leur mise en œuvre"
    assert c13.libelle_source == "Construire des actions commerciales dans des secteurs propices à leur mise en oeuvre"


def test_seules_ces_competences_ont_un_second_texte(rncp: Referentiel) -> None:
    assert [c.code for c in rncp.competences if c.libelle_source or c.libelle_resume] == ["C4", "C6", "C13"]


def test_evaluations_litterales(rncp: Referentiel) -> None:
    expert = "Mise en situation professionnelle avec un expert métier"
    assert [(e.code, e.bloc, e.libelle) for e in rncp.evaluations] == [
        ("B1-SYN", "B1", "Document de synthèse"),
        ("B1-RAP", "B1", "Rapport d’activité"),
        ("B1-QST", "B1", "Questionnaire"),
        ("B1-CAS", "B1", "Etude de cas"),
        ("B2-MES", "B2", expert),
        ("B2-QST", "B2", "Questionnaire"),
        ("B2-CAS", "B2", "Etude de cas"),
        ("B3-MES", "B3", expert),
        ("B3-RAP", "B3", "Rapport d’activité sur une action commerciale"),
        ("B4-QST", "B4", "Questionnaire"),
        ("B4-MES", "B4", expert),
        ("B5-MES", "B5", expert),
    ]
    assert all(e.expert_metier == (e.libelle == expert) for e in rncp.evaluations)


def test_blocs_et_clause_du_certificat(rncp: Referentiel) -> None:
    assert rncp.bloc("B2").intitule == "Bloc 2 : conseiller/vendre à une clientèle professionnelle"
    assert rncp.bloc("B4").libelle == ("suivre/vérifier les opérations banque/assurance du marché des professionnels")
    clause = "Pas de remise d’un certificat de compétence si obtention du bloc"
    assert {bloc.mention_certificat for bloc in rncp.blocs} == {clause}
    assert rncp.validite_composantes_acquises == "non prévue"


def test_activites_et_leur_correspondance_signalee_comme_une_proposition(rncp: Referentiel) -> None:
    assert [a.id for a in rncp.activites] == [f"A{n}" for n in range(1, 9)]
    assert rncp.activites[3].libelle == (
        "Conduite d’actions de prospection afin de contribuer au développement des portefeuilles"
    )
    assert "proposition du parcours, non issue de la fiche" in rncp.correspondance_activites.statut
    lignes = {ligne.activite: ligne.competences for ligne in rncp.correspondance_activites.lignes}
    assert lignes["A1"] == ("C1", "C2", "C23")
    assert lignes["A7"] == ("C3", "C6", "C19", "C20", "C21")


def test_voies_d_acces_lues_sans_rien_supposer(rncp: Referentiel) -> None:
    assert rncp.voies_acces.source == "extraction_texte"
    statuts = {voie.code: voie.statut for voie in rncp.voies_acces.voies}
    assert statuts == {
        "eleve_ou_etudiant": "non_confirme",
        "contrat_apprentissage": "non_confirme",
        "formation_continue": "ouvert",
        "contrat_professionnalisation": "non_confirme",
        "candidature_individuelle": "non_confirme",
        "experience": "ouvert",
    }
    assert {v.code for v in rncp.voies_acces.voies if v.jury == "3 professionnels métiers"} == {
        "formation_continue",
        "experience",
    }
    assert [(t.accessible, t.note) for t in rncp.territoires] == [(None, "illisible dans la source")] * 2


def test_jury_et_base_legale(rncp: Referentiel) -> None:
    assert (rncp.jury.membres, rncp.jury.libelle) == (3, "3 professionnels métiers")
    assert (rncp.base_legale.date, rncp.base_legale.date_jo) == (dt.date(2018, 12, 11), dt.date(2018, 12, 18))


@pytest.mark.parametrize(
    ("jour", "valide"),
    [
        (dt.date(2018, 12, 17), False),
        (dt.date(2018, 12, 18), True),
        (dt.date(2023, 12, 18), True),
        (dt.date(2023, 12, 19), False),
    ],
)
def test_validite_bornes_comprises(rncp: Referentiel, jour: dt.date, valide: bool) -> None:
    assert rncp.est_valide_le(jour) is valide


def test_reglementation_et_fiche_liee_disent_ce_qui_reste_a_verifier(rncp: Referentiel) -> None:
    assert [r.code for r in rncp.reglementation] == ["AMF", "IAS"]
    assert all(r.a_verifier.startswith("À vérifier") for r in rncp.reglementation)
    (liee,) = rncp.fiches_liees
    assert (liee.code, liee.niveau, liee.fin_enregistrement) == ("38026", 6, dt.date(2028, 9, 20))
    assert liee.meme_certificateur
    assert liee.remplacement == "à vérifier"


def test_acces_par_bloc(rncp: Referentiel) -> None:
    assert [c.code for c in rncp.competences_du_bloc("B3")] == ["C13", "C14", "C15"]
    assert [e.code for e in rncp.evaluations_du_bloc("B4")] == ["B4-QST", "B4-MES"]
    assert rncp.bloc_de("C17").code == "B4"
    assert rncp.bloc_de("B5.2").code == "B5"
    assert rncp.evaluation("B1-QST").libelle == "Questionnaire"


@pytest.mark.parametrize(("methode", "code"), [("competence", "C26"), ("bloc", "B6"), ("evaluation", "B5-QST")])
def test_un_code_inconnu_est_refuse_en_nommant_les_codes_connus(rncp: Referentiel, methode: str, code: str) -> None:
    with pytest.raises(ErreurSchema, match=rf"{code}.*n'existe pas dans la fiche RNCP 31919.*codes connus"):
        getattr(rncp, methode)(code)


def test_la_fiche_est_lue_une_fois_et_ne_se_modifie_pas(rncp: Referentiel) -> None:
    assert charger_referentiel("rncp31919") is charger_referentiel()
    assert charger_referentiel("31919") == rncp
    with pytest.raises(ValidationError):
        rncp.jury.membres = 2
    assert isinstance(rncp.bloc("B1").competences, tuple)


def test_une_autre_fiche_se_charge_de_la_meme_facon(fiche: Path) -> None:
    autre = charger_referentiel(fiche)
    assert autre.certification.code == "90001"
    assert autre.certification.niveau == 5
    assert autre.codes_competences == ("K1", "K2", "K3", "K4", "K5")
    assert autre.competence("M2.2").libelle == "Planifier l'entretien"
    assert [e.code for e in autre.evaluations_du_bloc("M1")] == ["M1-DOS", "M1-ORAL"]
    assert charger_referentiel(str(fiche)) == autre


def test_le_modele_vide_38026_est_refuse_en_clair() -> None:
    assert fiches_livrees() == ("rncp31919", "rncp38026")
    with pytest.raises(ErreurListe, match=r"La fiche rncp38026\.yaml est refusée") as refus:
        charger_referentiel("rncp38026")
    fautes = [faute.replace("\u00a0", " ") for faute in refus.value.fautes]
    assert "certification › intitule : la valeur manque ; renseignez ce champ." in fautes
    for liste in ("activites", "blocs", "competences", "evaluations"):
        assert f"{liste} : la liste est vide ; donnez au moins un élément." in fautes


def test_un_nom_de_fiche_inconnu_ou_un_fichier_absent_sont_refuses(tmp_path: Path) -> None:
    with pytest.raises(ErreurSchema, match=r"rncp12345.*fiches livrées.*rncp31919, rncp38026"):
        charger_referentiel("rncp12345")
    with pytest.raises(ErreurDonnees, match=r"ne peut pas être ouvert"):
        charger_referentiel(tmp_path / "absente.yaml")
