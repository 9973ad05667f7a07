"""What hidden tests call: reading answers, scoring them. Holds no answer key."""

from rncp_utils.evaluation.copie import (
    Copie,
    association,
    choix,
    coherence,
    contrainte,
    nombre,
    ordre,
    toutes_numeriques,
)
from rncp_utils.evaluation.formulaires import formulaire_de
from rncp_utils.evaluation.notation import Resultat, borner, noter_choix, noter_nombre
from rncp_utils.evaluation.questionnaire import charger_cles, noter_questionnaire

__all__ = [
    "Copie",
    "Resultat",
    "association",
    "borner",
    "charger_cles",
    "choix",
    "coherence",
    "contrainte",
    "formulaire_de",
    "nombre",
    "noter_choix",
    "noter_nombre",
    "noter_questionnaire",
    "ordre",
    "toutes_numeriques",
]
