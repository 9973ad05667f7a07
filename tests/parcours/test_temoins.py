"""The witness copies of B1-QST, graded by nbgrader itself: model, empty, typical mistakes, hostile."""

from __future__ import annotations

import re

import pytest

from rncp_utils.grading import exporter

pytestmark = pytest.mark.lent
CELLULES = {"qst_c1": 15, "qst_c2": 15, "qst_c3": 15, "qst_c4": 20, "qst_c5": 20, "qst_c6": 15}

# The kind of copy -> what the anomalies table must say of it.
MOTIFS = {
    "absent": "qst_c1", "illisible": "qst_c2", "binaire": "qst_c3", "dix-mega": "qst_c4", "imbrique": "qst_c5",
    "version-2": "qst_c6", "nan": "qst_c1", "infini": "qst_c1", "objet": "qst_c1", "cle-inconnue": "qst_c1",
    "double": "qst_c1", "cellule-supprimee": "", "notebook-coupe": "", "dossier-fichier": "",
}  # fmt: skip


def _total(corriges, apprenant: str) -> float:
    return corriges.notes[apprenant].sum()


@pytest.mark.parametrize("apprenant", ["modele-1", "modele-2", "modele-3"])
def test_la_copie_modele_obtient_100(corriges, apprenant):
    assert corriges.notes[apprenant].to_dict() == CELLULES


def test_les_apprenants_n_ont_pas_les_memes_questions(corriges):
    tirages = [set(corriges.fabrique.tirage(apprenant)) for apprenant in ("modele-1", "modele-2", "modele-3")]
    assert all(len(tirage) == 20 for tirage in tirages)
    assert tirages[0] != tirages[1] != tirages[2]


def test_la_copie_vide_obtient_0_et_c_est_dit(corriges):
    assert _total(corriges, "vide") == 0
    anomalies = corriges.anomalies[corriges.anomalies.apprenant == "vide"]
    assert anomalies.code.tolist() == ["copie_vide"]


def test_la_copie_aux_erreurs_types_obtient_la_note_prevue(corriges, banque):
    from_bank = {item.id: item for item in banque.items}
    attendu = 0.0
    for identifiant in corriges.fabrique.tirage("erreurs"):
        item = from_bank[identifiant]
        if item.type == "NUM":
            attendu += 2.5
        elif item.type == "QCM":
            attendu += 5 / sum(option.juste for option in item.options)
    assert 0 < attendu < 50
    assert _total(corriges, "erreurs") == pytest.approx(attendu, abs=0.001)


@pytest.mark.parametrize("nature", list(MOTIFS))
def test_une_copie_hostile_garde_la_note_de_ce_qui_se_lit_et_le_motif_est_dit(corriges, nature, hostiles):
    assert _total(corriges, nature) == pytest.approx(hostiles[nature])
    anomalies = corriges.anomalies[corriges.anomalies.apprenant == nature]
    assert MOTIFS[nature] in set(anomalies.cellule)
    for motif in anomalies.motif:
        assert re.fullmatch(r"[A-ZÀ-Ý«].{20,400}[.»]", motif), motif


def test_une_copie_saine_n_a_pas_d_anomalie(corriges):
    assert corriges.anomalies[corriges.anomalies.apprenant.str.startswith("modele")].empty


def test_corriger_deux_fois_donne_les_memes_notes(corriges, notes_du_carnet):
    for apprenant in ("modele-2", "erreurs", "notebook-coupe", "cellule-supprimee"):
        corriges.cours.corriger("B1-QST", apprenant)
    assert notes_du_carnet(corriges.cours).equals(corriges.notes)


def test_les_totaux_exportes_sont_ceux_du_carnet_de_notes(corriges, tmp_path):
    exports = exporter(corriges.cours.url_base, corriges.cours.dossier / "source", tmp_path / "exports")
    cellules = exports.notes.set_index(["apprenant", "cellule"]).points.sort_index()
    ecarts = (cellules - corriges.notes).abs()
    assert len(cellules) == len(corriges.notes) == 6 * len(corriges.apprenants)
    assert ecarts.max() <= 0.01
