"""nbconvert's notebook exporter, without the copies that protect a caller: here each notebook was just read."""

from __future__ import annotations

import json
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode, validator
from nbformat.v4.nbjson import BytesEncoder
from nbformat.v4.rwbase import strip_transient


class QuickNotebookExporter(NotebookExporter):
    """The same steps and the same check; the file has no indentation, which Python writes slowly."""

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **_: Any) -> tuple[str, dict[str, Any]]:
        resources = self._init_resources(resources)
        if not _a_des_identifiants(nb):
            _, nb = validator.normalize(nb)
        for etape in self._preprocessors:
            nb, resources = etape(nb, resources)
        nbformat.validate(nb)
        resources["output_suffix"] = ".nbconvert"
        texte = json.dumps(strip_transient(nb), ensure_ascii=False, sort_keys=True, cls=BytesEncoder)
        # A lone half of a character, which a hostile kernel may send, has no UTF-8 form.
        return texte.encode("utf-8", "replace").decode("utf-8") + "\n", resources


def _a_des_identifiants(nb: NotebookNode) -> bool:
    vus = {cellule.get("id") for cellule in nb.cells}
    return nb.nbformat_minor >= 5 and None not in vus and len(vus) == len(nb.cells)
