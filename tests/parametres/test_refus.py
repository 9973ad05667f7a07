"""A malformed parameter file is refused with every fault, each one a French sentence that names the place."""

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

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.parametres import Parametre, charger_parametre
from rncp_utils.parametres.chargement import DOSSIER_VALEURS
from tests.machine import exemples

D2020, D2022, D2023 = dt.date(2020, 1, 1), dt.date(2022, 7, 1), dt.date(2023, 2, 1)
INATTENDUES = [None, True, 0, 1.5, "", "C1", [], ["C1"], [[1]], [{}], {}, {"x": [1]}, {2024: 1}, D2020]

Fautes = Callable[[Callable[[dict[str, Any]], None]], list[str]]


def test_l_exemple_des_tests_est_valide(modifier: Callable[..., Parametre]) -> None:
    fiche = modifier()
    assert (fiche.nom, fiche.dates, fiche.contenus) == ("exemple", (D2020, D2022), (0.1, 0.2))


def test_toutes_les_fautes_sont_dites_en_une_fois(fautes: Fautes) -> None:
    def abimer(contenu: dict[str, Any]) -> None:
        contenu["unite"] = "pourcent"
        contenu["valeurs"] = {}
        contenu["values"] = {D2022: {"value": "0,2"}, D2020: {"value": 0.1}, "janvier": {"value": 0.3}}
        contenu["metadata"]["statut"] = "sûr"
        contenu["metadata"]["reference"][D2020][0]["href"] = "www.example.org"
        del contenu["metadata"]["reference"][D2022]
        del contenu["metadata"]["last_value_still_valid_on"]
        contenu["nom"] = "autre"

    assert sorted(fautes(abimer)) == sorted(
        [
            "nom : ce champ est inconnu ; le chemin du fichier est le nom, ôtez le champ.",
            "unite : « pourcent » n'est pas admis ; valeurs admises : 'euros', 'fraction', 'fraction_du_pass', "
            "'jours', 'mois', 'annees', 'fois', 'nombre' ou 'points'.",
            "valeurs : ce champ est inconnu ; ôtez-le ou corrigez son nom.",
            "values › 2022-07-01 › value : un nombre décimal est attendu (lu : « 0,2 ») ; écrivez par exemple 0.60.",
            "values › janvier › [key] : une date est attendue (lu : « janvier ») ; "
            "écrivez-la AAAA-MM-JJ, sans guillemets ni heure.",
            "values › 2020-01-01 : cette date ne suit pas 2022-07-01 ; rangez les dates par ordre croissant.",
            "values › 2022-07-01 : aucune référence ; ajoutez-la dans metadata › reference à la même date.",
            "values › janvier : aucune référence ; ajoutez-la dans metadata › reference à la même date.",
            "metadata › statut : « sûr » n'est pas admis ; valeurs admises : 'verifie', 'source_secondaire', "
            "'de_memoire' ou 'convention_de_cours'.",
            "metadata › reference › 2020-01-01 › n° 1 › href : « www.example.org » n'a pas la forme attendue ; "
            "écrivez une valeur de la forme prévue.",
            "metadata › last_value_still_valid_on : le champ manque ; ajoutez-le.",
        ]
    )


def _en_trimestres(contenu: dict[str, Any], debut: dt.date) -> None:
    contenu["sens_de_la_date"] = "trimestre_octroi"
    contenu["values"][debut] = {"value": 0.3}


@pytest.mark.parametrize(
    ("abimer", "faute"),
    [
        (lambda c: c["values"][D2022].update(value=20), "20 n'est pas une fraction de 1"),
        (lambda c: c["values"][D2022].update(value=None), "une valeur absente (null) a un motif"),
        (lambda c: c["values"][D2022].update(motif="inutile"), "une valeur connue n'en a pas"),
        (lambda c: c["values"][D2022].update(value=0.1), "la valeur est la même qu'à la date précédente"),
        (
            lambda c: c["metadata"]["reference"].update({dt.date(2023, 1, 1): [{"title": "x"}]}),
            "aucune valeur à cette date",
        ),
        (lambda c: c["metadata"].update(last_value_still_valid_on=dt.date(2021, 1, 1)), "précède la dernière valeur"),
        (
            lambda c: c.update(sens_de_la_date="trimestre_octroi", values={dt.date(2020, 2, 1): {"value": 0.1}}),
            "premier jour d'un trimestre",
        ),
        (lambda c: c.update(sens_de_la_date="annee_des_revenus"), "commence le 1er janvier"),
        (lambda c: _en_trimestres(c, D2023), "2023-02-01 : ce n'est pas le premier jour d'un trimestre"),
        (lambda c: c.update(lecture="points"), "ne vaut que pour un barème"),
        (lambda c: c.update(tables={D2020: {"table": {"a": 0.1}}}), "(lu : values, tables)"),
        (lambda c: c.update(values={}), "(lu : aucune)"),
    ],
)
def test_une_faute_est_nommee(fautes: Fautes, abimer: Callable[[dict[str, Any]], None], faute: str) -> None:
    assert any(faute in dite for dite in fautes(abimer))


def _en_bareme(contenu: dict[str, Any], tranches: list[dict[str, Any]]) -> None:
    del contenu["values"], contenu["metadata"]["reference"][D2022]
    contenu |= {"unite_seuil": "euros", "lecture": "tranches", "brackets": {D2020: {"tranches": tranches}}}


def test_un_bareme_bien_forme(modifier: Callable[..., Parametre]) -> None:
    lignes = [{"seuil": 0, "taux": 0.0}, {"seuil": 1000, "taux": 0.1}]
    fiche = modifier(lambda contenu: _en_bareme(contenu, lignes))
    assert fiche.contenus == (((0, 0.0), (1000, 0.1)),)


def test_les_fautes_d_un_bareme(fautes: Fautes) -> None:
    def abimer(contenu: dict[str, Any]) -> None:
        _en_bareme(contenu, [{"seuil": 1000, "taux": 11}, {"seuil": 1000, "taux": 0.3}, {"seuil": 2000, "tau": 0.4}])
        del contenu["unite_seuil"]

    assert fautes(abimer) == [
        "brackets › 2020-01-01 › tranches › n° 3 › taux : le champ manque ; ajoutez-le.",
        "brackets › 2020-01-01 › tranches › n° 3 › tau : ce champ est inconnu ; ôtez-le ou corrigez son nom.",
        "unite_seuil : le champ manque ; un barème le demande.",
        "brackets › 2020-01-01 : le seuil 1000 ne dépasse pas le précédent (1000) ; rangez-les en ordre croissant.",
        "brackets › 2020-01-01 › taux : 11 n'est pas une fraction de 1 ; écrivez par exemple 0.25 pour 25 %.",
    ]


def test_une_table_garde_les_memes_noms_et_ses_bornes(fautes: Fautes) -> None:
    def abimer(contenu: dict[str, Any]) -> None:
        del contenu["values"]
        contenu["tables"] = {D2020: {"table": {"a": 0.1, "b": 2}}, D2022: {"table": {"a": 0.1}}}

    assert fautes(abimer) == [
        "tables › 2020-01-01 › b : 2 n'est pas une fraction de 1 ; écrivez par exemple 0.25 pour 25 %.",
        "tables › 2022-07-01 : les noms de la table diffèrent de ceux de la première date ; reprenez les mêmes.",
    ]


def test_une_date_ecrite_deux_fois_n_ecrase_pas_la_premiere(tmp_path: Path) -> None:
    chemin = tmp_path / "double.yaml"
    chemin.write_text(
        "description: x\nunite: euros\nsens_de_la_date: date_effet\n"
        "values:\n  2020-01-01: {value: 1}\n  2020-01-01: {value: 2}\n"
        "metadata:\n  reference:\n    2020-01-01: [{title: x}]\n"
        "  last_value_still_valid_on: 2020-01-01\n  statut: verifie\n",
        encoding="utf-8",
    )
    with pytest.raises(ErreurListe, match=r"ligne 6\s: le champ «\s2020-01-01\s» est écrit deux fois"):
        charger_parametre(chemin)


@pytest.mark.parametrize("octets", [b"", b"- un\n"])
def test_un_fichier_sans_champs(tmp_path: Path, octets: bytes) -> None:
    chemin = tmp_path / "vide.yaml"
    chemin.write_bytes(octets)
    with pytest.raises(ErreurListe, match="ne contient pas de champs"):
        charger_parametre(chemin)


def test_un_fichier_absent(tmp_path: Path) -> None:
    with pytest.raises(ErreurDonnees, match="ne peut pas être ouvert"):
        charger_parametre(tmp_path / "absent.yaml")


def _lieux(donnees: Any, chemin: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Path of every value of nested lists and dictionaries."""
    cles = donnees.keys() if isinstance(donnees, dict) else range(len(donnees)) if isinstance(donnees, list) else ()
    return [lieu for cle in cles for lieu in [(*chemin, cle), *_lieux(donnees[cle], (*chemin, cle))]]


@pytest.mark.parametrize(
    "fichier", ["is/taux_reduit_plafond", "ir/bareme", "scoring/conan_holder/zones", "usure/decouvert_professionnel"]
)
@settings(max_examples=exemples(60), deadline=None)
@given(donnees=st.data())
def test_une_valeur_inattendue_n_importe_ou_est_admise_ou_refusee_en_clair(
    fichier: str, donnees: st.DataObject
) -> None:
    contenu = copy.deepcopy(yaml.safe_load((DOSSIER_VALEURS / f"{fichier}.yaml").read_text(encoding="utf-8")))
    *parents, cle = donnees.draw(st.sampled_from(_lieux(contenu)))
    cible = contenu
    for parent in parents:
        cible = cible[parent]
    cible[cle] = donnees.draw(st.sampled_from(INATTENDUES))
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier) / "exemple.yaml"
        chemin.write_text(yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False), encoding="utf-8")
        try:
            charger_parametre(chemin)
        except ErreurListe as refus:
            assert refus.fautes
            assert all(faute.endswith(".") and "pydantic" not in faute for faute in refus.fautes)
