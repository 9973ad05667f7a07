"""What is known of the file of a workstation without any of its libraries."""

from __future__ import annotations

# Below the notebook's folder: ``poste/<devoir>__<cellule>.sqlite``.
DOSSIER, SUFFIXE = "poste", ".sqlite"
CELLULE = "poste"
# A grader reads no larger file: none is ever written.
TAILLE_MAX = 16 * 1024 * 1024
# Actions that only read: they change no table.
LECTURES = frozenset({"consulter", "lire_document"})
