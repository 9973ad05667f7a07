"""A workstation as a person uses it in a page: buttons by their text, fields by their label."""

from __future__ import annotations

from html.parser import HTMLParser

import ipywidgets as widgets

from rncp_utils.poste.ecrans.bureau import Bureau
from rncp_utils.poste.ecrans.mots import ECRANS

DEVOIR = "B5-L1"


def descendants(widget):
    yield widget
    for enfant in getattr(widget, "children", ()):
        yield from descendants(enfant)


def lisible(html):
    """HTML with plain spaces, as one types them in a test."""
    return html.replace("\xa0", " ").replace("\u202f", " ")


class Ecran:
    """A workstation as a person uses it: buttons by their text, fields by their label."""

    def __init__(self, poste=None, ecrans=tuple(ECRANS), entrainement=True, bureau=None):
        self.bureau = bureau or Bureau(poste, ecrans, entrainement=entrainement)
        self.poste = self.bureau.poste

    @property
    def tout(self):
        return list(descendants(self.bureau.racine))

    @property
    def html(self):
        return lisible("\n".join(w.value for w in self.tout if type(w) is widgets.HTML))

    def aller(self, code):
        self.bouton(ECRANS[code]).click()
        return self

    def bouton(self, texte, classe=widgets.Button):
        [bouton] = [w for w in self.tout if isinstance(w, classe) and w.description == texte]
        return bouton

    def formulaire(self, action):
        [forme] = [w for w in self.tout if f"rncp-action-{action}" in w._dom_classes]
        return Formulaire(forme)

    def remplir(self, action, **valeurs):
        """Fill in the fields of a form, in their order, press its button; what the screen answers."""
        forme = self.formulaire(action)
        for libelle, valeur in valeurs.items():
            forme.champ(libelle).value = valeur
        forme.bouton.click()
        return forme.reponse


class Formulaire:
    def __init__(self, racine):
        self.tout = list(descendants(racine))

    def champ(self, debut):
        debut = debut.replace("_", " ")
        champs = [w for w in self.tout if hasattr(w, "value") and getattr(w, "description", "").startswith(debut)]
        [champ] = [w for w in champs if w.layout.display != "none"]
        return champ

    @property
    def bouton(self):
        [bouton] = [w for w in self.tout if isinstance(w, widgets.Button)]
        return bouton

    def _html(self, classe):
        [html] = [w for w in self.tout if classe in w._dom_classes]
        return lisible(html.value)

    @property
    def reponse(self):
        return self._html("rncp-suivi")

    @property
    def raison(self):
        return lisible(self.tout[1].value)


class Structure(HTMLParser):
    """Tables without a caption, and headers without a scope."""

    def __init__(self, texte):
        super().__init__()
        self.tables = self.legendes = self.sans_portee = 0
        self.feed(texte)

    def handle_starttag(self, tag, attrs):
        self.tables += tag == "table"
        self.legendes += tag == "caption"
        self.sans_portee += tag == "th" and "scope" not in dict(attrs)
