"""The course as a site to read without a kernel: lessons executed, glossary, references, guides; no key anywhere."""
