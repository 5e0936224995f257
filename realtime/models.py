"""The wire's own rows: which server processes live, whose sockets they hold, and the tickets that let sockets in."""

import uuid

from django.db import models


class ServerLease(models.Model):
    """One server process that may hold sockets, alive while `expires_at` (the database's clock) lies ahead."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"server {self.id}"


class Connection(models.Model):
    """One open socket of a person. It counts only while its server's lease lives."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    server = models.ForeignKey(ServerLease, models.CASCADE, related_name="connections")
    principal = models.CharField(max_length=64, db_index=True)  # read by every "is she connected?"
    connected_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.principal} on {self.server_id}"


class Ticket(models.Model):
    """The right to open one socket, and after it the next. The secrets themselves are never stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret_hash = models.CharField(max_length=64, unique=True)
    principal = models.CharField(max_length=64)
    session_hash = models.CharField(max_length=64, blank=True)  # empty: not bound to a session cookie
    origin = models.CharField(max_length=255)
    expires_at = models.DateTimeField(db_index=True)  # read by the sweep

    class Meta:
        indexes = [  # both read when a right ends
            models.Index(fields=["principal"], name="ticket_principal"),
            models.Index(fields=["session_hash"], condition=~models.Q(session_hash=""), name="ticket_log_in"),
        ]

    def __str__(self) -> str:
        return f"ticket for {self.principal}"
