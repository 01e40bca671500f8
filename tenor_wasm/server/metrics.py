"""Counters and times for Prometheus, each application with its own."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """What is counted. Labels are routes, statuses and codes: callers cannot make more of them."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "tenor_requests", "Requests by route and status.", ["route", "status"], registry=self._registry
        )
        self._errors = Counter("tenor_errors", "Errors by code.", ["code"], registry=self._registry)
        self._seconds = Histogram(
            "tenor_request_seconds",
            "Seconds to an answer, by route.",
            ["route"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._active = Gauge("tenor_requests_in_flight", "Requests that are being answered.", registry=self._registry)

    def began(self) -> None:
        """A request came."""
        self._active.inc()

    def ended(self, route: str, status: int, seconds: float, code: str | None) -> None:
        """It was answered; ``code`` is that of its error."""
        self._active.dec()
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if code is not None:
            self._errors.labels(code).inc()

    def text(self) -> bytes:
        """All of it in the text format."""
        return generate_latest(self._registry)
