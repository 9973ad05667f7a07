"""Lines that give nbgrader's own steps back to a course: what we are compared with."""

# Its kernel finds the owner of the copy in the environment, as the assignments ask.
STOCK = """
import os
from nbgrader.preprocessors import NbGraderPreprocessor

class Owner(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        os.environ["RNCP_APPRENANT"] = resources["nbgrader"]["student"]
        return nb, resources

del c.Autograde["exporter_class"]
c.Autograde.pre_convert_hook = c.Autograde.post_convert_hook = None
c.Autograde.sanitize_preprocessors = stock(Autograde, "sanitize_preprocessors")
c.Autograde.autograde_preprocessors = [Owner, *stock(Autograde, "autograde_preprocessors")]
"""
