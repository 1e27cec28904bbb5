# SPDX-License-Identifier: Apache-2.0
"""The tables of deliveries and their findings; keys as in the catalogue."""

from __future__ import annotations

from django.db import models

from emanet.registry.fields import KeyField, NumberField


class Delivery(models.Model):
    """One delivery as its newest receipt states it; an earlier receipt of the same id is replaced.

    The key is that of the receipt (object and number of the receipt in it). ``latest`` is the key
    of the last receipt heard of, which may only have acknowledged a repeat. Files and findings are
    the rows between ``first_`` and ``last_`` (both None for none) whose ``delivery`` is this key.
    """

    id = NumberField(primary_key=True)
    ref = KeyField()
    name = models.TextField()
    publisher = KeyField()
    received = models.TextField()
    state = KeyField()
    verdict = models.TextField()
    layout = models.TextField()
    bytes = models.BigIntegerField()
    files = models.IntegerField()
    held_files = models.IntegerField()
    articles = models.IntegerField()
    accession = models.TextField()
    decided = models.TextField()
    reason = models.TextField()
    waits_until = models.TextField()
    latest = models.BigIntegerField()
    repeats = models.IntegerField()
    first_file = models.BigIntegerField(null=True)
    last_file = models.BigIntegerField(null=True)
    first_finding = models.BigIntegerField(null=True)
    last_finding = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ref"], name="delivery_ref")]
        indexes = [
            models.Index(fields=["state", "id"], name="delivery_state"),
            models.Index(fields=["publisher", "id"], name="delivery_publisher"),
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["held", "waiting"]) | models.Q(held_files__gt=0),
                name="delivery_problem",
            ),
        ]


class Finding(models.Model):
    """Something noticed in a delivery; ``version`` is the article version it touches, if any."""

    id = NumberField(primary_key=True)
    delivery = models.BigIntegerField()
    code = models.TextField()
    severity = models.TextField()
    place = models.TextField()
    detail = models.TextField()
    version = models.BigIntegerField(null=True)
