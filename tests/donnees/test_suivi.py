"""The follow-up of a learner: what is drawn, and that the library judges it as the exam says."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from rncp_utils.autograde.attendus import charger_attendus
from rncp_utils.donnees.suivi import JOUR, suivi_de, suivi_du_cours
from rncp_utils.risque import score_alerte
from rncp_utils.risque.alerte import NIVEAUX

SESSION = "2026-S2"
DEPOT = Path(__file__).parents[2]
FORMULAIRES = DEPOT / "source" / "B4-MES" / "formulaires.yaml"
CLE = charger_attendus(DEPOT, "B4-MES")


def suivi(rang: int):
    return suivi_de(f"apprenant{rang}", "B4-MES", SESSION)


def alertes(x):
    """Score and level of each client, by the library."""
    finances = pd.DataFrame({"defaut": x.clients["retard_max_jours"] > 90})
    return score_alerte(x.clients.drop(columns=["metier", "note"]), finances, date=JOUR)


@pytest.fixture(scope="module")
def plusieurs():
    return [suivi(rang) for rang in range(12)]


def test_le_meme_appel_donne_le_meme_suivi_et_un_autre_apprenant_un_autre():
    assert suivi(1).pieces.equals(suivi(1).pieces)
    assert suivi(1).clients.equals(suivi(1).clients)
    assert suivi(1).encours != suivi(2).encours
    assert suivi_du_cours().ferrand.empreinte == ""


def test_cinq_pieces_sur_douze_ne_sont_pas_en_regle(plusieurs):
    for x in plusieurs:
        assert (len(x.pieces), len(CLE.anomalies(x))) == (12, 5)
        assert sum("non signée" in lu or lu.startswith(("déclaré :", "au nom de Luc")) for lu in x.pieces["lu"]) == 2
    assert len({tuple(CLE.anomalies(x)) for x in plusieurs}) >= 10
    assert {nom for x in plusieurs for nom in CLE.anomalies(x)} == set(plusieurs[0].pieces.index) - {"statuts"}


def test_une_piece_qui_expire_le_jour_meme_est_valable(plusieurs):
    """Each file has one, and another that expired the day before."""
    durees = {"registre": 3, "revue": 36, "fiben": 3, "avis": 15, "domicile": 3}
    for x in plusieurs:
        fins = {
            nom: pd.Timestamp(x.pieces.loc[nom, "date_piece"]) + pd.DateOffset(months=m) for nom, m in durees.items()
        }
        fins["identite"] = pd.Timestamp(x.pieces.loc["identite", "date_validite"])
        valables = [nom for nom, fin in fins.items() if fin == pd.Timestamp(JOUR)]
        veille = [nom for nom, fin in fins.items() if (pd.Timestamp(JOUR) - fin).days == 1]
        assert len(valables) == len(veille) == 1
        assert valables[0] not in CLE.anomalies(x)
        assert veille[0] in CLE.anomalies(x)


def test_huit_clients_et_leurs_niveaux(plusieurs):
    for x in plusieurs:
        niveaux = alertes(x)["niveau"]
        assert sorted(niveaux) == [0, 1, 1, 1, 2, 2, 3, 4]
        assert niveaux.to_dict() == {client: CLE.niveau(lu) for client, lu in x.clients.iterrows()}
        # The two false alerts are kept by the rule: it is the file that clears them.
        assert (niveaux[CLE.fausses(x)] == 1).all()
    assert len({tuple(x.clients["note"]) for x in plusieurs}) == len(plusieurs)


def test_ce_qu_il_faut_repondre_n_est_pas_dans_la_bibliotheque():
    assert not {"anomalies", "alertes", "fausses_alertes", "profils"} & set(dir(suivi_du_cours()))


def test_le_defaut_depasse_quatre_vingt_dix_jours_et_lui_seul(plusieurs):
    for x in plusieurs:
        retards = x.clients["retard_max_jours"]
        assert (retards > 90).sum() == 1
        assert alertes(x)["niveau"].idxmax() == retards.idxmax()


def test_la_couverture_laisse_une_perte_et_reste_sous_cent_pour_cent(plusieurs):
    for x in plusieurs:
        lue = x.couverture()
        assert 0 < lue["perte"] < lue["exposition"]
        assert 0.5 < lue["taux_couverture"] < 1


def test_la_ligne_est_en_retard_sans_etre_echue(plusieurs):
    etapes = set()
    for x in plusieurs:
        calendrier = x.ligne.calendrier()
        etapes.add(calendrier["etape"])
        assert x.ligne.retard() > 0
        # A refusal may still be announced in time.
        assert calendrier["preavis_le"] >= pd.Timestamp(JOUR)
        assert x.ligne.besoin > x.ligne.plafond
    assert etapes == {"demande de pièces", "analyse"}


def test_les_formulaires_disent_les_memes_pieces_clients_et_niveaux():
    champs = yaml.safe_load(FORMULAIRES.read_text(encoding="utf-8"))
    [anomalies] = champs["m4_dossier"]
    x = suivi_du_cours()
    assert [option["id"] for option in anomalies["options"]] == list(x.pieces.index)
    assert all(x.pieces.loc[option["id"], "libelle"].startswith(option["texte"]) for option in anomalies["options"])
    niveaux = champs["m4_tab"][0]
    assert [option["texte"] for option in niveaux["options"]] == [f"{rang}. {nom}" for rang, nom in enumerate(NIVEAUX)]
    assert [element["id"] for element in niveaux["elements"]] == list(x.clients.index)


def test_les_tableaux_se_lisent():
    x = suivi_du_cours()
    assert x.tableau_des_pieces().shape == (12, 3)
    assert x.tableau_des_clients().shape == (8, 6)
    lus = x.tableau_des_clients()["Flux sur un an"]
    assert lus.str.fullmatch(r"[+−]?\d+\s%").all()
