"""What the reading of a YAML file refuses, before any model looks at it."""

from __future__ import annotations

import pytest

from rncp_utils.erreurs import ErreurListe
from rncp_utils.yaml_strict import PROFONDEUR_MAX, lire_yaml


@pytest.mark.parametrize(
    "texte",
    ["[" * 100_000, "{a: " * 20_000, "- " * 5_000, "[" * 51 + "]" * 51],
    ids=["crochets", "accolades", "tirets", "un de trop"],
)
def test_un_fichier_sans_fond_est_refuse_et_python_vit_encore(tmp_path, texte):
    chemin = tmp_path / "fond.yaml"
    chemin.write_text(texte, encoding="utf-8")
    with pytest.raises(ErreurListe) as refus:
        lire_yaml(chemin)
    (faute,) = refus.value.fautes
    assert faute.startswith("ligne 1, colonne ")
    assert f"plus de {PROFONDEUR_MAX} niveaux sont imbriqués" in faute


def test_le_dernier_niveau_admis_se_lit(tmp_path):
    chemin = tmp_path / "profond.yaml"
    chemin.write_text(f"{'[' * PROFONDEUR_MAX}{']' * PROFONDEUR_MAX}", encoding="utf-8")
    assert lire_yaml(chemin).fautes == []
