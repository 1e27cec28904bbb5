# SPDX-License-Identifier: Apache-2.0
"""The tables of what happened: events, and the results of audits; keys as in the catalogue."""

from __future__ import annotations

from django.db import models

from emanet.registry.fields import KeyField, NumberField


class Event(models.Model):
    """Something that happened to ``subject``: a delivery id, an object's id, or a folded DOI."""

    id = NumberField(primary_key=True)
    at = KeyField()
    kind = models.TextField()
    subject = KeyField()
    agent = models.TextField()
    outcome = models.TextField()
    detail = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="event_subject")]


class Audit(models.Model):
    """One audit of one sealed object (``ref``); ``damages`` is a JSON list, "" for none."""

    id = NumberField(primary_key=True)
    ref = KeyField()
    at = KeyField()
    bytes = models.BigIntegerField()
    damages = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["ref", "at", "id"], name="audit_object")]
