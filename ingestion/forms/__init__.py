"""The forms of the pages about files."""

from ingestion.forms.upload import UploadForm

__all__ = ["UploadForm"]
