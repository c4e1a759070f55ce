"""The documentation as a site: settings and extensions of Sphinx, used by `make docs` alone."""
