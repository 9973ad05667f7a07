# Configuration of nbgrader for this course: what is set here is what differs from nbgrader's own defaults, and why.
from pathlib import Path

from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme

from rncp_utils.autograde import preprocessors as ours
from rncp_utils.autograde.lot.exporter import QuickNotebookExporter
from rncp_utils.autograde.lot.preprocessors import REPLACEMENTS


def stock(converter, trait):
    """nbgrader's own default list: we add to it, so that an upgrade of nbgrader keeps its say."""
    return list(converter.class_traits()[trait].default())


def replaced(converter, trait):
    """The same list, with our steps in place of nbgrader's own."""
    return [REPLACEMENTS.get(etape, etape) for etape in stock(converter, trait)]


c = get_config()

c.CourseDirectory.course_id = "rncp31919"
# Every file of source/<assignment>/ goes to release/ but these: the answer keys, and what the repair step sets aside.
KEYS = ["banque*.yaml", "verite*.yaml"]
# Learners get its content as questions.json, with the session.
KEYS += ["formulaires.yaml"]
c.CourseDirectory.ignore = [*stock(CourseDirectory, "ignore"), ".DS_Store", *KEYS, "*.recu", "*.illisible"]

# The session that is being prepared: it travels with the release and seeds each learner's draw.
c.DeriveQuestionnaire.session = "2026-S2"
# First: nbgrader copies the cells, keys included, to its gradebook, then takes the hidden tests out.
c.GenerateAssignment.preprocessors = [ours.DeriveQuestionnaire, *stock(GenerateAssignment, "preprocessors")]
# The answer cell `x = (…)` stays a cell that runs from top to bottom.
c.ClearSolutions.code_stub = {"python": "None  # ← remplacez None par votre réponse"}
c.ClearSolutions.text_stub = "*Votre réponse ici*"

# A damaged copy is repaired before nbgrader reads it; what it was stays beside it.
c.Autograde.pre_convert_hook = "rncp_utils.autograde.reparation.avant_conversion"
c.Autograde.sanitize_preprocessors = [*replaced(Autograde, "sanitize_preprocessors"), ours.OfficialForm]
# The learner's code never runs in the kernel that runs the tests; scores are saved in one transaction.
c.Autograde.autograde_preprocessors = replaced(Autograde, "autograde_preprocessors")
c.Autograde.exporter_class = QuickNotebookExporter
# What the scores were computed from: a run that was stopped finishes the rest.
c.Autograde.post_convert_hook = "rncp_utils.autograde.lot.etat.apres_conversion"
c.OverwriteCells.add_missing_cells = True
c.OverwriteCells.missing_cell_notification = (
    "Cette cellule ({cell_id}) manquait dans la copie remise ; elle a été remise en place pour la correction.\n\n"
)
c.Execute.timeout = 60
# No history file, and no kernel log on the instructor's terminal.
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]

# Feedback pages are in French.
c.GenerateFeedback.HTMLExporter.extra_template_basedirs = [str(Path(ours.__file__).with_name("retours"))]
# Feedback never shows a hidden test, neither its source nor the lines that a traceback would quote, nor a mark scheme:
# a retake draws other figures, and keeps the rubric.
SECRETS = [ClearHiddenTests, ClearMarkScheme, ours.HideTestErrors]
c.GenerateFeedback.preprocessors = [*SECRETS, *stock(GenerateFeedback, "preprocessors")]
