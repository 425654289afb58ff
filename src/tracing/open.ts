import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { traceWith } from './tracer.ts';

/** Records traces from now on if a collector is configured; otherwise nothing for it is even loaded. @returns what ends it */
export async function openTracing(config: Config, log: Pick<Logger, 'warn'>): Promise<() => Promise<void>> {
  const url = collectorOf(config);
  if (!url) return async () => {};
  const { openTracer } = await import('./open-telemetry.ts');
  const tracer = openTracer({ url, tell: (line) => log.warn(line) });
  traceWith(tracer);
  return () => {
    traceWith(undefined);
    return tracer.close();
  };
}

function collectorOf(config: Config): string | undefined {
  const { OTEL_SDK_DISABLED, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } = config;
  if (OTEL_SDK_DISABLED) return undefined;
  if (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  return OTEL_EXPORTER_OTLP_ENDPOINT && `${OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, '')}/v1/traces`;
}
