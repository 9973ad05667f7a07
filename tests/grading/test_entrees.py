"""Files of the session: read as a spreadsheet leaves them, refused as a whole with every fault of theirs."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from rncp_utils.erreurs import ErreurListe, ErreurSchema
from rncp_utils.grading.entrees import lire_entrees


@pytest.fixture
def lire(tmp_path, referentiel, regles):
    return lambda: lire_entrees(tmp_path, referentiel, regles)


def test_a_course_without_session_has_empty_tables(lire):
    entrees = lire()
    assert [len(table) for table in vars(entrees).values()] == [0, 0, 0, 0]
    assert list(entrees.inscriptions.columns) == ["apprenant", "nom", "prenom", "voie", "date_entree", "derogation"]


def test_what_is_written_is_read(lire, ecrire_session):
    ecrire_session(
        "inscriptions.csv",
        "apprenant;Nom;Prénom;voie;Date entrée",
        "'=ali;Garnier;Amélie;experience;15/09/2023",
        "bo;;;;",
    )
    ecrire_session("absences.csv", "apprenant,devoir,justifiee,motif", "bo,B1-QST,Oui,grève", "bo,B1-QST-R1,non,")
    ecrire_session(
        "preuves.csv",
        "apprenant;competence;preuve;niveau;evaluateur;date",
        "=ali;C4;bilan;2;CP;2023-10-01",
        "=ali;C5;x;;;",
    )
    entrees = lire()
    assert entrees.inscriptions.to_numpy().tolist() == [
        ["=ali", "Garnier", "Amélie", "experience", dt.date(2023, 9, 15), ""],
        ["bo", "", "", "", None, ""],
    ]
    assert entrees.absences["justifiee"].tolist() == [True, False]
    np.testing.assert_array_equal(entrees.preuves["niveau"], [2.0, np.nan])


@pytest.mark.parametrize(
    ("fichier", "entete", "lignes", "fautes"),
    [
        (
            "inscriptions.csv",
            "apprenant;nom;prenom;voie;date_entree",
            ("ali;;;stage;31/02/2023", "ali;;;;", ";;;;12/01/2023"),
            [
                "ligne 2 : la voie « stage » est inconnue ; choisissez : eleve_ou_etudiant, contrat_apprentissage, "
                "formation_continue, contrat_professionnalisation, candidature_individuelle, experience.",
                "ligne 2 : la date « 31/02/2023 » ne se lit pas ; écrivez-la JJ/MM/AAAA.",
                "ligne 3 : « ali » est inscrit deux fois ; gardez une ligne.",
                "ligne 4 : l'identifiant de l'apprenant manque ; écrivez-le.",
            ],
        ),
        (
            "absences.csv",
            "apprenant;devoir;justifiee;motif",
            ("ali;F-B1;oui;", "ali;B1-QST;;", "bo;B1-QST;peut-être;", "bo;B1-QST;non;"),
            [
                "ligne 2 : « F-B1 » n'est pas une épreuve ; épreuves : B1-SYN, B1-RAP, B1-QST, B1-CAS, B2-MES, B2-QST, "
                "B2-CAS, B3-MES, B3-RAP, B4-QST, B4-MES, B5-MES, et -R1 pour un rattrapage.",
                "ligne 3 : «  » ne dit pas si l'absence est justifiée ; écrivez oui ou non.",
                "ligne 4 : « peut-être » ne dit pas si l'absence est justifiée ; écrivez oui ou non.",
                "ligne 5 : « bo » est noté absent deux fois (B1-QST) ; gardez une ligne.",
            ],
        ),
        (
            "erreurs_bloquantes.csv",
            "apprenant;devoir;competence;motif;leve;motif_du_jury",
            ("ali;B4-MES;C21;;non;", "ali;B4-MES;C21;rupture;oui;", "ali;B4-MES;C21;rupture;bof;"),
            [
                "ligne 2 : le motif de l'erreur bloquante manque ; écrivez ce qui a été constaté.",
                "ligne 3 : l'erreur est levée sans motif du jury ; écrivez-le.",
                "ligne 4 : « bof » n'est ni oui ni non ; corrigez la colonne « leve ».",
            ],
        ),
        (
            "preuves.csv",
            "apprenant;competence;preuve;niveau;evaluateur;date",
            ("ali;C4;bilan;4;CP;", "ali;C4;liasse;2,5;CP;", "ali;C5;bilan;2;;", "ali;C5;bilan;;;"),
            [
                "ligne 2 : le niveau « 4 » n'est pas un nombre entier de 0 à 3 ; corrigez-le.",
                "ligne 3 : le niveau « 2,5 » n'est pas un nombre entier de 0 à 3 ; corrigez-le.",
                "ligne 4 : la preuve est notée sans le nom de son évaluateur ; écrivez-le.",
                "ligne 5 : « ali » a deux fois la même preuve (C5, bilan) ; gardez une ligne.",
            ],
        ),
    ],
)
def test_every_fault_is_told_with_its_line(lire, ecrire_session, fichier, entete, lignes, fautes):
    ecrire_session(fichier, entete, *lignes)
    with pytest.raises(ErreurListe) as refus:
        lire()
    assert list(refus.value.fautes) == fautes
    assert f"Le fichier « {fichier} » est refusé" in str(refus.value)


def test_a_missing_column_is_told(lire, ecrire_session):
    ecrire_session("absences.csv", "apprenant;devoir", "ali;B1-QST")
    with pytest.raises(ErreurSchema, match=r"n'a pas les colonnes justifiee, motif"):
        lire()
