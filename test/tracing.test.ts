import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { openTracer } from '../src/tracing/open-telemetry.ts';
import { inSpan, readTraceParent, traceWith } from '../src/tracing/tracer.ts';
import { createServedTenant, graphql, startTestServer } from './support/server.ts';

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number };
}
interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: Attribute[];
}

/** A collector, and a receiver of webhooks. */
async function openReceiver() {
  const bodies: string[] = [];
  const headers: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    bodies.push((await request.toArray()).join(''));
    headers.push(request.headers);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    bodies,
    headers,
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}

const collector = await openReceiver();
const hooks = await openReceiver();
// The SDK reads it itself.
process.env['OTEL_BSP_SCHEDULE_DELAY'] = '50';
const server = await startTestServer({
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url(),
  MUSTER_WEBHOOKS_PRIVATE: 'true',
  LOG_LEVEL: 'debug',
});
afterAll(async () => {
  await server.stop();
  delete process.env['OTEL_BSP_SCHEDULE_DELAY'];
  collector.close();
  hooks.close();
});

const spans = (): SentSpan[] =>
  collector.bodies.flatMap((body) =>
    JSON.parse(body).resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: SentSpan[] }[] }) =>
      scopeSpans.flatMap((scope) => scope.spans),
    ),
  );
const attributeOf = ({ attributes }: SentSpan, name: string) => {
  const value = attributes.find(({ key }) => key === name)?.value;
  return value?.stringValue ?? value?.intValue;
};
let given = 0;
const newTrace = () => {
  const traceId = `${++given}`.padStart(32, 'a');
  return { traceId, traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
};
const ofTrace = (traceId: string) => spans().filter((span) => span.traceId === traceId);
const namesOf = (traceId: string) => ofTrace(traceId).map(({ name }) => name);

describe('traces', () => {
  it('go from the caller through the request and its statements to webhooks, without a secret', async () => {
    const tenant = await createServedTenant(server);
    const { traceId, traceparent } = newTrace();
    const { createWebhook } = await graphql(
      tenant.admin,
      'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret userErrors { message } } }',
      { input: { name: 'w', url: hooks.url(), eventTypes: ['TARGET'] } },
    );
    const query =
      'mutation Make { createTargets(input: {targets: [{controllerId: "d-1"}]}) { targets { securityToken } userErrors { message } } }';
    const made = await tenant.admin('/graphql', {
      method: 'POST',
      headers: { traceparent, 'x-request-id': 'traced-1' },
      json: { query },
    });
    const [{ securityToken }] = made.json.data.createTargets.targets;
    await expect.poll(() => hooks.headers.length).toBe(1);
    await expect.poll(() => namesOf(traceId)).toContain('webhook');

    const all = ofTrace(traceId);
    const root = all.find(({ name }) => name === 'mutation createTargets')!;
    expect(root.parentSpanId).toBe('00f067aa0ba902b7');
    expect(attributeOf(root, 'muster.request_id')).toBe('traced-1');
    expect(attributeOf(root, 'http.route')).toBe('/graphql');
    expect(attributeOf(root, 'http.response.status_code')).toBe(200);
    const transaction = all.find(({ name }) => name === 'transaction')!;
    expect(transaction.parentSpanId).toBe(root.spanId);
    const insert = all.find(
      (span) =>
        span.name === 'INSERT' || attributeOf(span, 'db.query.text')?.toString().includes('"targets"'),
    );
    expect(insert?.parentSpanId).toBe(transaction.spanId);
    const hook = all.find(({ name }) => name === 'webhook')!;
    expect(hook.parentSpanId).toBe(root.spanId);
    expect(readTraceParent(String(hooks.headers[0]!['traceparent']))).toMatchObject({
      traceId,
      spanId: hook.spanId,
    });
    const sent = collector.bodies.join('\n');
    for (const secret of [
      securityToken,
      createWebhook.secret,
      'a-quiet-secret',
      tenant.authorization.slice(6),
    ])
      expect(sent).not.toContain(secret);
  });

  it('of REST have the name of the route, and are in the log beside the id of the request', async () => {
    const { admin } = await createServedTenant(server);
    const { traceId, traceparent } = newTrace();
    await admin('/rest/v1/targets/none?q=name==hidden', {
      headers: { traceparent, 'x-request-id': 'traced-2' },
    });
    await expect.poll(() => namesOf(traceId)).toContainEqual(expect.stringMatching(/^GET/));
    const root = ofTrace(traceId).find(({ name }) => name.startsWith('GET '))!;
    expect(root.name).toBe('GET /rest/v1/targets/:controllerId');
    expect(attributeOf(root, 'url.path')).toBe('/rest/v1/targets/none');
    expect(attributeOf(root, 'http.response.status_code')).toBe(404);
    const line = server.errors
      .map((text) => JSON.parse(text))
      .find(({ requestId }) => requestId === 'traced-2');
    expect(line).toMatchObject({ msg: 'a request', traceId });
    expect(collector.bodies.join('\n')).not.toContain('hidden');
  });

  it('go on in the batches of a job, whose events name the request that began it', async () => {
    const { admin } = await createServedTenant(server);
    const controllerIds = Array.from({ length: 1_001 }, (_, n) => ({ controllerId: `t${n}` }));
    await admin('/rest/v1/targets', { method: 'POST', json: controllerIds });
    const { traceId, traceparent } = newTrace();
    const query =
      'mutation { assignTargetGroup(input: {targets: {filter: "id==t*"}, group: "g"}) { job { id } userErrors { message } } }';
    const begun = await admin('/graphql', {
      method: 'POST',
      headers: { traceparent, 'x-request-id': 'traced-3' },
      json: { query },
    });
    expect(begun.json.data?.assignTargetGroup.job, begun.text).toBeTruthy();
    const events = async () => {
      const { auditEvents } = await graphql(
        admin,
        '{ auditEvents(filter: "requestId==traced-3") { nodes { type } } }',
      );
      return auditEvents.nodes.map(({ type }: { type: string }) => type).sort();
    };
    await expect.poll(events).toEqual(['JOB_CREATED', 'JOB_FINISHED', 'TARGET_GROUP_ASSIGNED']);
    await expect.poll(() => namesOf(traceId)).toContain('job batch');
  });

  it('are none of polls, and of requests for the health', async () => {
    const tenant = await createServedTenant(server);
    await tenant.admin('/rest/v1/targets', {
      method: 'POST',
      json: [{ controllerId: 'd', securityToken: 'token-of-poll' }],
    });
    const { traceId, traceparent } = newTrace();
    const headers = { traceparent, authorization: 'TargetToken token-of-poll' };
    expect((await tenant.admin(`/${tenant.name}/controller/v1/d`, { headers })).status).toBe(200);
    await tenant.admin('/health/live', { headers });
    await tenant.admin(`/${tenant.name}/controller/v1/d/configData`, { headers });
    await expect.poll(() => namesOf(traceId)).toHaveLength(1);
  });

  it('do no harm where the collector is away: what waits has an end, and one line says so', async () => {
    const lines: string[] = [];
    const tracer = openTracer({ url: 'http://127.0.0.1:1/v1/traces', tell: (line) => lines.push(line) });
    for (let n = 0; n < 5_000; n++) tracer.begin({ name: 'x' }, (span) => span.end());
    await expect.poll(() => lines).toHaveLength(1);
    const begunAt = performance.now();
    await tracer.close();
    expect(performance.now() - begunAt).toBeLessThan(5_000);
    expect(lines).toHaveLength(1);
  });

  it('cost nothing unless they are configured: only one file knows the SDK, and is loaded when it is needed', async () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const knowing = files.filter((file) => /@opentelemetry\//.test(readFileSync(`src/${file}`, 'utf8')));
    expect(knowing).toEqual(['tracing/open-telemetry.ts']);
    const importing = files.filter((file) =>
      /(from|import) '.*open-telemetry\.ts'/.test(readFileSync(`src/${file}`, 'utf8')),
    );
    expect(importing).toEqual([]);
  });
});

describe('a span', () => {
  it('has of an error its code, and never its message', async () => {
    const { begin } = openTracer({ url: collector.url(), tell: () => {} });
    const failures: string[] = [];
    traceWith({
      current: () => undefined,
      begin: (options, work) =>
        begin(options, (span) => work({ ...span, fail: (type) => failures.push(type) })),
    });
    const fails = (error: Error) => inSpan({ name: 'x' }, () => Promise.reject(error)).catch(() => {});
    await fails(Object.assign(new Error('duplicate key (token)=(secret)'), { code: '23505' }));
    await fails(new TypeError('secret'));
    traceWith(undefined);
    expect(failures).toEqual(['23505', 'TypeError']);
  });

  it.each([
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', true],
    ['00-00000000000000000000000000000000-b7ad6b7169203331-01', false],
    ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', false],
    ['01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', false],
    ['nonsense', false],
  ])('goes on from %s only if that is well-formed', (text, good) => {
    expect(readTraceParent(text) !== undefined).toBe(good);
  });
});
