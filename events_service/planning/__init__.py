"""Organisers at the agenda: the editor, its conflicts, the preview of a release, imports, the roster."""
