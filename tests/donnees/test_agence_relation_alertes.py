"""The early warning of the course, read on the portfolio: it sees what was planted, in time, and little else."""

from __future__ import annotations

import pandas as pd
import pytest

from rncp_utils.donnees import finances_clients, suivi_comptes
from rncp_utils.risque import score_alerte

pytestmark = pytest.mark.xdist_group("agence")
ARRETE = pd.Timestamp("2026-03-31")


@pytest.fixture(scope="module")
def niveaux() -> pd.DataFrame:
    """Level of each client at the end of each month, as it could be read then."""
    suivi = suivi_comptes()
    mois = pd.date_range("2024-06-30", ARRETE, freq="ME")
    lus = {
        jour: score_alerte(suivi.indicateurs(jour), finances_clients(jour), date=jour.date())["niveau"] for jour in mois
    }
    return pd.DataFrame(lus)


def test_les_vraies_degradations_se_voient_soixante_jours_avant(niveaux, socle):
    vrais = socle.faits[socle.faits["famille"].isin(["degradation", "accident"])].set_index("id_client")
    vus = (niveaux >= 2).loc[vrais.index]
    premier = vus.idxmax(axis=1).where(vus.any(axis=1))
    a_temps = (vrais["date_defaut"] - pd.to_datetime(premier)).dt.days >= 60
    assert len(vrais) == 9
    assert a_temps.sum() >= 0.8 * len(vrais)


def test_les_fausses_alertes_sont_rares(niveaux, socle):
    vrais = socle.faits.loc[socle.faits["famille"].isin(["degradation", "accident"]), "id_client"]
    vus = niveaux.index[(niveaux >= 2).any(axis=1)]
    assert len(vus.difference(vrais)) <= 12


def test_la_liste_de_vigilance_a_la_taille_d_une_agence(niveaux):
    derniers = niveaux[ARRETE]
    assert 0.05 <= (derniers >= 2).mean() <= 0.09
    assert 3 <= (derniers == 4).sum() <= 5
