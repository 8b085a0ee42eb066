"""The form that takes a file in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Upload


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx,.json,.jsonl,.ndjson,.gz", "class": "upload-file"}
        ),
    )
    mode = forms.ChoiceField(
        label=_("What to do"), choices=Upload.Mode.choices, initial=Upload.Mode.UPSERT, widget=forms.RadioSelect
    )
