"""Scenario S1, and a tiny graded scenario in its two halves, to be spoilt at will."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from rncp_utils.entretien import charger_scenario

PUBLIC = {
    "format": 1,
    "scenario": "T1",
    "version": 2,
    "usage": "sommatif",
    "titre": "Un client d'essai",
    "brief_apprenant": "Vous recevez un client d'essai.",
    "personnage": {"nom": "Camille Essai", "presentation": "Cliente d'essai"},
    "confiance_depart": 5,
    "depart": "N0",
    "noeuds": [
        {
            "id": "N0",
            "replique": "Bonjour.",
            "choix": [
                {"id": "a", "texte": "C'est accordé.", "confiance": 1, "vers": "N1"},
                {"id": "b", "texte": "Voici comment nous allons procéder.", "confiance": 1, "vers": "N1"},
                {"id": "c", "texte": "Combien ?", "confiance": -1, "vers": "N1"},
            ],
        },
        {
            "id": "N1",
            "replique": "Que voulez-vous savoir ?",
            "choix": [
                {
                    "id": "a",
                    "texte": "Racontez-moi.",
                    "seuil": 5,
                    "reponse": "Tout va bien.",
                    "reticence": "Non.",
                    "reperes": ["r1"],
                    "vers": "N2",
                },
                {"id": "b", "texte": "Est-ce à vous ?", "vers": "N2"},
                {"id": "c", "texte": "Voici un prêt.", "vers": "N2"},
            ],
        },
        {
            "id": "N2",
            "replique": "Autre chose ?",
            "choix": [
                {"id": "a", "texte": "Un découvert ?", "vers": "N3"},
                {"id": "b", "texte": "Avez-vous un compte ailleurs ?", "vers": "N3"},
                {"id": "c", "texte": "Et chez vous ?", "vers": [{"noeud": "N3", "si": {"confiance_min": 5}}, "F"]},
            ],
        },
        {
            "id": "N3",
            "replique": "Avez-vous compris ?",
            "choix": [
                {"id": "a", "texte": "Je ne sais pas.", "vers": "N4"},
                {"id": "b", "texte": "Vous êtes deux.", "vers": "N4"},
                {"id": "c", "texte": "Je propose ceci.", "vers": "N4"},
                {"id": "d", "texte": "Vous m'avez dit tout cela.", "si": {"connait": ["r1"]}, "vers": "N4"},
            ],
        },
        {
            "id": "N4",
            "replique": "Que proposez-vous ?",
            "choix": [
                {"id": "a", "texte": "Rien.", "vers": "N5"},
                {"id": "b", "texte": "Un prêt, si le comité l'accepte.", "vers": "N5"},
                {"id": "c", "texte": "Votre voisin a signé.", "vers": "N5"},
            ],
        },
        {
            "id": "N5",
            "replique": "Et ensuite ?",
            "choix": [
                {"id": "a", "texte": "On verra.", "vers": "F"},
                {"id": "b", "texte": "Mardi à 10 h.", "vers": "F"},
                {"id": "c", "texte": "Signez ce soir.", "vers": "F"},
            ],
        },
        {"id": "F", "replique": "Au revoir."},
    ],
}
RETOUR = {"acquis": "Bien.", "a_reprendre": "À reprendre."}
CACHEE = {
    "scenario": "T1",
    "version": 2,
    "resume": "Un besoin caché.",
    "themes": {"tous": "Tous"},
    "informations": [
        {"id": "un", "theme": "tous", "poids": 3, "libelle": "secret un"},
        {"id": "deux", "theme": "tous", "poids": 1, "libelle": "secret deux"},
        {"id": "trois", "theme": "tous", "poids": 1, "libelle": "secret trois"},
    ],
    "besoins_latents": [{"id": "latent", "libelle": "besoin secret", "informations": ["un"], "conseil": "Écoutez."}],
    "noeuds": {
        "N0": {
            "phase": "accueil",
            "choix": {
                "a": {"type": "proposition", "prematuree": True, "rouge": "promesse", "retour": "Non."},
                "b": {"type": "cadre"},
                "c": {"type": "fermee"},
            },
        },
        "N1": {
            "phase": "decouverte",
            "choix": {
                "a": {"type": "ouverte", "informations": ["un", "deux"]},
                "b": {"type": "fermee", "informations": ["deux"]},
                "c": {"type": "proposition"},
            },
        },
        "N2": {
            "phase": "decouverte",
            "choix": {
                "a": {"type": "fermee"},
                "b": {"type": "fermee", "informations": ["trois"]},
                "c": {"type": "ouverte", "informations": ["trois"]},
            },
        },
        "N3": {
            "phase": "validation",
            "choix": {
                "a": {"type": "neutre"},
                "b": {"type": "reformulation", "faits": ["un", "deux", "trois"], "inexacts": 1},
                "c": {"type": "proposition"},
                "d": {"type": "reformulation", "faits": ["un", "deux", "trois"]},
            },
        },
        "N4": {
            "phase": "proposition",
            "choix": {
                "a": {"type": "neutre"},
                "b": {"type": "proposition"},
                "c": {"type": "neutre", "rouge": "secret", "retour": "Non."},
            },
        },
        "N5": {
            "phase": "conclusion",
            "choix": {
                "a": {"type": "conclusion", "signaux": ["vague"], "retour": "Une date."},
                "b": {"type": "conclusion", "datee": True},
                "c": {"type": "conclusion", "rouge": "pression", "retour": "Non."},
            },
        },
        "F": {"phase": "fin"},
    },
    "parcours_modele": ["N0.b", "N1.a", "N2.b", "N3.d", "N4.b", "N5.b"],
    "seuils": {
        "couverture": {"plein": 0.8, "plancher": 0.4},
        "questionnement": {"plein": [0.5, 0.8], "partiel": [0.4, 0.9]},
        "reformulation": {"informations": 3, "faits": 3, "faits_partiels": 2},
        "conduite": {"informations_avant_proposition": 2, "echanges": 4},
        "conformite": {"alerte": 2},
    },
    "pieges": [{"libelle": "piège secret", "choix": ["N4.c"], "explication": "Le secret."}],
    "retours": {f"I{rang}": RETOUR for rang in range(1, 7)},
}


@pytest.fixture(scope="session")
def s1():
    """Scenario S1."""
    return charger_scenario("S1")


@pytest.fixture
def public() -> dict:
    """Public half of the tiny scenario, to be changed at will."""
    return deepcopy(PUBLIC)


@pytest.fixture
def cachee() -> dict:
    """Hidden half of the tiny scenario, to be changed at will."""
    return deepcopy(CACHEE)


@pytest.fixture
def ecrire(tmp_path: Path):
    """Write a half as YAML; return its path."""

    def _ecrire(contenu: object, nom: str) -> Path:
        chemin = tmp_path / nom
        texte = contenu if isinstance(contenu, str) else yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False)
        chemin.write_text(texte, encoding="utf-8")
        return chemin

    return _ecrire


@pytest.fixture
def t1(public, cachee, ecrire):
    """The tiny scenario, joined to its truth."""
    return charger_scenario(ecrire(public, "scenario.yaml"), verite=ecrire(cachee, "verite.yaml"))


@pytest.fixture
def apprenante(monkeypatch: pytest.MonkeyPatch) -> str:
    """The learner who works in this kernel."""
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.delenv("RNCP_MODE", raising=False)
    return "amelie.durand"
