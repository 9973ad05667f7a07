"""Last day to get in touch after an event, and what an opposition stops."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.calendrier import jours_ouvres
from rncp_utils.donnees import charger
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.portefeuille import dernier_jour_de_contact, est_prospection, rythme_de_contact
from rncp_utils.portefeuille.contacts import COURTOISIE, NATURES, URGENCE

JOURS = st.dates(dt.date(2020, 1, 1), dt.date(2026, 10, 31))


def test_chaque_evenement_de_l_agence_a_son_rythme():
    assert set(charger("evenements")["evenement"]) <= set(NATURES)


@given(st.sampled_from(sorted(NATURES)), JOURS)
def test_le_dernier_jour_est_ouvre_et_ne_precede_jamais_l_annonce(nature, connu):
    dernier = dernier_jour_de_contact(nature, connu)
    assert jours_ouvres(dernier, dernier) == 1
    assert dernier >= connu


@pytest.mark.parametrize(
    ("nature", "connu", "date", "attendu"),
    [
        ("appel du client", "2025-04-18", None, "2025-04-23"),  # Easter Monday does not count
        ("sinistre", "2026-03-28", None, "2026-03-31"),  # known on a Saturday
        ("fin de prêt", "2026-04-10", None, "2026-04-24"),  # the fifteenth day is a Saturday
        ("anniversaire de la relation", "2026-03-31", "2026-04-09", "2026-05-07"),  # a Saturday after a holiday
        ("anniversaire de la relation", "2026-03-31", "2026-02-01", "2026-04-30"),  # already past
    ],
)
def test_des_dates_comptees_a_la_main(nature, connu, date, attendu):
    assert dernier_jour_de_contact(nature, connu, date) == dt.date.fromisoformat(attendu)


def test_l_opposition_arrete_la_prospection_et_non_le_suivi():
    assert not any(est_prospection(nature) for nature in NATURES if rythme_de_contact(nature) == URGENCE)
    assert all(est_prospection(nature) for nature in NATURES if rythme_de_contact(nature) == COURTOISIE)
    assert not est_prospection("échéance de ligne")


def test_un_evenement_inconnu_se_refuse():
    with pytest.raises(ErreurDonnees, match="Je ne connais pas"):
        rythme_de_contact("pleine lune")
