"""What a caller can rely on: dates accepted, refusals in French, warnings, and the same answers for a whole table."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurParametre
from rncp_utils.parametres import Parametre, bareme, fiche_parametre, parametre, parametres_livres

UN_JOUR = dt.timedelta(days=1)
SCALAIRES = tuple(nom for nom in parametres_livres() if fiche_parametre(nom).forme == "valeur")
CONTINUS = tuple(nom for nom in SCALAIRES if fiche_parametre(nom).sens_de_la_date != "trimestre_octroi")
CHANGEANTS = tuple(nom for nom in CONTINUS if len(fiche_parametre(nom).dates) > 1)


def _simple(refus: Exception) -> str:
    """The sentence, non-breaking spaces made plain."""
    return str(refus).replace("\u00a0", " ")


@pytest.mark.parametrize(
    "date",
    [
        dt.date(2022, 12, 31),
        dt.datetime(2022, 12, 31, 23, 59),
        "2022-12-31",
        pd.Timestamp("2022-12-31 08:00"),
        pd.Timestamp("2022-12-31", tz="Europe/Paris"),
        np.datetime64("2022-12-31"),
    ],
)
def test_une_date_sous_toutes_ses_formes(date: Any) -> None:
    assert parametre("is.taux_reduit_plafond", date) == 42500


@pytest.mark.parametrize(
    "date", ["31/12/2022", "2022-02-31", "20221231", 2022, None, pd.NaT, np.datetime64("NaT"), True]
)
def test_ce_qui_n_est_pas_une_date_est_refuse(date: Any) -> None:
    with pytest.raises(ErreurDonnees, match="J'attendais une date et j'ai lu"):
        parametre("is.taux_reduit_plafond", date)


FIN = " ; demandez une autre date, ou complétez son fichier avec la valeur et sa référence."


def test_avant_la_premiere_date() -> None:
    with pytest.raises(ErreurParametre) as refus:
        parametre("is.taux_reduit_plafond", "2015-03-01")
    assert _simple(refus.value) == (
        "Le paramètre « is.taux_reduit_plafond » n'a pas de valeur au 01/03/2015 : cette date précède la première "
        "valeur (dates livrées : du 01/01/2018 au 31/12/2022)" + FIN
    )


def test_usure_du_deuxieme_trimestre_2026_inconnue() -> None:
    with pytest.raises(ErreurParametre) as refus:
        parametre("usure.decouvert_professionnel", dt.date(2026, 4, 1))
    assert _simple(refus.value) == (
        "Le paramètre « usure.decouvert_professionnel » n'a pas de valeur au 01/04/2026 : chaque valeur ne vaut que "
        "dans son trimestre et celui-ci n'est pas livré (dates livrées : du 01/04/2015 au 01/10/2024)" + FIN
    )


def test_une_valeur_absente_dit_son_motif() -> None:
    with pytest.raises(ErreurParametre) as refus:
        parametre("social.pass_annuel", "2027-03-01")
    assert _simple(refus.value) == (
        "Le paramètre « social.pass_annuel » n'a pas de valeur au 01/03/2027 : depuis le 01/01/2027, le plafond de "
        "2027 n'était pas publié à la dernière vérification (dates livrées : du 01/01/2018 au 01/01/2027)" + FIN
    )


@pytest.mark.parametrize(
    ("nom", "proche"),
    [
        ("is.taux_reduits", "is.taux_reduit"),
        ("tva.franchise", "tva.franchise.ventes"),
        ("Social.pass_annuel", "social.pass_annuel"),
        ("../../referentiel/regles", "parametres_livres()"),
        ("", "parametres_livres()"),
    ],
)
def test_un_nom_inconnu_donne_les_plus_proches(nom: str, proche: str) -> None:
    with pytest.raises(ErreurParametre) as refus:
        parametre(nom, "2024-01-01")
    assert f"« {nom} » n'existe pas" in _simple(refus.value)
    assert proche in _simple(refus.value)


def test_valeur_et_bareme_ne_se_confondent_pas() -> None:
    with pytest.raises(ErreurParametre, match=r"lisez-le avec bareme\(nom, date\)"):
        parametre("ir.bareme", "2024-01-01")
    with pytest.raises(ErreurParametre, match=r"lisez-le avec parametre\(nom, date\)"):
        bareme("is.taux_normal", "2024-01-01")


def test_une_table_rendue_peut_etre_modifiee_sans_changer_le_parametre() -> None:
    lue = parametre("scoring.conan_holder.zones", "2024-01-01")
    lue["sain"] = 0
    assert parametre("scoring.conan_holder.zones", "2024-01-01") == {"sain": 9, "alerte": 4}


def test_avertit_une_fois_quand_la_valeur_n_a_pas_ete_reverifiee() -> None:
    limite = fiche_parametre("tva.taux_normal").metadata.last_value_still_valid_on + dt.timedelta(days=400)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parametre("tva.taux_normal", limite) == 0.2
    with pytest.warns(AvertissementDonnees, match=r"Paramètre non revérifié\s: «\stva\.taux_normal\s»") as dits:
        parametre("tva.taux_normal", limite + UN_JOUR)
        parametre("tva.taux_normal", limite + UN_JOUR)
    assert len(dits) == 1
    assert dits[0].filename == __file__
    with pytest.warns(AvertissementDonnees):
        parametre("tva.taux_normal", limite + 2 * UN_JOUR)


def test_un_bareme_et_une_serie_avertissent_aussi() -> None:
    with pytest.warns(AvertissementDonnees, match=r"tns\.maladie\.taux\s» est demandé au 01/01/2030"):
        bareme("tns.maladie.taux", "2030-01-01")
    with pytest.warns(AvertissementDonnees, match="est demandé au 02/01/2030") as dits:
        parametre("tva.taux_normal", ["2030-01-02", "2029-01-01", "2020-01-01"])
    assert len(dits) == 1
    assert dits[0].filename == __file__


@pytest.mark.parametrize(
    "dates",
    [
        pd.Series(pd.to_datetime(["2024-12-31", "2018-05-01", "2022-12-31"]), index=[7, 3, 5]),
        pd.DatetimeIndex(["2024-12-31", "2018-05-01", "2022-12-31"], tz="Europe/Paris"),
        pd.Series(["2024-12-31", "2018-05-01", "2022-12-31"]),
        pd.Series([dt.date(2024, 12, 31), dt.date(2018, 5, 1), dt.date(2022, 12, 31)]),
        np.array(["2024-12-31", "2018-05-01", "2022-12-31"], dtype="datetime64[D]"),
        np.array(["2024-12-31T10", "2018-05-01T10", "2022-12-31T10"], dtype="datetime64[ns]"),
        [dt.date(2024, 12, 31), dt.date(2018, 5, 1), dt.date(2022, 12, 31)],
    ],
)
def test_une_serie_de_dates_sous_toutes_ses_formes(dates: Any) -> None:
    valeurs = parametre("is.taux_reduit_plafond", dates)
    assert isinstance(valeurs, np.ndarray)
    assert valeurs.dtype == np.int64
    assert valeurs.tolist() == [42500, 38120, 42500]


def test_serie_vide() -> None:
    assert parametre("is.taux_normal", pd.DatetimeIndex([])).tolist() == []


@pytest.mark.parametrize(
    ("nom", "dates", "attendu"),
    [
        ("is.taux_reduit_plafond", ["2024-01-01", "2017-12-31", "2010-01-01"], ("31/12/2017", 2, 2)),
        ("usure.decouvert_professionnel", ["2024-04-01", "2024-03-31"], ("31/03/2024", 2, 1)),
        ("micro.cotisations.bnc", ["2025-12-31", "2026-01-01", "2026-05-01"], ("01/01/2026", 2, 2)),
    ],
)
def test_une_serie_est_refusee_avec_le_nombre_et_la_premiere_date(
    nom: str, dates: list[str], attendu: tuple[str, int, int]
) -> None:
    premiere, numero, nombre = attendu
    with pytest.raises(ErreurParametre) as refus:
        parametre(nom, pd.to_datetime(dates))
    assert f"au {premiere} (date n° {numero} ; dates refusées : {nombre}) :" in _simple(refus.value)


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (pd.Series([2024, 2025]), "des nombres"),
        (pd.Series([2024, 2025], dtype=object), "des nombres"),
        (pd.Series(["31/12/2024", "2024-12-31"]), "AAAA-MM-JJ"),
        (pd.Series([pd.Timestamp("2024-01-01"), pd.NaT]), r"Dates manquantes\s: 1"),
        (np.array([["2024-01-01"]], dtype="datetime64[D]"), "une seule colonne"),
    ],
)
def test_une_serie_qui_n_est_pas_de_dates_est_refusee(dates: Any, message: str) -> None:
    with pytest.raises(ErreurDonnees, match=message):
        parametre("is.taux_reduit_plafond", dates)


def test_une_table_et_un_bareme_se_lisent_a_une_date_a_la_fois() -> None:
    with pytest.raises(ErreurDonnees, match="une date à la fois"):
        parametre("scoring.conan_holder.zones", ["2024-01-01"])
    with pytest.raises(ErreurDonnees, match="une date à la fois"):
        bareme("ir.bareme", ["2024-01-01"])


def test_la_fiche_donne_references_et_statut() -> None:
    fiche = fiche_parametre("micro.plafond_ventes")
    assert [reference.title for reference in fiche.reference(dt.date(2021, 6, 1))] == [
        "Décret n° 2020-897 du 22 juillet 2020, art. 1",
        "CGI, art. 50-0",
    ]
    assert fiche.reference(dt.date(2010, 1, 1)) == ()
    assert fiche.statut == "source_secondaire"
    assert "OpenFisca-France" in fiche.a_verifier
    assert fiche_parametre("micro.plafond_ventes") is fiche


def test_charger_la_bibliotheque_ne_lit_ni_pandas_ni_les_autres_fichiers() -> None:
    programme = (
        "import sys\n"
        "from rncp_utils.parametres import parametre\n"
        "from rncp_utils.parametres.chargement import fiche_parametre, parametres_livres\n"
        "parametre('is.taux_reduit', '2024-12-31')\n"
        "print('pandas' in sys.modules, 'numpy' in sys.modules, fiche_parametre.cache_info().currsize,\n"
        "      parametres_livres.cache_info().currsize)\n"
    )
    sortie = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=True).stdout
    assert sortie.split() == ["False", "False", "1", "0"]


def _connue(fiche: Parametre, jour: dt.date) -> bool:
    rang = fiche.rang(jour)
    return rang is not None and fiche.contenus[rang] is not None


@given(donnees=st.data())
def test_toute_date_entre_la_premiere_et_la_derniere_a_une_valeur_sauf_absence_dite(donnees: st.DataObject) -> None:
    nom = donnees.draw(st.sampled_from(CONTINUS))
    fiche = fiche_parametre(nom)
    jour = donnees.draw(st.dates(fiche.dates[0], fiche.dates[-1]))
    attendu = [valeur for date, valeur in zip(fiche.dates, fiche.contenus, strict=True) if date <= jour][-1]
    if attendu is None:
        with pytest.raises(ErreurParametre):
            parametre(nom, jour)
    else:
        assert parametre(nom, jour) == attendu


@given(donnees=st.data())
def test_la_valeur_ne_change_qu_aux_dates_livrees(donnees: st.DataObject) -> None:
    nom = donnees.draw(st.sampled_from(CHANGEANTS))
    fiche = fiche_parametre(nom)
    # Drawn near a change as often as anywhere: a day taken at random would almost never be one.
    jour = donnees.draw(st.dates(fiche.dates[0] + UN_JOUR, fiche.dates[-1]) | st.sampled_from(fiche.dates[1:]))
    assume(_connue(fiche, jour) and _connue(fiche, jour - UN_JOUR))
    assert (parametre(nom, jour) != parametre(nom, jour - UN_JOUR)) == (jour in fiche.dates)


@pytest.mark.parametrize("nom", SCALAIRES)
def test_chaque_date_livree_est_un_vrai_changement(nom: str) -> None:
    fiche = fiche_parametre(nom)
    for rang in range(1, len(fiche.dates)):
        veille, jour = fiche.dates[rang] - UN_JOUR, fiche.dates[rang]
        if _connue(fiche, veille) and _connue(fiche, jour):
            assert parametre(nom, veille) != parametre(nom, jour)


@given(donnees=st.data())
def test_une_serie_donne_les_memes_valeurs_que_date_par_date(donnees: st.DataObject) -> None:
    nom = donnees.draw(st.sampled_from(SCALAIRES))
    fiche = fiche_parametre(nom)
    jours = st.dates(fiche.dates[0] - 400 * UN_JOUR, fiche.metadata.last_value_still_valid_on + 400 * UN_JOUR)
    dates = donnees.draw(st.lists(jours, min_size=1, max_size=8))
    if all(_connue(fiche, jour) for jour in dates):
        assert parametre(nom, pd.Series(dates)).tolist() == [parametre(nom, jour) for jour in dates]
    else:
        with pytest.raises(ErreurParametre):
            parametre(nom, pd.Series(dates))


def test_un_trimestre_finit_ou_le_suivant_commence(modifier: Callable[..., Parametre]) -> None:
    debuts = [dt.date(2023, 10, 1), dt.date(2024, 1, 1), dt.date(2024, 4, 1), dt.date(2024, 10, 1)]

    def par_trimestre(contenu: dict[str, Any]) -> None:
        contenu["sens_de_la_date"] = "trimestre_octroi"
        contenu["values"] = {debut: {"value": 0.1} for debut in debuts}
        contenu["metadata"]["reference"] = {debut: [{"title": "Avis"}] for debut in debuts}
        contenu["metadata"]["last_value_still_valid_on"] = dt.date(2024, 12, 31)

    fiche = modifier(par_trimestre)
    assert [fiche.rang(jour) for jour in (dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 6, 30))] == [
        0,
        1,
        2,
    ]
    assert [fiche.rang(jour) for jour in (dt.date(2024, 7, 1), dt.date(2024, 9, 30), dt.date(2025, 1, 1))] == [None] * 3
    assert fiche.rang(dt.date(2024, 12, 31)) == 3
