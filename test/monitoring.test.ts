import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { clientOf, createServedTenant, startOwnServer, type TestServer } from './support/server.ts';

const read = (name: string) =>
  readFileSync(new URL(`../examples/monitoring/${name}`, import.meta.url), 'utf8');
const alerts: { alert: string; expr: string }[] = parse(read('alerts.yaml')).groups[0].rules;
const panels: { title: string; targets: { expr: string; legendFormat: string }[] }[] = JSON.parse(
  read('dashboard.json'),
).panels;
const expressions = [
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
].map(([name, expr]) => [name, expr.replaceAll('$__rate_interval', '5m')] as const);

/** Of Prometheus itself. */
const NOT_OURS = ['up'];

interface Selector {
  metric: string;
  labels: string[];
}

/** What an expression asks for. @throws where it is none */
function selectorsOf(expr: string): { selectors: Selector[]; grouped: string[] } {
  const selectors: Selector[] = [];
  const grouped: string[] = [];
  parser.parse(expr).iterate({
    enter({ type, from, to, node }) {
      const text = expr.slice(from, to);
      if (type.isError) throw new Error(`${expr}: not PromQL at ${from}`);
      if (type.name === 'VectorSelector') selectors.push({ metric: text.replace(/\{.*/s, ''), labels: [] });
      if (type.name === 'LabelName' && node.parent?.name === 'UnquotedLabelMatcher')
        selectors.at(-1)!.labels.push(text);
      if (type.name === 'LabelName' && node.parent?.name === 'GroupingLabels') grouped.push(text);
    },
  });
  return { selectors, grouped };
}

let server: TestServer;
/** By metric, the labels that its series have. */
const series = new Map<string, Set<string>>();
let scrape = '';
beforeAll(async () => {
  server = await startOwnServer();
  const device = clientOf(server);
  const tenant = await createServedTenant(server);
  const made = await tenant.admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId: 'd' }] });
  const root = `/${tenant.name}/controller/v1/d`;
  const signedIn = { authorization: `TargetToken ${made.json[0].securityToken}` };
  await device(root, { headers: signedIn });
  await device(`${root}/configData`, { method: 'PUT', headers: signedIn, json: { data: { a: 'b' } } });
  await device(root);
  await device('/rest/v1/targets', { headers: { authorization: 'Bearer wrong' } });
  await tenant.admin('/rest/v1/targets/d');
  await tenant.admin('/graphql', { method: 'POST', json: { query: '{ __typename }' } });
  scrape = (await device('/metrics')).text;
  for (const line of scrape.split('\n')) {
    const [, metric, labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (metric && !line.startsWith('#'))
      series.set(
        metric,
        new Set([
          ...(series.get(metric) ?? []),
          ...[...labels.matchAll(/(\w+)="/g)].map(([, name]) => name!),
        ]),
      );
  }
  // Some have series only once something happened; their head says that they are there.
  for (const [, metric] of scrape.matchAll(/^# TYPE (\w+) /gm))
    if (!series.has(metric!)) series.set(metric!, new Set());
});
afterAll(() => server.stop());

describe('each expression of the dashboard and the alerts', () => {
  it.each(expressions)('%s asks for what a scrape has', (_, expr) => {
    const { selectors, grouped } = selectorsOf(expr);
    const ours = selectors.filter(({ metric }) => !NOT_OURS.includes(metric));
    for (const { metric, labels } of ours) {
      expect([...series.keys()]).toContain(metric);
      const has = [...series.get(metric)!, 'job', 'instance'];
      if (has.length > 2)
        for (const label of [...labels, ...grouped])
          expect([metric, has]).toEqual([metric, expect.arrayContaining([label])]);
    }
  });
});

describe('a scrape', () => {
  const value = (name: string) =>
    Number(new RegExp(`^${name.replace(/[{}+]/g, '\\$&')} (\\S+)$`, 'm').exec(scrape)?.[1]);

  it('times requests by the pattern of their route', () => {
    expect(
      value(
        'muster_request_seconds_count{channel="rest",method="GET",route="/rest/v1/targets/:controllerId"}',
      ),
    ).toBe(1);
    expect(
      value('muster_request_seconds_count{channel="graphql",method="POST",route="/graphql"}'),
    ).toBeGreaterThan(0);
    expect(
      value(
        'muster_request_seconds_count{channel="ddi",method="PUT",route="/:tenant/controller/v1/:controllerId/configData"}',
      ),
    ).toBe(1);
  });

  it('times polls, and counts whom it refuses', () => {
    expect(value('muster_poll_seconds_count')).toBe(2);
    expect(value('muster_poll_seconds_bucket{le="+Inf"}')).toBe(2);
    expect(value('muster_devices_total{outcome="refused"}')).toBe(1);
    expect(value('muster_sign_ins_refused_total{code="UNAUTHENTICATED"}')).toBe(1);
  });

  it('says what the database has', () => {
    expect(value('muster_database_up')).toBe(1);
    expect(value('muster_pool_connections')).toBeGreaterThan(0);
    expect(value('muster_jobs_waiting')).toBe(0);
    expect(scrape).toMatch(/^muster_targets\{status="in_sync"\} 0$/m);
  });
});
