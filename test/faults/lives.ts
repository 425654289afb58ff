import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Sql } from 'postgres';
import { until } from '../e2e/lifecycle/support.ts';
import {
  type Answer,
  basic,
  type Client,
  clientOf,
  type Request,
  type ServedTenant,
} from '../support/server.ts';

/** What was acknowledged, by kind; and what was answered that no fault explains. */
export interface Acknowledged {
  created: string[];
  described: string[];
  assigned: { id: string; actionId: number }[];
  reported: { actionId: number; message: string }[];
  finished: number[];
  uploaded: { filename: string; sha256: string; path: string }[];
  /** The first ones. */
  unexpected: string[];
  /** Requests that ended without an answer, or with 503. */
  disturbed: number;
}

const DEFAULT = { name: 'DEFAULT', authorization: basic('admin', 'admin') };

let lives = 0;

/** A set that devices can be given. */
async function prepare(admin: Client): Promise<number> {
  const post = async (path: string, json: unknown) => {
    const answer = await admin(`/rest/v1/${path}`, { method: 'POST', json });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.json[0].id as number;
  };
  const id = await post('softwaremodules', [newModule()]);
  const set = { name: `set-${++lives}`, version: '1', type: 'os', modules: [{ id }] };
  return post('distributionsets', [set]);
}

const newModule = () => ({ name: `os-${++lives}`, version: '1', type: 'os' });
/** A module may have 50. */
const FILES_OF_A_MODULE = 40;

/**
 * Devices live so many at a time: each is made, describes itself, is given an update, reports of it and finishes it;
 * a step that isn't acknowledged ends a life, and another begins. Beside them two callers upload files. They are of the
 * tenant DEFAULT, unless another is given.
 */
export async function beginLives(
  server: { url: string },
  devices: number,
  { name, authorization }: Omit<ServedTenant, 'admin'> = DEFAULT,
) {
  const admin = clientOf(server, authorization);
  const setId = await prepare(admin);
  const kept: Acknowledged = {
    created: [],
    described: [],
    assigned: [],
    reported: [],
    finished: [],
    uploaded: [],
    disturbed: 0,
    unexpected: [],
  };
  let ending = false;
  let acknowledged = 0;

  const note = (what: string) => {
    if (kept.unexpected.length < 5) kept.unexpected.push(what);
  };
  /** The answer if it is as wanted; undefined if the fault took it. */
  const send = async (client: Client, path: string, request: Request): Promise<Answer | undefined> => {
    const method = request.method ?? 'POST';
    try {
      const answer = await client(path, { method, ...request });
      if (answer.status < 300) {
        acknowledged++;
        return answer;
      }
      if (answer.status !== 503) note(`${method} ${path}: ${answer.status} ${answer.text}`);
      else if (!answer.headers.get('retry-after')) note(`${method} ${path}: no Retry-After`);
    } catch (error) {
      // Nobody may wait in vain; a connection may end.
      if ((error as Error).name === 'TimeoutError') note(`${method} ${path}: no answer`);
    }
    kept.disturbed++;
    await pause(50);
    return undefined;
  };

  async function live(): Promise<void> {
    const id = `life-${++lives}`;
    const json = [{ controllerId: id, securityToken: id }];
    if (!(await send(admin, '/rest/v1/targets', { json }))) return;
    kept.created.push(id);
    const device = clientOf(server, `TargetToken ${id}`);
    const base = `/${name}/controller/v1/${id}`;
    const attributes = { mode: 'merge', data: { serial: id } };
    if (!(await send(device, `${base}/configData`, { method: 'PUT', json: attributes }))) return;
    kept.described.push(id);
    const assigned = await send(admin, `/rest/v1/targets/${id}/assignedDS`, {
      json: { id: setId, type: 'forced' },
    });
    if (!assigned) return;
    const actionId: number = assigned.json.assignedActions[0].id;
    kept.assigned.push({ id, actionId });
    const report = (execution: string, finished: string, message: string) =>
      send(device, `${base}/deploymentBase/${actionId}/feedback`, {
        json: { status: { execution, result: { finished }, details: [message] } },
      });
    const message = `half of ${id}`;
    if (!(await report('proceeding', 'none', message))) return;
    kept.reported.push({ actionId, message });
    if (await report('closed', 'success', 'done')) kept.finished.push(actionId);
  }

  async function uploadToModule(): Promise<void> {
    const made = await send(admin, '/rest/v1/softwaremodules', { json: [newModule()] });
    for (let n = 0; made && !ending && n < FILES_OF_A_MODULE; n++) await upload(made.json[0].id);
  }

  async function upload(moduleId: number): Promise<void> {
    const files = `/rest/v1/softwaremodules/${moduleId}/artifacts`;
    const content = randomBytes(1_500).toString('hex');
    const filename = `file-${++lives}`;
    const body = new FormData();
    body.append('file', new Blob([content]), filename);
    const answer = await send(admin, files, { body });
    if (!answer) return;
    kept.uploaded.push({ filename, sha256: sha256Of(content), path: `${files}/${answer.json.id}/download` });
  }

  const repeat = async (work: () => Promise<void>) => {
    while (!ending) await work();
  };
  const working = Promise.all([
    ...Array.from({ length: devices }, () => repeat(live)),
    ...[1, 2].map(() => repeat(uploadToModule)),
  ]);
  return {
    disturbed: () => kept.disturbed,
    /** Waits until so many more steps were acknowledged. */
    async some(count: number) {
      const least = acknowledged + count;
      await until(() => acknowledged >= least);
    },
    async end(): Promise<Acknowledged> {
      ending = true;
      await working;
      return kept;
    },
  };
}

/** What was acknowledged and isn't there. */
export async function lostOf(kept: Acknowledged, sql: Sql, admin: Client): Promise<string[]> {
  const lost: string[] = [];
  const compare = async (what: string, wanted: string[], text: string) => {
    const rows = await sql.unsafe(text);
    const there = new Set(rows.map(({ key }) => key as string));
    lost.push(...wanted.filter((key) => !there.has(key)).map((key) => `${what} ${key}`));
  };
  await compare('created', kept.created, 'SELECT controller_id AS key FROM targets');
  await compare(
    'described',
    kept.described,
    `SELECT value AS key FROM target_attributes WHERE key = 'serial'`,
  );
  await compare(
    'assigned',
    kept.assigned.map(({ id, actionId }) => `${id} ${actionId}`),
    `SELECT t.controller_id || ' ' || a.id AS key
     FROM actions AS a JOIN targets AS t ON (t.tenant_id, t.id) = (a.tenant_id, a.target_id)`,
  );
  await compare(
    'reported',
    kept.reported.map(({ actionId, message }) => `${actionId} ${message}`),
    `SELECT action_id || ' ' || message AS key FROM action_entries, unnest(messages) AS message`,
  );
  await compare(
    'finished',
    kept.finished.map(String),
    `SELECT id::text AS key FROM actions WHERE status = 'finished' AND NOT active`,
  );
  await compare(
    'uploaded',
    kept.uploaded.map(({ filename, sha256 }) => `${filename} ${sha256}`),
    `SELECT filename || ' ' || sha256 AS key FROM artifacts`,
  );
  for (const { path, filename, sha256 } of kept.uploaded) {
    const { status, text } = await admin(path);
    if (sha256Of(text) !== sha256) lost.push(`the content of ${filename}: ${status}`);
  }
  return lost;
}

const sha256Of = (content: string) => createHash('sha256').update(content).digest('hex');
