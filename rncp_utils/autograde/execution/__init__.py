"""Running a copy in two kernels: the learner's code in one, the tests in another, and only data between.

Kernels import parts of this package: nothing here loads nbgrader before it is asked for.
"""
