"""Who did what: append-only rows."""

import uuid

from django.db import models


class Entry(models.Model):
    """One privileged action. Written by `audit.record`, never changed, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    brand_id = models.UUIDField(null=True, blank=True)
    actor = models.CharField(max_length=64, help_text="A principal, for example operator:<uuid>.")
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, help_text="What it was done to, for example agent:<uuid>.")
    reason = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-at"]
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["subject", "at"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
