import { AsyncLocalStorage } from 'node:async_hooks';
import { type Span as OtelSpan, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { onceAMinute } from '../once-a-minute.ts';
import { VERSION } from '../version.ts';
import { NOWHERE, readTraceParent, type Span, type SpanOptions, type Tracer } from './tracer.ts';

/** How long the end waits for the collector. */
const CLOSE_WITHIN_MS = 1_000;
const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT };

interface Current {
  span: Span;
  own: OtelSpan;
  traceParent: string;
}

export interface OpenTelemetryOptions {
  /** Where spans are sent, by OTLP over HTTP. */
  url: string;
  /** Gets a line for the operator when spans cannot be sent, once a minute. */
  tell: (line: string) => void;
}

/**
 * Opens what records spans and sends them to a collector. What waits has an end: if the collector is away or slow,
 * spans are dropped. Sampling, batches and headers are those of the `OTEL_` variables.
 */
export function openTracer({ url, tell }: OpenTelemetryOptions): Tracer & { close(): Promise<void> } {
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'muster', 'service.version': VERSION }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(telling(new OTLPTraceExporter({ url }), tell))],
  });
  const recorder = provider.getTracer('muster', VERSION);
  const within = new AsyncLocalStorage<Current>();

  return {
    begin<T>(options: SpanOptions, work: (span: Span) => T): T {
      const { name, kind, attributes, parent, isPart } = options;
      const around = within.getStore();
      if (isPart && !around) return work(NOWHERE);
      const own = recorder.startSpan(
        name,
        { kind: kind && KINDS[kind], attributes },
        contextOf(parent) ?? (around ? trace.setSpan(ROOT_CONTEXT, around.own) : ROOT_CONTEXT),
      );
      const { traceId, spanId, traceFlags } = own.spanContext();
      const traceParent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
      const span = spanOf(own);
      return within.run({ span, own, traceParent }, () => work(span));
    },
    current: () => within.getStore(),
    async close() {
      const late = new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref());
      await Promise.race([provider.shutdown().catch(() => {}), late]);
    },
  };
}

const spanOf = (own: OtelSpan): Span => ({
  rename: (name) => void own.updateName(name),
  note: (attributes) => void own.setAttributes(attributes),
  fail(type) {
    own.setAttribute('error.type', type);
    own.setStatus({ code: SpanStatusCode.ERROR });
  },
  end: () => own.end(),
});

function contextOf(traceParent: string | null | undefined) {
  const parent = traceParent && readTraceParent(traceParent);
  return parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : undefined;
}

/** Says when spans cannot be sent: the exporter itself would only drop them. */
function telling(exporter: SpanExporter, tell: (line: string) => void): SpanExporter {
  const isDue = onceAMinute();
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        // The message may have the answer of the collector, and no more of what was sent.
        if (result.code !== 0 && isDue(''))
          tell(`traces cannot be sent: ${result.error?.message ?? 'no answer'}`);
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
