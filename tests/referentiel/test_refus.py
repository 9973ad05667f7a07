"""A malformed sheet is refused with every fault, each one a French sentence that names the place."""

from __future__ import annotations

import copy
import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.erreurs import ErreurListe
from rncp_utils.referentiel import charger_referentiel, charger_regles
from rncp_utils.referentiel.chargement import DOSSIER_FICHES
from tests.machine import exemples

INATTENDUES = [None, True, 0, 1.5, "", "C1", [], ["C1"], [[1]], [{}], {}, {"x": [1]}, dt.datetime(2026, 1, 1, 8)]

Fautes = Callable[[Callable[[dict[str, Any]], None]], list[str]]


def test_fautes_de_forme_toutes_dites_en_une_fois(fautes: Fautes) -> None:
    def abimer(fiche: dict[str, Any]) -> None:
        fiche["certification"]["code"] = 90001
        fiche["certification"]["intitule"] = "  "
        fiche["jury"]["membres"] = "2"
        fiche["competences"][3]["poids"] = 2
        fiche["voies_acces"]["voies"][0]["statut"] = "peut-être"
        fiche["validite"]["fin"] = "2030-12-31"
        fiche["validite_composantes_acquises"] = None
        fiche["blocs"][0]["mention_certificat"] = ["x"]
        fiche["debouches"] = "banque"
        del fiche["certificateur"]["nom"]

    assert sorted(fautes(abimer)) == sorted(
        [
            "certification › code : un texte est attendu (lu : le nombre 90001) ; "
            "écrivez-le, entre guillemets s'il le faut.",
            "certification › intitule : le texte est vide ; renseignez ce champ.",
            "certificateur › nom : le champ manque ; ajoutez-le.",
            "debouches : un groupe de champs est attendu (lu : « banque »).",
            "blocs › n° 1 (M1) › mention_certificat : un texte est attendu (lu : une liste) ; "
            "écrivez-le, entre guillemets s'il le faut.",
            "competences › n° 4 (K4) › poids : ce champ est inconnu ; ôtez-le ou corrigez son nom.",
            "jury › membres : un nombre entier est attendu (lu : « 2 »).",
            "voies_acces › voies › n° 1 (formation) › statut : « peut-être » n'est pas admis ; "
            "valeurs admises : 'ouvert', 'non_confirme' ou 'ferme'.",
            "validite › fin : une date est attendue (lu : « 2030-12-31 ») ; "
            "écrivez-la AAAA-MM-JJ, sans guillemets ni heure.",
            "validite_composantes_acquises : la valeur manque ; renseignez ce champ.",
        ]
    )


def test_forme_et_renvois_sont_dits_ensemble(fautes: Fautes) -> None:
    def abimer(fiche: dict[str, Any]) -> None:
        fiche["certification"]["niveau"] = 12
        fiche["blocs"][1]["competences"].append("K9")

    assert fautes(abimer) == [
        "certification › niveau : le nombre 12 est trop grand ; la valeur maximale est 8.",
        "blocs › M2 : la compétence « K9 » est inconnue ; corrigez le code ou ajoutez-la.",
    ]


def test_un_code_mal_ecrit_est_refuse_avec_un_exemple(fautes: Fautes) -> None:
    def abimer(fiche: dict[str, Any]) -> None:
        fiche["certification"]["code"] = "RNCP"
        fiche["evaluations"].append({"code": "M1_DOS", "bloc": "M1", "libelle": "Dossier"})
        fiche["competences"][0]["code_bloc"] = "M1-1"

    assert [faute for faute in fautes(abimer) if "forme attendue" in faute] == [
        "certification › code : « RNCP » n'a pas la forme attendue ; "
        'écrivez un numéro entre guillemets, comme "31919".',
        "competences › n° 1 (K1) › code_bloc : « M1-1 » n'a pas la forme attendue ; écrivez un code comme B1.4.",
        "evaluations › n° 4 (M1_DOS) › code : « M1_DOS » n'a pas la forme attendue ; écrivez un code comme B1-QST.",
    ]


def test_codes_en_double(fautes: Fautes) -> None:
    def abimer(fiche: dict[str, Any]) -> None:
        fiche["competences"].append({"code": "K1", "code_bloc": "M1.1", "libelle": "Copie"})
        fiche["activites"].append({"id": "T1", "libelle": "Copie"})
        fiche["blocs"][1]["numero"] = 1
        fiche["evaluations"].append({"code": "M1-DOS", "bloc": "M1", "libelle": "Copie"})
        fiche["voies_acces"]["voies"] *= 2

    assert fautes(abimer) == [
        "activites : id « T1 » est donné plusieurs fois ; chaque id doit être unique.",
        "blocs : numero « 1 » est donné plusieurs fois ; chaque numero doit être unique.",
        "competences : code « K1 » est donné plusieurs fois ; chaque code doit être unique.",
        "competences : code_bloc « M1.1 » est donné plusieurs fois ; chaque code_bloc doit être unique.",
        "evaluations : code « M1-DOS » est donné plusieurs fois ; chaque code doit être unique.",
        "voies_acces : code « formation » est donné plusieurs fois ; chaque code doit être unique.",
    ]


def test_chaque_competence_dans_exactement_un_bloc(fautes: Fautes) -> None:
    def abimer(fiche: dict[str, Any]) -> None:
        fiche["blocs"][0]["competences"] = ["K1", "K2"]
        fiche["blocs"][1]["competences"] = ["K2", "K4", "K5"]

    assert fautes(abimer) == [
        "competences › K2 : 2 blocs la citent (M1, M2) ; n'en gardez qu'un.",
        "competences › K3 : aucun bloc ne la contient ; ajoutez-la à un bloc.",
        "competences › K2 : « M1.2 » ne commence pas par son bloc « M2. » ; corrigez-le.",
    ]


def test_activites_et_competences_reliees_dans_les_deux_sens(fautes: Fautes) -> None:
    def abimer(fiche: dict[str, Any]) -> None:
        fiche["correspondance_activites"]["lignes"] = [
            {"activite": "T1", "competences": ["K1", "K1", "K2", "K3"]},
            {"activite": "T1", "competences": ["K4"]},
            {"activite": "T2", "competences": ["K8"]},
            {"activite": "T7", "competences": ["K1"]},
        ]

    assert fautes(abimer) == [
        "correspondance_activites : l'activité « T1 » a plusieurs lignes ; réunissez-les en une seule.",
        "correspondance_activites : l'activité « T7 » est inconnue ; corrigez le code ou ajoutez-la.",
        "correspondance_activites : la compétence « K8 » est inconnue ; corrigez le code ou ajoutez-la.",
        "correspondance_activites › T1 : la compétence « K1 » est citée plusieurs fois ; gardez-en une.",
        "activites › T3 : aucune compétence ne lui est reliée ; ajoutez sa ligne dans correspondance_activites.",
        "competences › K5 : aucune activité ne la mobilise ; ajoutez-la dans correspondance_activites.",
    ]


def test_evaluations_rattachees_a_un_bloc(fautes: Fautes) -> None:
    def abimer(fiche: dict[str, Any]) -> None:
        fiche["evaluations"] = [
            {"code": "M1-DOS", "bloc": "M3", "libelle": "Dossier"},
            {"code": "M1-ORAL", "bloc": "M1", "libelle": "Oral"},
        ]

    assert fautes(abimer) == [
        "blocs › M2 : aucune modalité d'évaluation ; ajoutez au moins une évaluation à ce bloc.",
        "evaluations › M1-DOS : le bloc « M3 » est inconnu ; corrigez le code ou ajoutez le bloc.",
        "evaluations › M1-DOS : le code ne commence pas par son bloc « M3- » ; corrigez-le.",
    ]


def test_le_prefixe_des_entrainements_est_reserve(fautes: Fautes) -> None:
    def abimer(fiche: dict[str, Any]) -> None:
        fiche["evaluations"].append({"code": "F-DOS", "bloc": "M1", "libelle": "Dossier"})

    trouvees = fautes(abimer)
    assert "evaluations › F-DOS : « F- » est le préfixe des entraînements ; renommez-la." in trouvees


def test_dates_dans_le_mauvais_ordre(fautes: Fautes) -> None:
    def abimer(fiche: dict[str, Any]) -> None:
        fiche["validite"] = {"debut": dt.date(2026, 1, 1), "fin": dt.date(2025, 12, 31)}
        fiche["base_legale"] = {
            "nature": "arrêté",
            "date": dt.date(2025, 6, 2),
            "date_jo": dt.date(2025, 6, 1),
            "intitule": "Titre",
            "texte": "Arrêté du 2 juin 2025",
        }

    assert fautes(abimer) == [
        "validite : la fin (2025-12-31) ne suit pas le début (2026-01-01) ; corrigez l'une des deux dates.",
        "base_legale : publication (2025-06-01) antérieure à l'acte (2025-06-02) ; corrigez l'une des dates.",
    ]


def test_duree_et_effectifs_annonces_compares_au_contenu(fautes: Fautes) -> None:
    def abimer(fiche: dict[str, Any]) -> None:
        fiche["validite"] = {"debut": dt.date(2026, 1, 1), "fin": dt.date(2031, 1, 1), "duree_ans": 3}
        fiche["effectifs_annonces"] = {"activites": 3, "competences": 6, "blocs": 2}

    assert fautes(abimer) == [
        "competences : la fiche en annonce 6, la liste en contient 5 ; corrigez.",
        "validite : du 2026-01-01 au 2031-01-01, la durée n'est pas de 3 ans ; accordez-les.",
    ]


def test_ce_qui_manque_doit_etre_dit(fautes: Fautes) -> None:
    def abimer(fiche: dict[str, Any]) -> None:
        fiche["certification"]["niveau"] = None
        fiche["territoires"] = [{"libelle": "Mayotte", "accessible": None}]

    assert fautes(abimer) == [
        "territoires › Mayotte : accès non renseigné et sans note ; dites pourquoi.",
        "certification : niveau vide et sans note ; renseignez-le, ou dites dans note_niveau pourquoi il manque.",
    ]


def test_un_champ_ecrit_deux_fois_n_est_pas_ecrase_en_silence(tmp_path: Path, fiche: Path) -> None:
    chemin = tmp_path / "double.yaml"
    chemin.write_text(fiche.read_text(encoding="utf-8") + "\njury: {libelle: autre}\n", encoding="utf-8")
    with pytest.raises(ErreurListe, match=r"le champ « ?.?jury.?.?» est écrit deux fois"):
        charger_referentiel(chemin)


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"", "ne contient pas de champs"),
        (b"- un\n- deux\n", "ne contient pas de champs"),
        (b"certification: {code: '1'\n", r"ligne 2, colonne 1.*YAML est incorrecte"),
        (b"date: 2026-02-31\n", "date impossible"),
        ("libelle: Chargé".encode("latin-1"), "UTF-8"),
    ],
)
def test_un_fichier_qui_n_est_pas_une_fiche(tmp_path: Path, octets: bytes, message: str) -> None:
    chemin = tmp_path / "fiche.yaml"
    chemin.write_bytes(octets)
    with pytest.raises(ErreurListe, match=message):
        charger_referentiel(chemin)


def test_les_accents_decomposes_sont_recomposes(tmp_path: Path, fiche: Path) -> None:
    chemin = tmp_path / "nfd.yaml"
    texte = fiche.read_text(encoding="utf-8")
    chemin.write_text(texte.replace("Décrire", "De\u0301crire"), encoding="utf-8")
    assert charger_referentiel(chemin).competence("K2").libelle == "Décrire le sol"


def _lieux(donnees: Any, chemin: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Path of every value of nested lists and dictionaries."""
    cles = donnees.keys() if isinstance(donnees, dict) else range(len(donnees)) if isinstance(donnees, list) else ()
    return [lieu for cle in cles for lieu in [(*chemin, cle), *_lieux(donnees[cle], (*chemin, cle))]]


@pytest.mark.parametrize(
    ("fichier", "charger"), [("rncp31919.yaml", charger_referentiel), ("regles.yaml", charger_regles)]
)
@settings(max_examples=exemples(60), deadline=None)
@given(donnees=st.data())
def test_une_valeur_inattendue_n_importe_ou_est_admise_ou_refusee_en_clair(
    fichier: str, charger: Callable[[Path], object], donnees: st.DataObject
) -> None:
    contenu = copy.deepcopy(yaml.safe_load((DOSSIER_FICHES / fichier).read_text(encoding="utf-8")))
    *parents, cle = donnees.draw(st.sampled_from(_lieux(contenu)))
    cible = contenu
    for parent in parents:
        cible = cible[parent]
    cible[cle] = donnees.draw(st.sampled_from(INATTENDUES))
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier) / fichier
        chemin.write_text(yaml.safe_dump(contenu, allow_unicode=True), encoding="utf-8")
        try:
            charger(chemin)
        except ErreurListe as refus:
            assert refus.fautes
            assert all(faute.endswith(".") and "pydantic" not in faute for faute in refus.fautes)
