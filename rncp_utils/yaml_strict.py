"""Reads a YAML file whose faults must all be said: repeated keys are reported, decimals stay exact, text is NFC."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from rncp_utils.erreurs import ErreurDonnees, ErreurListe


@dataclass(frozen=True)
class FichierLu:
    """What a YAML file holds (plain dict, list, str, int, Decimal, date…), its faults so far and its fingerprint."""

    chemin: Path
    contenu: Any
    fautes: list[str]
    empreinte: str


# The parser of libyaml, ten times as fast, where PyYAML was built with it.
_SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# None of our files goes half as deep. What is read is built by recursion: a file without end would kill Python.
PROFONDEUR_MAX = 50


class _Chargeur(_SafeLoader):
    """SafeLoader that notes repeated keys (PyYAML keeps the last one without a word) and keeps decimals exact."""

    def __init__(self, flux: str) -> None:
        super().__init__(flux)
        self.fautes: list[str] = []

    def _mapping(self, noeud: yaml.MappingNode) -> dict[Any, Any]:
        vues: set[str] = set()
        for cle, _ in noeud.value:
            if not isinstance(cle, yaml.ScalarNode):
                continue
            if cle.value in vues:
                ligne = cle.start_mark.line + 1
                self.fautes.append(f"ligne {ligne} : le champ « {cle.value} » est écrit deux fois ; gardez-en un seul.")
            vues.add(cle.value)
        return self.construct_mapping(noeud, deep=True)

    def _decimal(self, noeud: yaml.ScalarNode) -> Decimal | str:
        texte = self.construct_scalar(noeud)
        try:
            return Decimal(texte.replace("_", ""))
        except InvalidOperation:  # .inf, .nan, 1:30.5: left as text, the model then refuses it by name
            return texte

    def _texte(self, noeud: yaml.ScalarNode) -> str:
        return unicodedata.normalize("NFC", self.construct_scalar(noeud))


_Chargeur.add_constructor("tag:yaml.org,2002:map", _Chargeur._mapping)
_Chargeur.add_constructor("tag:yaml.org,2002:float", _Chargeur._decimal)
_Chargeur.add_constructor("tag:yaml.org,2002:str", _Chargeur._texte)


class _ChargeurFlottant(_Chargeur):
    """The same, with decimals as floats."""


_ChargeurFlottant.add_constructor("tag:yaml.org,2002:float", yaml.SafeLoader.construct_yaml_float)


def lire_yaml(chemin: Path, *, decimaux: bool = True) -> FichierLu:
    """Read one YAML file; ``decimaux=False`` gives floats in place of Decimal.

    Raises ErreurDonnees when the file cannot be opened, ErreurListe when it is not UTF-8 or not YAML at all.
    """
    try:
        octets = chemin.read_bytes()
    except OSError as erreur:
        raise ErreurDonnees(
            f"Le fichier « {chemin} » ne peut pas être ouvert ; vérifiez son nom et vos droits d'accès."
        ) from erreur
    try:
        texte = octets.decode("utf-8-sig")
        _exiger_peu_de_niveaux(texte)
        chargeur = (_Chargeur if decimaux else _ChargeurFlottant)(texte)
        contenu = chargeur.get_single_data()
    except UnicodeDecodeError as erreur:
        raise ErreurListe(
            f"Le fichier {chemin.name} est refusé :",
            ["le texte n'est pas en UTF-8 ; réenregistrez-le en UTF-8."],
        ) from erreur
    except (yaml.YAMLError, ValueError) as erreur:
        raise ErreurListe(f"Le fichier {chemin.name} est refusé :", [_faute_de_syntaxe(erreur)]) from erreur
    return FichierLu(chemin, contenu, chargeur.fautes, hashlib.sha256(octets).hexdigest())


class _TropDeNiveauxError(yaml.MarkedYAMLError):
    """Collections nested deeper than any file of the course."""


def _exiger_peu_de_niveaux(texte: str) -> None:
    """Refuse what is nested deeper than ``PROFONDEUR_MAX``; events come one by one, without recursion."""
    niveau = 0
    for evenement in yaml.parse(texte, Loader=_SafeLoader):
        niveau += isinstance(evenement, yaml.CollectionStartEvent) - isinstance(evenement, yaml.CollectionEndEvent)
        if niveau > PROFONDEUR_MAX:
            raise _TropDeNiveauxError(problem_mark=evenement.start_mark)


def _faute_de_syntaxe(erreur: Exception) -> str:
    marque = getattr(erreur, "problem_mark", None)
    ou = f"ligne {marque.line + 1}, colonne {marque.column + 1} : " if marque else ""
    if isinstance(erreur, _TropDeNiveauxError):
        return f"{ou}plus de {PROFONDEUR_MAX} niveaux sont imbriqués ; ce n'est pas un fichier du cours."
    return (
        f"{ou}l'écriture YAML est incorrecte (retrait, guillemets, deux-points ou date impossible) ; corrigez la ligne."
    )
