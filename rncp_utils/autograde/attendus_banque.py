"""Right answers, and typical mistakes, of a copy whose questions are drawn from a bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rncp_utils.evaluation.banque import Banque, Item
from rncp_utils.lecon.tirage import tirer

Reponse = str | list[str]


@dataclass(frozen=True)
class AttendusDeBanque:
    """What ``corriges/<assignment>/attendus.py`` is for other assignments."""

    banque: Banque

    def modele(self, apprenant: str, session: str) -> dict[str, dict[str, Any]]:
        """Right answers of the questions that this learner draws, in French notation."""
        return self._repondre(apprenant, session, juste)

    def erreurs(self, apprenant: str, session: str) -> tuple[dict[str, dict[str, Any]], dict[str, float]]:
        """A copy of typical mistakes, and the points of each cell."""
        points = {
            cellule: sum(erreur_type(item)[1] for item in self.tirage(cellule, apprenant, session))
            * self.banque.points_par_question
            for cellule in self.banque.strates
        }
        return self._repondre(apprenant, session, lambda item: erreur_type(item)[0]), points

    def tirage(self, cellule: str, apprenant: str, session: str) -> list[Item]:
        """The questions of a cell for this learner."""
        items = {item.id: item for item in self.banque.items_de(cellule)}
        exclusions = {nom: tuple(item.exclusions) for nom, item in items.items()}
        nombre = self.banque.strates[cellule].questions
        qui = {"apprenant": apprenant, "devoir": self.banque.devoir, "session": session}
        return [items[nom] for nom in tirer(items, nombre, **qui, exclusions=exclusions)]

    def _repondre(
        self, apprenant: str, session: str, repondre: Callable[[Item], Reponse]
    ) -> dict[str, dict[str, Reponse]]:
        return {
            cellule: {item.id: repondre(item) for item in self.tirage(cellule, apprenant, session)}
            for cellule in self.banque.strates
        }


def juste(item: Item) -> Reponse:
    """The right answer, as a learner would give it."""
    if item.type == "NUM":
        return f"{_tel_quel(item.reponse)} {item.unite}".strip()
    return item.justes() if item.type == "QCM" else item.justes()[0]


def erreur_type(item: Item) -> tuple[Reponse, float]:
    """A typical mistake, and the part of the points that the rule of the paper gives it."""
    if item.type == "NUM":
        return _tel_quel(item.erreurs[0].valeur), 0.5
    if item.type == "QCU":
        return next(option.id for option in item.options if not option.juste), 0.0
    return item.justes()[:1], 1 / len(item.justes())


def _tel_quel(valeur: float) -> str:
    return f"{valeur:.3f}".rstrip("0").rstrip(".").replace(".", ",")
