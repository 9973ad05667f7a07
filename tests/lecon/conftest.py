"""A small questionnaire, without keys, and its folder."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest

QUESTIONS = {
    "format": 1,
    "devoir": "B1-QST",
    "session": "2026-S2",
    "strates": {
        "qst_c1": {"competence": "C1", "questions": 3},
        "qst_c2": {"competence": "C2", "questions": 1},
    },
    "questions": [
        {
            "id": "C1-01",
            "competence": "C1",
            "type": "NUM",
            "enonce": "273 clients sur 420 ont été contactés : quel est le taux de contact, en % ?",
            "unite": "%",
            "options": [],
            "exclusions": [],
        },
        {
            "id": "C1-02",
            "competence": "C1",
            "type": "QCU",
            "enonce": "Quelle action vient <en premier> ?",
            "unite": "",
            "options": [
                {"id": "a", "texte": "Un bilan annuel & un rendez-vous"},
                {"id": "b", "texte": "Une lettre circulaire"},
                {"id": "c", "texte": "Rien"},
            ],
            "exclusions": [],
        },
        {
            "id": "C1-03",
            "competence": "C1",
            "type": "QCM",
            "enonce": "Quels critères servent à segmenter ?",
            "unite": "",
            "options": [
                {"id": "a", "texte": "Le secteur"},
                {"id": "b", "texte": "Les opinions"},
                {"id": "c", "texte": "Le chiffre d'affaires"},
                {"id": "d", "texte": "La phase de vie"},
            ],
            "exclusions": [],
        },
        {
            "id": "C2-01",
            "competence": "C2",
            "type": "NUM",
            "enonce": "Quel est le produit net bancaire moyen, en euros ?",
            "unite": "€",
            "options": [],
            "exclusions": [],
        },
    ],
}


@pytest.fixture
def contenu() -> dict:
    """Content of ``questions.json``, to be changed at will."""
    return deepcopy(QUESTIONS)


@pytest.fixture
def dossier(tmp_path: Path, contenu: dict, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a notebook with its questions, opened by the learner ``amelie.durand``."""
    (tmp_path / "questions.json").write_text(json.dumps(contenu), encoding="utf-8")
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.delenv("RNCP_MODE", raising=False)
    return tmp_path
