"""Tables of the simulated workstation: one SQLite file a learner and an assignment.

Amounts are whole cents, rates are basis points (4.10 % is 410), days are ISO texts: the same rows are written on every
machine, and two databases compare exactly. Ids are given in order, so that the same actions give the same ids.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData()


def _table(nom: str, *colonnes: Column | UniqueConstraint) -> Table:
    return Table(nom, METADATA, *colonnes)


def _id() -> Column:
    return Column("id", Integer, primary_key=True)


def _vers(table: str, *, vide: bool = False) -> Column:
    return Column(table, ForeignKey(f"{table}.id"), nullable=vide)


def _texte(nom: str, *, vide: bool = False) -> Column:
    return Column(nom, Text, nullable=vide)


def _jour(nom: str, *, vide: bool = True) -> Column:
    return Column(nom, String(10), nullable=vide)


def _centimes(nom: str, *, vide: bool = True) -> Column:
    return Column(nom, Integer, nullable=vide)


# One row: who the file belongs to, which situation it was made from, what day it is at the workstation.
identite = _table(
    "identite",
    _id(),
    _texte("devoir"),
    _texte("cellule"),
    _texte("apprenant"),
    _texte("session"),
    _texte("situation"),
    Column("version", Integer, nullable=False),
    _jour("jour", vide=False),
    _texte("debut"),
)
# The clients of the banker's portfolio; ``suivi``: the one whose screens are open.
client = _table(
    "client",
    _id(),
    _texte("denomination"),
    _texte("activite"),
    Column("suivi", Boolean, nullable=False),
    _jour("echeance"),
    _texte("echeance_objet", vide=True),
    _texte("alerte", vide=True),
    _jour("dernier_contact"),
    # He asked not to be approached with offers.
    Column("opposition", Boolean, nullable=False),
)
# Profile of the client followed: one row a field, ``valeur`` as it is shown (canonical text), null when missing.
champ = _table(
    "champ",
    _id(),
    Column("nom", String(40), nullable=False, unique=True),
    _texte("libelle"),
    Column("rubrique", String(20), nullable=False),
    Column("type", String(12), nullable=False),
    Column("choix", JSON, nullable=False),
    _texte("unite", vide=True),
    _texte("valeur", vide=True),
    _jour("maj_le"),
)
# People and companies around the client, and what ties them to it.
tiers = _table("tiers", _id(), _texte("nom"), _texte("nature"))
lien = _table("lien", _id(), _vers("tiers"), _texte("qualite"), _texte("precision", vide=True))
compte = _table("compte", _id(), _texte("libelle"), _centimes("solde", vide=False), _centimes("autorisation"))
mouvement = _table(
    "mouvement", _id(), _vers("compte"), _jour("jour", vide=False), _texte("libelle"), _centimes("montant", vide=False)
)
# What the client already has: loans, lines and products.
engagement = _table(
    "engagement", _id(), _texte("nature"), _texte("libelle"), _centimes("encours"), _centimes("echeance"), _jour("fin")
)
# What can be read: a document, its date, who signed it, the lines that it shows ([["label", "value"], …]).
document = _table(
    "document",
    Column("id", String(40), primary_key=True),
    _texte("titre"),
    Column("piece", String(40), nullable=True),
    _jour("date_piece"),
    _jour("date_validite"),
    _texte("signataire", vide=True),
    Column("lignes", JSON, nullable=False),
    # An older one may be asked for again: the document that the client then sends.
    Column("sur_demande", Boolean, nullable=False),
)
opportunite = _table(
    "opportunite",
    _id(),
    Column("origine", String(12), nullable=False),
    Column("besoin", String(40), nullable=False),
    Column("produit", String(40), nullable=True),
    _texte("motif"),
    _jour("echeance"),
    Column("probabilite", Integer, nullable=True),
    Column("etat", String(12), nullable=False),
    _texte("motif_ecart", vide=True),
)
rdv = _table("rdv", _id(), _jour("jour", vide=False), _texte("objet"), Column("etat", String(12), nullable=False))
tache = _table("tache", _id(), _texte("libelle"), _jour("jour"), Column("etat", String(12), nullable=False))
compte_rendu = _table("compte_rendu", _id(), _texte("texte"), _texte("suite", vide=True), _jour("suite_le"))
reclamation = _table("reclamation", _id(), _texte("objet"), _texte("reponse", vide=True), _jour("repondu_le"))

dossier = _table(
    "dossier",
    _id(),
    Column("etat", String(24), nullable=False),
    Column("objet", String(40), nullable=True),
    _texte("bien", vide=True),
    _centimes("montant"),
    Column("duree", Integer, nullable=True),
    Column("taux", Integer, nullable=True),
    # What the simulated decider answered, and why.
    _texte("decision", vide=True),
    Column("delegataire", String(24), nullable=True),
    _texte("motif", vide=True),
)
plan_ligne = _table(
    "plan_ligne",
    _id(),
    _vers("dossier"),
    Column("sens", String(10), nullable=False),
    Column("nature", String(40), nullable=False),
    _centimes("montant", vide=False),
    UniqueConstraint("dossier", "sens", "nature"),
)
# A piece that the file must hold, and the document put there.
piece = _table(
    "piece",
    _id(),
    _vers("dossier"),
    Column("piece", String(40), nullable=False),
    Column("document", ForeignKey("document.id"), nullable=False),
    UniqueConstraint("dossier", "piece"),
)
garantie = _table(
    "garantie",
    _id(),
    _vers("dossier"),
    Column("nature", String(40), nullable=False),
    _texte("garant", vide=True),
    _centimes("montant", vide=False),
    Column("prise", Boolean, nullable=False),
)
condition = _table(
    "condition",
    _id(),
    _vers("dossier"),
    Column("code", String(40), nullable=False),
    _texte("libelle"),
    Column("levee", Boolean, nullable=False),
)
# Ratios are computed by the workstation when the analysis is asked for; the text is the learner's.
avis = _table(
    "avis",
    _id(),
    _vers("dossier"),
    Column("ratios", JSON, nullable=False),
    Column("cote", Integer, nullable=False),
    Column("sens", String(12), nullable=True),
    _texte("texte", vide=True),
)

souscription = _table(
    "souscription",
    _id(),
    Column("produit", String(40), nullable=False),
    Column("etat", String(12), nullable=False),
    Column("formule", String(40), nullable=True),
    Column("options", JSON, nullable=False),
    _texte("beneficiaire", vide=True),
    Column("iban", String(34), nullable=True),
    _texte("mandat", vide=True),
    Column("signee_le", String(10), nullable=True),
    _texte("motif", vide=True),
)
# Steps of advice in the order in which they were taken.
etape_conseil = _table(
    "etape_conseil",
    _id(),
    _vers("souscription"),
    Column("etape", String(12), nullable=False),
    Column("besoin", String(40), nullable=True),
    Column("document", ForeignKey("document.id"), nullable=True),
    _texte("texte", vide=True),
)
# What the workstation said of an action: the code of the check, and whether it blocked.
controle = _table(
    "controle",
    _id(),
    _vers("journal"),
    Column("code", String(8), nullable=False),
    Column("bloquant", Boolean, nullable=False),
    _texte("phrase"),
)
# Append only. ``donnees``: what was asked; ``avant``/``apres``: the rows that it changed; the digest covers the row and
# the one before.
journal = _table(
    "journal",
    _id(),
    _texte("ts"),
    Column("ecran", String(4), nullable=False),
    Column("action", String(24), nullable=False),
    Column("donnees", JSON, nullable=False),
    Column("avant", JSON, nullable=True),
    Column("apres", JSON, nullable=True),
    Column("resultat", String(10), nullable=False),
    _texte("empreinte"),
)
# What is compared when a journal is played again: everything but who and when.
COMPAREES = tuple(t for t in METADATA.sorted_tables if t.name not in ("identite", "journal", "controle"))
