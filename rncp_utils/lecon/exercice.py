"""Exercise of a lesson: answered as often as one likes, with a feedback for each typical mistake and graded hints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.lecon import exercice_html as html
from rncp_utils.lecon.affichage import Affichage
from rncp_utils.lecon.correction import RIEN_ENCORE, Correcteur, Retour
from rncp_utils.lecon.identite import APPRENANT, apprenant, mode
from rncp_utils.lecon.lecon import SESSION_DU_COURS, Lecon, lecon_ouverte
from rncp_utils.lecon.messages import phrase_de_virgule
from rncp_utils.lecon.progression import noter_exercice
from rncp_utils.lecon.saisie import Saisie, ouvrir_saisie

ESSAIS_AVANT_CORRIGE = 2
PISTE, METHODE, CORRIGE = INDICES = ("piste", "methode", "corrige")
# The first press runs the code cell, the second one the exercise below it.
CASE_A_COMPLETER = "Complétez la case au-dessus, puis appuyez deux fois sur Maj + Entrée."


class Juge(Protocol):
    """What an exercise without fields asks at each check: something that was done elsewhere on the page."""

    def constats(self) -> dict[str, Retour]:
        """Feedback of each objective, by name."""


class Exercice(Affichage):
    """Last expression of a lesson's cell: one exercise of its sheet.

    Parameters
    ----------
    nom : str
        Exercise of the sheet, for example ``"E1"``.
    attendus : dict
        Result of each number, by field (``{"ebe": sig(n)["ebe"]}``), or by cell of a table (``"n.tn"``).
    erreurs : dict
        Value that each typical mistake gives, by field: ``{"ebe": {"sans_impots": …}}``.
    textes : dict
        What replaces the ``{names}`` of the texts of the sheet.
    valeurs : dict
        Answers that come from code cells of the lesson (``{"ebe": ebe}``) instead of a form.
    juge : Juge
        For an exercise without fields: what was done elsewhere, such as an interview (``Entretien.objectifs``).
    """

    def __init__(
        self,
        nom: str,
        *,
        attendus: Mapping[str, float] | None = None,
        erreurs: Mapping[str, Mapping[str, float]] | None = None,
        textes: Mapping[str, str] | None = None,
        valeurs: Mapping[str, Any] | None = None,
        juge: Juge | None = None,
    ) -> None:
        from rncp_utils.lecon.fiche import lire_champs  # pydantic and YAML: a graded questionnaire needs neither

        self.lecon: Lecon = lecon_ouverte()
        if nom not in self.lecon.fiche.exercices:
            connus = ", ".join(self.lecon.fiche.exercices)
            raise ErreurDonnees(f"L'exercice « {nom} » n'est pas dans la fiche, qui contient : {connus}.")
        self.nom = nom
        self.fiche = self.lecon.fiche.exercices[nom]
        self.textes = dict(textes or {})
        self.valeurs = valeurs
        self.juge = juge
        if (juge is None) != bool(self.fiche.champs):
            raise ErreurDonnees(f"L'exercice « {nom} » est jugé par ses champs ou par un juge : donnez l'un des deux.")
        self.correcteur = Correcteur(lire_champs(self._remplie()), attendus or {}, erreurs or {}, _taux_tva())

    def _remplie(self) -> Any:
        return self.fiche.model_copy(update={"champs": tuple(_remplir(c, self.textes) for c in self.fiche.champs)})

    def texte(self, brut: str) -> str:
        """A text of the sheet with its figures."""
        return _remplir(brut, self.textes)

    def affichages(self) -> list[dict[str, Any]]:
        if mode() != APPRENANT:
            return [self.en_html(html.enonce(self))]
        if self.valeurs is not None:
            contenu = html.enonce(self) + html.retours(self, self.verifier_valeurs())
            return [self.en_html(f'<div class="rncp-questionnaire">{contenu}</div>')]
        from rncp_utils.lecon.exercice_widgets import exercice  # ipywidgets: only here

        return [dict(exercice(self)._repr_mimebundle_()) | {"text/plain": str(self)}]

    def __str__(self) -> str:
        return f"Exercice {self.nom} : {self.fiche.titre}"

    def saisie(self) -> Saisie:
        """The learner's answers, as they were left."""
        return ouvrir_saisie(
            tuple(question for question, _ in self.correcteur.champs),
            dossier=self.lecon.dossier,
            devoir=self.lecon.fiche.lecon,
            session=SESSION_DU_COURS,
            cellule=self.nom,
            apprenant=apprenant(),
        )

    def verifier(self, reponses: Mapping[str, Any]) -> dict[str, Retour]:
        """Feedback of each field; the try is recorded when something was answered."""
        retours = self.correcteur.juger(reponses) if self.juge is None else self.juge.constats()
        if self.juge is not None or any(reponses.values()):
            part = sum(retour.part for retour in retours.values()) / len(retours)
            self._noter(part=part)
        return retours

    def verifier_valeurs(self) -> dict[str, Retour]:
        """Feedback of answers given in code cells."""
        retours = {}
        for question, _ in self.correcteur.champs:
            valeur = (self.valeurs or {}).get(question.id)
            if isinstance(valeur, tuple) and len(valeur) == 2:
                retours[question.id] = Retour(0.0, phrase_de_virgule(f"{valeur[0]},{valeur[1]}"))
        if retours:
            return retours
        if all(valeur is None for valeur in (self.valeurs or {}).values()):
            return {
                question.id: Retour(0.0, f"{RIEN_ENCORE} {CASE_A_COMPLETER}") for question, _ in self.correcteur.champs
            }
        return self.verifier({nom: _nombre_de_case(valeur) for nom, valeur in (self.valeurs or {}).items()})

    def indice(self, lequel: str) -> str:
        """A hint of the sheet, recorded as opened.

        Raises
        ------
        ErreurDonnees
            The corrected answer before two tries.
        """
        if lequel == CORRIGE and self.essais < ESSAIS_AVANT_CORRIGE:
            reste = ESSAIS_AVANT_CORRIGE - self.essais
            raise ErreurDonnees(f"Le corrigé s'ouvre après deux essais : il en reste {reste}.")
        self._noter(indice=lequel)
        return self.texte(getattr(self.fiche.indices, lequel))

    @property
    def essais(self) -> int:
        fait = self.lecon.avancement().exercices.get(self.nom)
        return fait["essais"] if fait else 0

    def _noter(self, **quoi: Any) -> None:
        if mode() == APPRENANT:
            competence = self.fiche.competence
            noter_exercice(self.lecon.dossier, self.lecon.fiche.lecon, self.nom, competence=competence, **quoi)
            self.lecon.dire_l_avancement()


def _nombre_de_case(valeur: Any) -> Any:
    return valeur if valeur is None or isinstance(valeur, str) else str(valeur)


def _remplir(brut: Any, textes: Mapping[str, str]) -> Any:
    """``{names}`` replaced in a text, and in the texts of a field."""
    if isinstance(brut, str):
        for nom, valeur in textes.items():
            brut = brut.replace(f"{{{nom}}}", str(valeur))
        return brut
    if isinstance(brut, dict):
        return {cle: _remplir(valeur, textes) for cle, valeur in brut.items()}
    return [_remplir(element, textes) for element in brut] if isinstance(brut, list | tuple) else brut


def _taux_tva() -> tuple[float, ...]:
    """VAT rates in force, which explain a gap between two amounts."""
    import datetime as dt
    import warnings

    from rncp_utils.parametres import parametre

    with warnings.catch_warnings():
        # A rate checked long ago still explains a mistake; it computes nothing here.
        warnings.simplefilter("ignore")
        return tuple(parametre(f"tva.taux_{nom}", dt.date.today()) for nom in ("normal", "intermediaire", "reduit"))
