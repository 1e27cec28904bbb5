# SPDX-License-Identifier: Apache-2.0
"""The tables of the catalogue. Rows are written by ``records`` alone and can all be remade.

Every primary key is ``sequence << 24 | n``: the sequence of the sealed object that brought the row,
and the row's number among the rows of its kind that this object brought. References carry no
constraint in the database: a projection has nothing to guard them against, and checking them
doubles the time of a rebuild.
"""

from __future__ import annotations

from django.db import models

from emanet.registry.fields import KeyField, NumberField

KEPT = models.DO_NOTHING  # nothing is ever deleted from under a reference


class SealedObject(models.Model):
    """One sealed object of storage: an accession (``acc``) or a record of events (``evt``)."""

    sequence = NumberField(primary_key=True)
    ref = KeyField()
    kind = models.TextField()
    created = KeyField()
    bytes = models.BigIntegerField()
    digest = models.TextField()
    files = models.IntegerField()
    versions = models.IntegerField()
    articles = models.IntegerField()  # articles that it was the first to bring
    audited = KeyField(default="")  # when it was last audited, "" never
    damages = models.IntegerField(default=0)  # how many that audit found

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ref"], name="object_ref")]
        indexes = [models.Index(fields=["audited", "sequence"], name="object_audited")]


class Title(models.Model):
    """A journal under its present name; ISSNs and former names beside it."""

    id = NumberField(primary_key=True)
    name = models.TextField()
    publisher = models.TextField()
    folded = models.TextField()
    sort_key = KeyField()
    first_seen = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["sort_key", "id"], name="title_sort")]


class TitleIssn(models.Model):
    """An ISSN and the title it belongs to; ``medium`` as first given."""

    id = NumberField(primary_key=True)
    title = models.ForeignKey(Title, KEPT, db_constraint=False, db_index=False, related_name="+")
    issn = KeyField()
    medium = models.TextField()
    first_seen = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issn"], name="issn_value")]
        indexes = [models.Index(fields=["title"], name="issn_title")]


class TitleName(models.Model):
    """A name and publisher that articles of a title carry, and the years of the articles.

    ``key`` is both folded, for matching titles without ISSN; years are 0 while unknown.
    """

    id = NumberField(primary_key=True)
    title = models.ForeignKey(Title, KEPT, db_constraint=False, db_index=False, related_name="+")
    name = models.TextField()
    publisher = models.TextField()
    folded = models.TextField()
    key = KeyField()
    first_year = models.IntegerField()
    last_year = models.IntegerField()
    first_seen = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["title"], name="name_title"),
            models.Index(fields=["key"], name="name_key"),
        ]


class TitleClash(models.Model):
    """An article carried ISSNs of two titles: it went to ``title``, ``other`` stands beside it."""

    id = NumberField(primary_key=True)
    title = models.ForeignKey(Title, KEPT, db_constraint=False, db_index=False, related_name="+")
    other = models.ForeignKey(Title, KEPT, db_constraint=False, db_index=False, related_name="+")
    version = models.BigIntegerField()
    issn = models.TextField()
    first_seen = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["title", "other"], name="clash_titles")]


class Article(models.Model):
    """One citable item, as its present version describes it.

    ``place`` sorts volume, issue and page by their numbers; ``likeness`` is a hash of the folded
    article title; ``current`` is the version of highest standing, ``latest`` the one that came
    last, ``rank`` the standing of the current one.
    """

    id = NumberField(primary_key=True)
    doi = KeyField(null=True)  # in its form for comparison
    title = models.ForeignKey(
        Title, KEPT, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    year = models.IntegerField()
    volume = KeyField()
    issue = KeyField()
    page = KeyField()
    place = KeyField()
    likeness = models.BigIntegerField()
    current = models.ForeignKey(
        "Version", KEPT, db_constraint=False, db_index=False, related_name="+"
    )
    latest = models.BigIntegerField()
    rank = models.SmallIntegerField()
    versions = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["doi"], name="article_doi")]
        indexes = [
            models.Index(fields=["title", "volume", "page"], name="article_page"),
            models.Index(fields=["title", "year", "place", "volume", "issue"], name="article_list"),
            models.Index(
                fields=["title", "volume", "page"],
                condition=models.Q(doi__isnull=True),
                name="article_no_doi",
            ),
        ]


class ArticleKey(models.Model):
    """Another identifier of an article: ``pmid:``, ``pmcid:`` or ``pii:`` and the value."""

    id = NumberField(primary_key=True)
    value = KeyField()
    article = models.ForeignKey(
        Article, KEPT, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["value"], name="key_value")]


class Version(models.Model):
    """One version of an article as delivered: its whole record, and columns to search it by.

    ``members`` lists the numbers of its files in its object (JSON), the main file first;
    ``record`` is ``model.article.Record`` as JSON; ``delivery`` is the delivery's id.
    """

    id = NumberField(primary_key=True)
    article = models.ForeignKey(
        Article, KEPT, db_constraint=False, db_index=False, related_name="+"
    )
    number = models.IntegerField()
    object = models.ForeignKey(
        SealedObject, KEPT, db_constraint=False, db_index=False, related_name="+"
    )
    delivery = models.TextField()
    doi = models.TextField()  # as displayed
    title = models.TextField()
    journal = models.TextField()
    publisher = models.TextField()
    volume = models.TextField()
    issue = models.TextField()
    first_page = models.TextField()
    elocation_id = models.TextField()
    year = models.IntegerField()
    published = models.TextField()
    type = models.TextField()
    stage = models.TextField()
    language = models.TextField()
    licence = models.TextField()
    open_access = models.BooleanField()
    content = models.BinaryField()
    members = models.TextField()
    record = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["article"], name="version_article"),
            models.Index(
                fields=["content"], condition=models.Q(doi=""), name="version_content_no_doi"
            ),
        ]


class FileFormat(models.Model):
    """A file format as identified, once for all the files that have it."""

    id = NumberField(primary_key=True)
    label = models.TextField()
    mime = models.TextField()
    puid = models.TextField()
    tool = models.TextField()


class File(models.Model):
    """One delivered file, where its bytes lie and what became of it.

    The key holds object and ordinal. ``delivery`` is the key of the row in deliveries;
    ``version`` the version that owns it; ``steps`` JSON, "" for the file ``path`` itself.
    A version finds its files by their keys, so that this largest of the tables needs no index.
    """

    id = NumberField(primary_key=True)
    delivery = models.BigIntegerField(null=True)
    version = models.BigIntegerField(null=True)
    name = models.TextField()
    raw_name = models.BinaryField(null=True)
    role = models.TextField()
    fate = models.TextField()
    bytes = models.BigIntegerField()
    crc32 = models.BigIntegerField()
    sha256 = models.BinaryField()
    format = models.ForeignKey(
        FileFormat, KEPT, db_constraint=False, db_index=False, related_name="+"
    )
    path = models.TextField()
    steps = models.TextField()
    language = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(fate="held"), name="file_held"),
        ]


class Relation(models.Model):
    """What a version says of another article; ``to_doi`` may come before or after, or never."""

    id = NumberField(primary_key=True)
    version = models.ForeignKey(
        Version, KEPT, db_constraint=False, db_index=False, related_name="+"
    )
    relation = models.TextField()
    to_doi = KeyField()
    given = models.TextField()
    source = models.TextField()
    citation = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["version"], name="relation_from"),
            models.Index(fields=["to_doi"], name="relation_to"),
        ]
