"""A document: its page, and the tables that go with it."""

from __future__ import annotations

from dataclasses import dataclass

from rncp_utils.grading.documents.tableaux import Tableau


@dataclass(frozen=True)
class Document:
    """What is written under one name.

    Attributes
    ----------
    type
        First part of the file name: « pv », « livret », « statistiques »…
    html
        Printable page.
    tableaux
        Sheets of the workbook; those of ``csv`` are also written alone.
    qui
        Learner that the document is about; empty for a cohort.
    """

    type: str
    titre: str
    html: str
    tableaux: tuple[Tableau, ...] = ()
    qui: str = ""
    csv: bool = False
