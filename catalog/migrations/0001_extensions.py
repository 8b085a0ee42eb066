"""Extensions first: later migrations make halfvec columns and trigram indexes."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations
from pgvector.django import VectorExtension


class Migration(migrations.Migration):
    initial = True
    operations = [VectorExtension(), TrigramExtension(), UnaccentExtension()]
