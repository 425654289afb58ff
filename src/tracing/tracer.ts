/** What a span says of itself beside its name; never values of statements, nor secrets. */
export type Attributes = Record<string, string | number | string[] | undefined>;

export interface SpanOptions {
  name: string;
  /** A `server` answers somebody, a `client` asks somebody. */
  kind?: 'server' | 'client';
  attributes?: Attributes;
  /** The `traceparent` of what it belongs to; default: the span at hand. */
  parent?: string | null | undefined;
  /** Only within another span: alone it would tell nothing. */
  isPart?: boolean;
}

/** A part of a trace that is under way. */
export interface Span {
  rename(name: string): void;
  note(attributes: Attributes): void;
  /** `type` is a code or the name of a class, never a message: that may have values. */
  fail(type: string): void;
  end(): void;
}

/** What records spans. */
export interface Tracer {
  /** Begins a span, which lasts until its `end`; `work` is within it. */
  begin<T>(options: SpanOptions, work: (span: Span) => T): T;
  current(): { span: Span; traceParent: string } | undefined;
}

let tracer: Tracer | undefined;

/** Records the spans of this process from now on; undefined ends it. */
export function traceWith(one: Tracer | undefined): void {
  tracer = one;
}

/** What records spans; undefined where nothing does, so that nothing is spent on it. */
export const tracing = (): Tracer | undefined => tracer;

/** A span that isn't recorded. */
export const NOWHERE: Span = { rename() {}, note() {}, fail() {}, end() {} };

/** Does `work` within a span that lasts as long, if spans are recorded. */
export const inSpan = <T>(options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> =>
  tracer
    ? tracer.begin(options, (span) =>
        work(span)
          .catch((error) => {
            span.fail(typeOf(error));
            throw error;
          })
          .finally(() => span.end()),
      )
    : work(NOWHERE);

function typeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}

/** The `traceparent` of the span at hand. */
export const traceParentNow = (): string | undefined => tracer?.current()?.traceParent;

/** The id of the trace at hand, for the log. */
export const traceIdNow = (): string | undefined => traceParentNow()?.split('-')[1];

/** `00-<trace id>-<span id>-<flags>`, as W3C Trace Context says. */
const TRACE_PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads a `traceparent`; undefined if it is malformed. */
export function readTraceParent(
  text: string,
): { traceId: string; spanId: string; traceFlags: number } | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACE_PARENT.exec(text) ?? [];
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}
