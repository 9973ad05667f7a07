"""What learners receive back: nbgrader's feedback page in French."""
