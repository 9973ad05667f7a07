"""Files of the cases: every fault is said, in French, with its place."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from rncp_utils.donnees import lister_cas
from rncp_utils.donnees.fils_rouges.chargement import contenu, lire_fiche, valider
from rncp_utils.erreurs import ErreurListe


def refus(code: str, changer: Callable[[dict[str, Any]], object]) -> list[str]:
    """Faults of a case in which something was changed."""
    brut = deepcopy(contenu(code))
    changer(brut)
    with pytest.raises(ErreurListe) as erreur:
        valider(brut, "Le cas est refusé :")
    return list(erreur.value.fautes)


def test_les_neuf_cas_sont_livres() -> None:
    attendus = [f"CAS-{numero:02d}" for numero in range(1, 9)]
    assert list(lister_cas()) == [*attendus[:7], "CAS-07B", attendus[7]]


def test_les_fautes_de_forme_sont_toutes_dites() -> None:
    def changer(brut: dict[str, Any]) -> None:
        brut["siren"] = "12"
        brut["couleur"] = "bleu"
        brut["exercices"]["N"]["acquisitions"] = -1
        del brut["activite"]

    fautes = refus("CAS-04", changer)
    assert len(fautes) == 4
    assert any("siren" in faute and "neuf chiffres" in faute for faute in fautes)


@pytest.mark.parametrize(
    ("changer", "attendu"),
    [
        (lambda b: b["exercices"]["N"]["passif"].update(DX=138_501), "l'actif net et le passif"),
        (lambda b: b["exercices"]["N"].update(acquisitions=45_000), "les acquisitions"),
        (lambda b: b["exercices"]["N"]["resultat"].update(GA=26_000), "les dotations"),
        (lambda b: b["exercices"]["N"]["resultat"].update(FT=-25_000), "FT et la variation"),
        (lambda b: b["exercices"]["N"].update(distributions=19_000), "son affectation"),
        (lambda b: b["exercices"]["N"]["immobilisations"].update(AI=40_001), "AH est amorti"),
        (lambda b: b["credits"][0]["crd"].update({"N": 22_000}), "credits › atelier"),
        (lambda b: b["credits"][0].update(exigible_a_un_an=23_001), "à moins d'un an"),
        (lambda b: b["comptes"][0]["soldes"].update({"N": -7_000}), "le dernier mois de N"),
        (lambda b: b["foyer"]["revenus"][1]["montants"].update({"N": 21_000}), "dans les comptes de l'entreprise"),
        (lambda b: b["projets"][0].update(apport=9_000), "équilibrez le plan"),
        (lambda b: b["chemin_de_risque"]["faits"].append("Perte de {inconnue}"), "montant absent"),
    ],
)
def test_des_comptes_qui_ne_tiennent_pas_sont_refuses(changer: Callable, attendu: str) -> None:
    assert any(attendu in faute for faute in refus("CAS-04", changer))


def test_la_variation_des_encours_est_celle_de_la_production_stockee() -> None:
    fautes = refus("CAS-08", lambda b: b["exercices"]["N"]["resultat"].update(FM=-13_000))
    assert any("FM et la variation" in faute for faute in fautes)


@pytest.mark.parametrize(
    ("changer", "attendu"),
    [
        (lambda b: b["exercices"]["N"]["resultat"].update(FL=1), "FL n'a pas sa place"),
        (lambda b: b["exercices"]["N"]["passif"].update(DI=20_825), "DI n'a pas sa place"),
        (lambda b: b["exercices"].pop("N-2"), "écrivez N-2, N-1, N"),
        (lambda b: b["credits"][0]["rembourse"].pop("N"), "rembourse : écrivez"),
        (lambda b: b["comptes"][0]["soldes_mensuels"].pop("N-1"), "écrivez N-1, N"),
        (lambda b: b.update(exercices={}), "ou la trésorerie d'une micro-entreprise"),
        (lambda b: b["leviers"].update(chance=[1, 2]), "ce levier est inconnu"),
        (lambda b: b["leviers"].update(marge=[1010, 990]), "1010 dépasse 990"),
    ],
)
def test_une_case_une_annee_ou_un_levier_de_travers_est_dit(changer: Callable, attendu: str) -> None:
    assert any(attendu in faute for faute in refus("CAS-04", changer))


def test_le_revenu_d_une_micro_entreprise_est_celui_de_sa_tresorerie() -> None:
    fautes = refus("CAS-06", lambda b: b["foyer"]["revenus"][0]["montants"].update({"N": 10_000}))
    assert any("10\u202f700" in faute for faute in fautes)


@pytest.mark.parametrize("texte", ["code: CAS-01\ncode: CAS-02\n", "- un\n- deux\n"])
def test_un_fichier_mal_ecrit_est_refuse(texte: str, tmp_path: Path) -> None:
    chemin = tmp_path / "cas99.yaml"
    chemin.write_text(texte, encoding="utf-8")
    with pytest.raises(ErreurListe, match=r"cas99\.yaml"):
        lire_fiche(chemin)
