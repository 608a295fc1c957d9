"""The forms of the pages about files."""

from ingestion.forms.columns import ColumnsForm
from ingestion.forms.source import SourceForm
from ingestion.forms.upload import UploadForm

__all__ = ["ColumnsForm", "SourceForm", "UploadForm"]
