import { randomBytes } from 'node:crypto';
import type { ServedTenant } from './server.ts';

export interface SoftwareFile {
  filename: string;
  content: Uint8Array;
}

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
type Json = any;

async function post(
  { admin }: ServedTenant,
  path: string,
  what: { json?: unknown; body?: FormData },
): Promise<Json> {
  const { status, json, text } = await admin(`/rest/v1${path}`, { method: 'POST', ...what });
  if (status >= 300) throw new Error(`POST ${path}: ${status} ${text}`);
  return json;
}

/** Puts a file into a new software module by the Management API, which answers with the artifact. */
export async function uploadFile(tenant: ServedTenant, { filename, content }: SoftwareFile): Promise<Json> {
  const name = `os-${randomBytes(4).toString('hex')}`;
  const [{ id }] = await post(tenant, '/softwaremodules', { json: [{ name, version: '1', type: 'os' }] });
  const body = new FormData();
  body.append('file', new Blob([content]), filename);
  const artifact = await post(tenant, `/softwaremodules/${id}/artifacts`, { body });
  return { ...artifact, moduleId: id };
}

export interface Deployed {
  setId: number;
  /** The action as the Management API shows it, with the update status of its target. */
  state(): Promise<{ action: string; target: string; installed: number | undefined }>;
  /** All that was said of the action, the oldest first. */
  messages(): Promise<string[]>;
  cancel(): Promise<void>;
}

/** Assigns a new distribution set with one file to a target. */
export async function deploy(
  tenant: ServedTenant,
  controllerId: string,
  file: SoftwareFile,
  assignment: object = {},
): Promise<Deployed> {
  const { moduleId } = await uploadFile(tenant, file);
  const name = `set-${moduleId}`;
  const set = { name, version: '1', type: 'os', modules: [{ id: moduleId }] };
  const [{ id: setId }] = await post(tenant, '/distributionsets', { json: [set] });
  const target = `/rest/v1/targets/${controllerId}`;
  const { assignedActions } = await post(tenant, `/targets/${controllerId}/assignedDS`, {
    json: { id: setId, type: 'forced', ...assignment },
  });
  const action = `${target}/actions/${assignedActions[0].id}`;
  const get = async (path: string) => (await tenant.admin(path)).json;
  return {
    setId,
    async state() {
      const installed = (await get(`${target}/installedDS`))?.id;
      return { action: (await get(action)).status, target: (await get(target)).updateStatus, installed };
    },
    async messages() {
      const { content } = await get(`${action}/status?sort=id:ASC&limit=500`);
      return content.flatMap(({ messages }: { messages: string[] }) => messages);
    },
    async cancel() {
      await tenant.admin(action, { method: 'DELETE' });
    },
  };
}
