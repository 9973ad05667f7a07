"""What hidden tests call: reading answers, scoring them. Holds no answer key."""

from rncp_utils.evaluation.notation import Resultat, borner, noter_choix, noter_nombre
from rncp_utils.evaluation.questionnaire import charger_cles, noter_questionnaire

__all__ = ["Resultat", "borner", "charger_cles", "noter_choix", "noter_nombre", "noter_questionnaire"]
