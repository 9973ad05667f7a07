"""The rules, and what one of them says of a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FAUTE = "faute"
AVERTISSEMENT = "avertissement"


@dataclass(frozen=True)
class Regle:
    """A rule: what it asks, how serious it is, whether an author may accept a case with a reason.

    Only rules that guess (words, numbers) can be accepted: the others are right or wrong.
    """

    titre: str
    gravite: str = FAUTE
    acceptable: bool = False


REGLES = {
    # The sheet of a lesson
    "V01": Regle("la fiche existe et elle est valide"),
    "V02": Regle("chaque objectif a un verbe observable"),
    "V03": Regle("objectifs et exercices portent une compétence de la fiche RNCP"),
    "V04": Regle("« à retenir » tient en cinq points"),
    "V05": Regle("chaque exercice a sa piste, sa méthode et son corrigé"),
    "V06": Regle("chaque exercice répond aux erreurs types", AVERTISSEMENT, acceptable=True),
    "V07": Regle("les sources sont dans la fiche et montrées par sources()"),
    "V08": Regle("chaque exercice de la fiche est montré une fois et une seule"),
    "V09": Regle("les séquences sont séparées par un point d'arrêt"),
    "V10": Regle("un chiffre d'affaires est dit HT ou TTC", AVERTISSEMENT, acceptable=True),
    "V11": Regle("la leçon finit par Bilan() et AutoPositionnement()"),
    # The notebook
    "V20": Regle("la première cellule est le titre, seul de niveau 1"),
    "V21": Regle("les niveaux de titre se suivent"),
    "V22": Regle("la première case de code démarre la leçon"),
    "V23": Regle("le code est masqué, ou tient en trois lignes avec son unité"),
    "V24": Regle("les liens et les images mènent quelque part"),
    "V25": Regle("le notebook est propre, sans sortie"),
    # Its code
    "V30": Regle("un simulateur demande une prédiction et conclut par une phrase"),
    "V31": Regle("une figure passe par figure_accessible"),
    "V32": Regle("un tableau passe par presenter"),
    "V33": Regle("un nombre affiché est calculé", AVERTISSEMENT, acceptable=True),
    "V34": Regle("le code se lit"),
    "V35": Regle("une figure dit sa source", AVERTISSEMENT, acceptable=True),
    # Its texts
    "V40": Regle("vouvoiement", acceptable=True),
    "V41": Regle("pas de point d'exclamation", acceptable=True),
    "V42": Regle("pas de mot anglais ni de mot de programmeur", acceptable=True),
    "V43": Regle("une pratique n'est pas donnée pour une loi", acceptable=True),
    "V44": Regle("une référence de droit a sa source dans la fiche", acceptable=True),
    # An assignment
    "V50": Regle("points, étiquettes et identifiants du devoir"),
    "V51": Regle("les consignes disent durée, documents, rendu, barème et nombre d'envois"),
    "V52": Regle("une case de test finit, dans sa région cachée, par un appel qui rend un nombre"),
    "V53": Regle("une case de test n'écrit rien sur la sortie d'erreur"),
    "V54": Regle("formulaires.yaml et banque.yaml sont valides"),
    "V55": Regle("aucune clé hors d'une région cachée"),
    "V56": Regle("une tâche corrigée à la main porte son barème", AVERTISSEMENT, acceptable=True),
    "V57": Regle("un test s'exécute loin du code de l'apprenant", AVERTISSEMENT, acceptable=True),
    # Executed
    "V60": Regle("le notebook s'exécute de haut en bas sans erreur"),
    "V61": Regle("l'exécution n'écrit rien sur la sortie d'erreur"),
    "V62": Regle("l'exécution dure moins de 30 secondes"),
    "V63": Regle("une case de test rend un nombre entre 0 et ses points, 0 pour une copie vide"),
    "V64": Regle("l'affichage ne contient ni tableau brut ni message d'erreur"),
}


@dataclass(frozen=True)
class Constat:
    """What a rule says: ``cellule`` counts from 1, None for the file as a whole."""

    chemin: Path
    cellule: int | None
    regle: str
    message: str

    @property
    def gravite(self) -> str:
        """``"faute"`` or ``"avertissement"``."""
        return REGLES[self.regle].gravite
