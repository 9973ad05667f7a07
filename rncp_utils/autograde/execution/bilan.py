"""What running a copy showed, beside its scores: whether a person must look at it, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

# Where the report of a notebook is kept in its metadata, once autograded.
KEY = "rncp_correction"


@dataclass
class Bilan:
    """Report on one notebook of a copy.

    Attributes
    ----------
    motifs
        Why the copy is to be examined: French sentences, without the learner's name. Empty: all went well.
    remarques
        What is worth telling without asking for a look.
    cellules
        Graded cells whose score could not be established: they are worth 0 and wait for a person.
    a_revoir
        Graded cells whose score stands, and that a person is asked to look at.
    tests_dans_a
        Tests that the author lets run beside the learner's code.
    """

    motifs: list[str] = field(default_factory=list)
    remarques: list[str] = field(default_factory=list)
    cellules: list[str] = field(default_factory=list)
    a_revoir: list[str] = field(default_factory=list)
    tests_dans_a: list[str] = field(default_factory=list)

    @property
    def a_examiner(self) -> bool:
        """Must a person look at the copy?"""
        return bool(self.motifs)

    def motif(self, phrase: str) -> None:
        """Ask for a look, once for each reason."""
        if phrase not in self.motifs:
            self.motifs.append(phrase)

    def remarque(self, phrase: str) -> None:
        """Tell something, once."""
        if phrase not in self.remarques:
            self.remarques.append(phrase)

    def en_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)

    @classmethod
    def lire(cls, donnees: object) -> Bilan:
        """From :meth:`en_json`; what is not of that form is left out."""
        if not isinstance(donnees, dict):
            return cls()
        champs = {nom: donnees.get(nom) for nom in cls.__dataclass_fields__}
        return cls(**{nom: [str(v) for v in valeur] for nom, valeur in champs.items() if isinstance(valeur, list)})
