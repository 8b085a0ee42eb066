"""Forms of synonyms: a group with one word a line, and a file to import."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from ranking.models import Synonym
from ranking.models.synonym import MAX_CHARACTERS, MAX_WORDS
from ranking.synonyms_file import MAX_BYTES


class PhraseListField(forms.Field):
    """A list of words, written one a line."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        lines = (" ".join(line.split()) for line in str(value or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if len(value) > MAX_WORDS:
            raise ValidationError(_t("A group has at most %d words.") % MAX_WORDS)
        for phrase in value:
            if len(phrase) > MAX_CHARACTERS:
                raise ValidationError(_t("A word has at most %d characters.") % MAX_CHARACTERS)
            if "\0" in phrase:
                raise ValidationError(_t("Null characters are not allowed."))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class SynonymForm(forms.ModelForm):
    words = PhraseListField(
        label=_("Words"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text=_("One word or phrase a line. Two-way: they all find each other. One-way: what shoppers type."),
    )
    alternatives = PhraseListField(
        label=_("Also finds"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("For one-way groups: what is found too. Chinese and English follow each other by themselves."),
    )
    weight = forms.FloatField(
        label=_("Weight"),
        min_value=0,
        max_value=1,
        initial=0.9,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
        help_text=_("1 counts as much as the typed word; 0 keeps the words apart."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Synonym
        fields = ["kind", "words", "alternatives", "weight", "locale", "status", "enabled", "note"]
        widgets = {"note": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        """A save must not silently undo what somebody else saved since this page was opened."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk and cleaned.get("version") is not None:
            current = Synonym.objects.filter(pk=self.instance.pk).values_list("version", flat=True).first()
            if current != cleaned["version"]:
                self.add_error(None, _("Somebody else changed this synonym meanwhile. Load the page again."))
        return cleaned


class SynonymListForm(forms.ModelForm):
    """A row of the list: wide enough to read the status, no wider than a number for the weight."""

    class Meta:
        model = Synonym
        fields = ["status", "weight", "enabled"]
        widgets = {
            "status": UnfoldAdminSelectWidget(attrs={"class": "min-w-32"}),
            "weight": UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "class": "w-20 min-w-20"}),
        }


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("File"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,.txt", "class": "upload-file"})
    )
    text = forms.CharField(
        label=_("Or paste lines"),
        required=False,
        max_length=MAX_BYTES,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
    )
    format = forms.ChoiceField(
        label=_("Format"),
        required=False,
        choices=[("", _("as it looks")), ("csv", "CSV"), ("solr", "Solr / Elasticsearch")],
        widget=UnfoldAdminSelectWidget,
    )
    status = forms.ChoiceField(
        label=_("New rows are"),
        choices=Synonym.Status.choices,
        initial=Synonym.Status.ACCEPTED,
        widget=UnfoldAdminSelectWidget,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MAX_BYTES:
            raise ValidationError(_t("The file is too large; %d MB are allowed.") % (MAX_BYTES // 1_000_000))
        return file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("file") and not (cleaned.get("text") or "").strip():
            raise ValidationError(_t("Choose a file or paste some lines."))
        return cleaned
