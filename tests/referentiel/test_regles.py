"""Certification rules: the shipped defaults, the boundary of a status, and every refusal."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.referentiel import Regles, charger_referentiel, charger_regles
from rncp_utils.referentiel.regles import CHEMIN_REGLES

DONNEES = yaml.safe_load(CHEMIN_REGLES.read_text(encoding="utf-8"))
REGLES = charger_regles()


@pytest.fixture
def fautes(tmp_path: Path) -> Callable[..., list[str]]:
    def lire(abimer: Callable[[dict[str, Any]], None], referentiel: Any = None) -> list[str]:
        donnees = copy.deepcopy(DONNEES)
        abimer(donnees)
        chemin = tmp_path / "regles.yaml"
        chemin.write_text(yaml.safe_dump(donnees, allow_unicode=True), encoding="utf-8")
        with pytest.raises(ErreurListe) as refus:
            charger_regles(chemin, referentiel)
        return [faute.replace("\u00a0", " ") for faute in refus.value.fautes]

    return lire


def test_les_defauts_livres() -> None:
    assert REGLES.statut == "défaut pédagogique — non issu de la fiche RNCP 31919, à valider par la CPNE"
    assert REGLES.valide_par is None
    assert REGLES.fiche == "31919"
    assert (REGLES.competence.acquis, REGLES.competence.en_cours) == (Decimal("0.60"), Decimal("0.40"))
    assert REGLES.competence.epreuves_minimum == 1
    assert REGLES.competence.erreurs_bloquantes == "plafonner_en_cours"
    compensation = REGLES.bloc.compensation
    assert (compensation.max_en_cours, compensation.moyenne_bloc_min) == (1, Decimal("0.60"))
    assert compensation.exclues == ("C17", "C21")
    assert REGLES.certification.blocs_requis == ("B1", "B2", "B3", "B4", "B5")
    assert REGLES.certification.jury.quorum == 3
    assert (REGLES.absences.justifiee, REGLES.absences.injustifiee) == ("non_evalue", "zero")
    assert (REGLES.vae.voies, REGLES.vae.niveau_max, REGLES.vae.preuves_minimum) == (("experience",), 3, 1)


def test_l_empreinte_est_celle_du_fichier() -> None:
    attendue = hashlib.sha256(CHEMIN_REGLES.read_bytes()).hexdigest()
    assert REGLES.empreinte == attendue
    assert REGLES.empreinte_courte == attendue[:12]


@pytest.mark.parametrize(
    ("taux", "statut"),
    [
        (1, "acquis"),
        (0.60, "acquis"),
        (Fraction(15, 25), "acquis"),
        (Decimal("0.59995"), "acquis"),
        (0.59995, "acquis"),
        (0.59994, "en cours"),
        (Decimal("0.599949999"), "en cours"),
        (0.5999, "en cours"),
        (14.9 / 25, "en cours"),
        (0.40, "en cours"),
        (0.39995, "en cours"),
        (0.3999, "non acquis"),
        (0, "non acquis"),
    ],
)
def test_le_statut_s_applique_au_taux_arrondi(taux: float | Decimal | Fraction, statut: str) -> None:
    assert REGLES.statut_du_taux(taux) == statut


@given(st.integers(0, 10**6).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total or 1))))
def test_l_arrondi_est_au_plus_proche_demie_vers_le_haut(points: tuple[int, int]) -> None:
    taux = Fraction(*points)
    assert REGLES.arrondir_taux(taux) == Decimal((taux * 10**4 + Fraction(1, 2)).__floor__()).scaleb(-4)


@given(st.fractions(0, 1), st.fractions(0, 1))
def test_un_taux_plus_haut_ne_donne_jamais_un_statut_plus_bas(un: Fraction, autre: Fraction) -> None:
    rang = ("non acquis", "en cours", "acquis").index
    bas, haut = sorted((un, autre))
    assert rang(REGLES.statut_du_taux(bas)) <= rang(REGLES.statut_du_taux(haut))


@pytest.mark.parametrize("taux", [-0.01, 1.01, float("nan"), float("inf"), None, "beaucoup"])
def test_un_taux_impossible_est_refuse(taux: Any) -> None:
    with pytest.raises(ErreurDonnees, match="n'est pas un nombre de 0 à 1"):
        REGLES.statut_du_taux(taux)


@given(st.lists(st.floats(0, 1), max_size=30), st.lists(st.integers(0, 10_000), max_size=30))
def test_un_tableau_de_taux_s_arrondit_comme_chaque_taux(quelconques: list[float], demis: list[int]) -> None:
    # Halves of a ten-thousandth: where the binary writing of a rate may fall on the wrong side.
    taux = np.array([*quelconques, *(min(n / 10_000 + 0.00005, 1.0) for n in demis), np.nan])
    arrondis = REGLES.arrondir_taux_en_nombre(taux)
    assert arrondis[:-1].tolist() == [float(REGLES.arrondir_taux(float(un))) for un in taux[:-1]]
    assert np.isnan(arrondis[-1])


def test_un_tableau_qui_contient_un_taux_impossible_est_refuse() -> None:
    with pytest.raises(ErreurDonnees, match="n'est pas un nombre de 0 à 1"):
        REGLES.arrondir_taux_en_nombre(np.array([0.5, 1.2]))


def test_fautes_de_forme_et_de_renvoi_toutes_dites_en_une_fois(fautes: Callable[..., list[str]]) -> None:
    def abimer(regles: dict[str, Any]) -> None:
        regles["competence"]["acquis"] = 1.2
        regles["competence"]["epreuves_minimum"] = 2
        regles["bloc"]["compensation"]["exclues"] = ["C17", "C17", "C99"]
        regles["certification"]["blocs_requis"] = ["B1", "B6"]
        regles["certification"]["jury"]["quorum"] = 4
        regles["certification"]["compensation_entre_blocs"] = True
        regles["arrondi"]["methode"] = "bancaire"
        regles["bonus"] = 1

    assert fautes(abimer) == [
        "competence › acquis : le nombre 1.2 est trop grand ; la valeur maximale est 1.",
        "arrondi › methode : « bancaire » n'est pas admis ; valeurs admises : 'demi_superieur'.",
        "bonus : ce champ est inconnu ; ôtez-le ou corrigez son nom.",
        "exclues : « C17 » est cité 2 fois ; gardez-en un seul.",
        "exclues : « C99 » n'existe pas dans la fiche ; codes connus : "
        + ", ".join(f"C{n}" for n in range(1, 26))
        + ".",
        "blocs_requis : « B6 » n'existe pas dans la fiche ; codes connus : B1, B2, B3, B4, B5.",
        "certification › jury : quorum de 4 pour un jury de 3 membres ; abaissez le quorum.",
        "certification : l'outil ne compense pas un bloc par un autre ; écrivez compensation_entre_blocs: false.",
        "competence : epreuves_minimum vaut 2, épreuves du bloc B5 : 1 ; abaissez-le.",
    ]


@pytest.mark.parametrize(
    ("acquis", "en_cours", "attendue"),
    [
        (0.5, 0.5, "competence : en_cours (0.5) doit rester inférieur à acquis (0.5) ; corrigez un des seuils."),
        (0.4, 0.6, "competence : en_cours (0.6) doit rester inférieur à acquis (0.4) ; corrigez un des seuils."),
        (0.6, 0, "competence › en_cours : le nombre 0 est trop petit ; la valeur doit dépasser 0."),
        (
            0.6,
            "0,4",
            "competence › en_cours : un nombre décimal est attendu (lu : « 0,4 ») ; écrivez par exemple 0.60.",
        ),
    ],
)
def test_les_seuils_sont_ordonnes(
    fautes: Callable[..., list[str]], acquis: float, en_cours: object, attendue: str
) -> None:
    def abimer(regles: dict[str, Any]) -> None:
        regles["competence"] |= {"acquis": acquis, "en_cours": en_cours}

    assert fautes(abimer) == [attendue]


def test_un_seuil_entier_est_admis(tmp_path: Path) -> None:
    donnees = copy.deepcopy(DONNEES)
    donnees["competence"]["acquis"] = 1
    chemin = tmp_path / "regles.yaml"
    chemin.write_text(yaml.safe_dump(donnees, allow_unicode=True), encoding="utf-8")
    regles = charger_regles(chemin)
    assert regles.statut_du_taux(0.9999) == "en cours"
    assert regles.statut_du_taux(1.0) == "acquis"


def test_les_regles_d_une_fiche_ne_s_appliquent_pas_a_une_autre(fautes: Callable[..., list[str]], fiche: Path) -> None:
    trouvees = fautes(lambda regles: None, charger_referentiel(fiche))
    assert trouvees[:3] == [
        "fiche : règles écrites pour la fiche 31919, or la fiche chargée est la 90001 ; accordez-les.",
        "exclues : « C17 » n'existe pas dans la fiche ; codes connus : K1, K2, K3, K4, K5.",
        "exclues : « C21 » n'existe pas dans la fiche ; codes connus : K1, K2, K3, K4, K5.",
    ]


def test_des_regles_ecrites_pour_une_autre_fiche_se_chargent(tmp_path: Path, fiche: Path) -> None:
    donnees = copy.deepcopy(DONNEES)
    donnees["fiche"] = "90001"
    donnees["bloc"]["compensation"]["exclues"] = ["K5"]
    donnees["vae"]["voies"] = ["formation"]
    donnees["certification"] |= {"blocs_requis": ["M1", "M2"], "jury": {"quorum": 2}}
    chemin = tmp_path / "regles.yaml"
    chemin.write_text(yaml.safe_dump(donnees, allow_unicode=True), encoding="utf-8")
    regles = charger_regles(chemin, charger_referentiel(fiche))
    assert isinstance(regles, Regles)
    assert regles.bloc.compensation.exclues == ("K5",)
    assert regles.empreinte == hashlib.sha256(chemin.read_bytes()).hexdigest() != REGLES.empreinte
