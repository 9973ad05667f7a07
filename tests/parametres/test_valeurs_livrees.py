"""Every shipped file is valid, and the main values are those of the law on both sides of each change."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from rncp_utils.erreurs import ErreurParametre
from rncp_utils.parametres import Tranche, bareme, fiche_parametre, parametre, parametres_livres
from rncp_utils.parametres.chargement import DOSSIER_VALEURS


@pytest.mark.parametrize("nom", parametres_livres())
def test_chaque_fichier_livre_est_valide(nom: str) -> None:
    fiche = fiche_parametre(nom)
    assert fiche.nom == nom
    assert any(contenu is not None for contenu in fiche.contenus)
    for rang, contenu in enumerate(fiche.contenus):
        assert contenu is None or fiche.reference(fiche.dates[rang])
    if fiche.statut == "de_memoire":
        assert fiche.a_verifier


def test_tout_ce_qui_est_dans_le_dossier_est_livre_et_rien_d_autre() -> None:
    chemins = {DOSSIER_VALEURS.joinpath(*nom.split(".")).with_suffix(".yaml") for nom in parametres_livres()}
    presents = {chemin for chemin in DOSSIER_VALEURS.rglob("*") if chemin.is_file()}
    assert presents - chemins == {DOSSIER_VALEURS / "LISEZ-MOI.md"}
    assert chemins <= presents


@pytest.mark.parametrize(
    ("nom", "veille", "avant", "apres"),
    [
        ("social.pass_annuel", "2018-12-31", 39732, 40524),
        ("social.pass_annuel", "2022-12-31", 41136, 43992),
        ("social.pass_annuel", "2023-12-31", 43992, 46368),
        ("social.pass_annuel", "2024-12-31", 46368, 47100),
        ("social.pass_annuel", "2025-12-31", 47100, 48060),
        ("is.taux_reduit_plafond", "2022-12-30", 38120, 42500),
        ("is.taux_reduit_ca_maximal", "2020-12-31", 7_630_000, 10_000_000),
        ("is.taux_normal", "2018-12-31", 1 / 3, 0.31),
        ("is.taux_normal", "2020-12-31", 0.28, 0.265),
        ("is.taux_normal", "2021-12-31", 0.265, 0.25),
        ("micro.plafond_ventes", "2022-12-31", 176_200, 188_700),
        ("micro.plafond_ventes", "2025-12-31", 188_700, 203_100),
        ("micro.plafond_services", "2025-12-31", 77_700, 83_600),
        ("micro.plafond_bnc", "2025-12-31", 77_700, 83_600),
        ("micro.cotisations.ventes", "2022-09-30", 0.128, 0.123),
        ("micro.cotisations.services", "2022-09-30", 0.22, 0.212),
        ("micro.cotisations.cipav", "2024-06-30", 0.212, 0.232),
        ("micro.cotisations.bnc", "2024-12-31", 0.231, 0.246),
        ("pfu.prelevements_sociaux", "2025-12-31", 0.172, 0.186),
        ("rsi_bic.plafond_ventes", "2025-12-31", 840_000, 945_000),
        ("rsi_bic.plafond_services", "2025-12-31", 254_000, 286_000),
        ("banque_de_france.seuil_cotation", "2025-01-12", 750_000, 1_250_000),
        ("usure.decouvert_professionnel", "2024-06-30", 0.1868, 0.1881),
        ("usure.decouvert_professionnel", "2023-03-31", 0.1647, 0.1664),
    ],
)
def test_la_valeur_change_le_jour_dit(nom: str, veille: str, avant: float, apres: float) -> None:
    lendemain = dt.date.fromisoformat(veille) + dt.timedelta(days=1)
    assert parametre(nom, veille) == avant
    assert parametre(nom, lendemain) == apres


@pytest.mark.parametrize(
    ("nom", "jour", "valeur"),
    [
        ("is.taux_reduit", "2024-12-31", 0.15),
        ("is.taux_intermediaire_plafond", "2019-12-31", 500_000),
        ("is.taux_reduit_detention_minimale", "2024-12-31", 0.75),
        ("micro.abattement.ventes", "2025-01-01", 0.71),
        ("micro.abattement.services", "2025-01-01", 0.5),
        ("micro.abattement.bnc", "2025-01-01", 0.34),
        ("micro.abattement.minimum", "2025-01-01", 305),
        ("micro.versement_liberatoire.ventes", "2025-01-01", 0.01),
        ("micro.versement_liberatoire.services", "2025-01-01", 0.017),
        ("micro.versement_liberatoire.bnc", "2025-01-01", 0.022),
        ("foncier.micro.abattement", "2025-01-01", 0.3),
        ("foncier.micro.plafond", "2025-01-01", 15_000),
        ("foncier.prelevements_sociaux", "2026-01-01", 0.172),
        ("tva.taux_normal", "2026-01-01", 0.2),
        ("tva.taux_intermediaire", "2026-01-01", 0.1),
        ("tva.taux_reduit", "2026-01-01", 0.055),
        ("tva.taux_particulier", "2026-01-01", 0.021),
        ("tva.franchise.ventes", "2025-06-30", 85_000),
        ("tva.franchise.ventes_majore", "2025-06-30", 93_500),
        ("tva.franchise.services", "2025-06-30", 37_500),
        ("tva.franchise.services_majore", "2025-06-30", 41_250),
        ("pfu.impot_sur_le_revenu", "2026-06-30", 0.128),
        ("usure.decouvert_professionnel", "2015-05-15", 0.1328),
        ("usure.decouvert_professionnel", "2019-12-31", 0.1381),
        ("usure.decouvert_professionnel", "2024-12-31", 0.1889),
        ("hcsf.taux_effort_maximal", "2024-01-01", 0.35),
        ("hcsf.duree_maximale", "2024-01-01", 25),
        ("hcsf.differe_maximal", "2024-01-01", 2),
        ("hcsf.part_derogatoire", "2024-01-01", 0.2),
        ("delais_paiement.maximum_date_facture", "2024-01-01", 60),
        ("delais_paiement.maximum_fin_de_mois", "2024-01-01", 45),
        ("delais_paiement.a_defaut_de_convention", "2024-01-01", 30),
        ("capitaux_propres.seuil_perte_de_moitie", "2024-12-31", 0.5),
        ("ratios.base_jours", "2024-12-31", 360),
        ("ratios.df_sur_caf_alerte", "2024-12-31", 4),
        ("ratios.df_sur_caf_refus", "2024-12-31", 7),
        ("ratios.annuites_sur_caf_alerte", "2024-12-31", 0.5),
    ],
)
def test_valeurs_qui_n_ont_pas_change(nom: str, jour: str, valeur: float) -> None:
    assert parametre(nom, jour) == valeur


@pytest.mark.parametrize(
    ("annee", "seuils"),
    [
        (2022, (0, 10777, 27478, 78570, 168994)),
        (2023, (0, 11294, 28797, 82341, 177106)),
        (2024, (0, 11497, 29315, 83823, 180294)),
        (2025, (0, 11600, 29579, 84577, 181917)),
    ],
)
def test_bareme_de_l_impot_sur_le_revenu(annee: int, seuils: tuple[int, ...]) -> None:
    attendu = tuple(Tranche(*ligne) for ligne in zip(seuils, (0, 0.11, 0.30, 0.41, 0.45), strict=True))
    assert bareme("ir.bareme", dt.date(annee, 1, 1)) == attendu
    assert bareme("ir.bareme", dt.date(annee, 12, 31)) == attendu


def test_l_usure_ne_vaut_que_dans_son_trimestre() -> None:
    assert parametre("usure.decouvert_professionnel", "2024-04-01") == 0.1868
    for jour in ("2015-03-31", "2015-07-01", "2024-03-31", "2025-01-01", "2026-04-01"):
        with pytest.raises(ErreurParametre, match="ne vaut que dans son trimestre"):
            parametre("usure.decouvert_professionnel", jour)


@pytest.mark.parametrize(
    ("nom", "jour", "motif"),
    [
        ("micro.cotisations.bnc", "2026-01-01", "deux taux circulent"),
        ("social.pass_annuel", "2027-01-01", "n'était pas publié"),
        ("rsi_bic.plafond_ventes", "2027-01-01", "de nouveau actualisées"),
        ("is.taux_intermediaire", "2020-01-01", "n'existe plus"),
    ],
)
def test_ce_qui_n_est_pas_confirme_est_refuse_avec_son_motif(nom: str, jour: str, motif: str) -> None:
    with pytest.raises(ErreurParametre, match=motif):
        parametre(nom, jour)


def test_le_bareme_des_revenus_2026_est_refuse() -> None:
    with pytest.raises(ErreurParametre, match="loi de finances pour 2027"):
        bareme("ir.bareme", "2026-01-01")


def _interpoler(nom: str, jour: dt.date, x: float) -> float:
    seuils, taux = zip(*bareme(nom, jour), strict=True)
    return float(np.interp(x, seuils, taux))


def _cumuler(nom: str, jour: dt.date, x: float) -> float:
    tranches = bareme(nom, jour)
    hauts = [seuil for seuil, _ in tranches[1:]] + [np.inf]
    return sum(taux * max(0, min(x, haut) - bas) for (bas, taux), haut in zip(tranches, hauts, strict=True))


def test_cotisations_d_un_artisan_en_2026() -> None:
    """50 000 € avant cotisations : chaque ligne du cas de référence, refaite à la main avec les paramètres livrés."""
    jour = dt.date(2026, 6, 30)
    plafond = parametre("social.pass_annuel", jour)
    assiette = 50_000 * (1 - parametre("tns.assiette.abattement", jour))
    x = assiette / plafond
    montants = {
        "maladie": assiette * _interpoler("tns.maladie.taux", jour, x),
        "indemnites_journalieres": plafond * _cumuler("tns.indemnites_journalieres", jour, x),
        "vieillesse_plafonnee": assiette * parametre("tns.vieillesse_base.taux_plafonne", jour),
        "vieillesse_deplafonnee": assiette * parametre("tns.vieillesse_base.taux_deplafonne", jour),
        "retraite_complementaire": plafond * _cumuler("tns.retraite_complementaire", jour, x),
        "invalidite_deces": plafond * _cumuler("tns.invalidite_deces", jour, x),
        "allocations_familiales": assiette * _interpoler("tns.allocations_familiales", jour, x),
        "csg_crds": assiette * parametre("tns.csg_crds", jour),
        "formation": plafond * parametre("tns.formation.artisan", jour),
    }
    assert {nom: round(montant, 2) for nom, montant in montants.items()} == {
        "maladie": 1794.26,
        "indemnites_journalieres": 185.00,
        "vieillesse_plafonnee": 6345.50,
        "vieillesse_deplafonnee": 266.40,
        "retraite_complementaire": 2997.00,
        "invalidite_deces": 481.00,
        "allocations_familiales": 0.0,
        "csg_crds": 3589.00,
        "formation": 139.37,
    }


def test_assiette_et_bornes_de_la_maladie_des_independants() -> None:
    jour = dt.date(2026, 1, 1)
    assert parametre("tns.assiette.abattement_plancher", jour) == 0.0176
    assert parametre("tns.assiette.abattement_plafond", jour) == 1.3
    assert parametre("tns.maladie.plafond", jour) == bareme("tns.maladie.taux", jour)[-1].seuil == 3
    assert parametre("tns.maladie.taux_au_dela", jour) == 0.065
    assert parametre("tns.formation.commercant", jour) == 0.0025


def test_fonctions_de_score() -> None:
    """Le cas MARTIN de 2024 : 20,19 selon Conan et Holder (sain), 2,529 selon Altman (zone grise)."""
    cloture = dt.date(2024, 12, 31)
    conan = parametre("scoring.conan_holder.coefficients", cloture)
    note = np.dot(list(conan.values()), [0.3042672, 0.7147766, 0.3402062, 0.0142424, 0.7040817])
    assert note == pytest.approx(20.1909, abs=1e-4)
    assert note > parametre("scoring.conan_holder.zones", cloture)["sain"]
    altman = parametre("scoring.altman_zprime.coefficients", cloture)
    zprime = np.dot(list(altman.values()), [0.2313860, 0.2439863, 0.1278351, 0.5955473, 1.5120275])
    assert zprime == pytest.approx(2.52888, abs=1e-5)
    assert parametre("scoring.altman_zprime.zones", cloture) == {"sain": 2.9, "alerte": 1.23}


def test_grille_de_notation_interne() -> None:
    jour = dt.date(2026, 1, 1)
    poids = parametre("scoring.notation_interne.poids", jour)
    classes = parametre("scoring.notation_interne.classes", jour)
    defauts = parametre("scoring.notation_interne.pd_par_classe", jour)
    assert sum(poids.values()) == 100
    assert sum(parametre("scoring.notation_interne.qualitatif.poids", jour).values()) == poids["qualitatif"]
    assert list(classes.items()) == [("A+", 85), ("A", 75), ("B+", 65), ("B", 55), ("C", 45), ("D", 35), ("E", 0)]
    assert list(defauts.values()) == [0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.2, 1]
    assert list(defauts) == [*classes, "F"]


@pytest.mark.parametrize("nom", [nom for nom in parametres_livres() if nom.startswith("scoring.notation_interne.")])
def test_la_grille_se_dit_convention_de_cours_et_ses_ancres_sont_monotones(nom: str) -> None:
    fiche = fiche_parametre(nom)
    assert fiche.statut == "convention_de_cours"
    if fiche.forme == "bareme":
        parts = [taux for _, taux in bareme(nom, "2026-01-01")]
        assert fiche.lecture == "points"
        assert {min(parts), max(parts)} == {0, 1}
        assert parts in (sorted(parts), sorted(parts, reverse=True))
