"""OpenTelemetry hooks: off unless DIANKE_TELEMETRY=1; the exporter reads the standard OTEL_ variables."""

from dianke.config.env import read_environment


def start_when_asked() -> bool:
    """Start tracing of requests when the environment asks for it and tell whether it did."""
    if not read_environment().telemetry:
        return False
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "dianke"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument()
    return True
