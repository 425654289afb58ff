import {
  type Answer,
  type Client,
  clientOf,
  createServedTenant,
  type Request,
} from '../../support/server.ts';

export interface Workshop {
  tenant: string;
  admin: Client;
  /** A device with a set of one module, its files in it, and the action that is to bring it there. */
  deploy(files?: Record<string, string>, options?: object): Promise<Deployed>;
}

export interface Deployed {
  controllerId: string;
  actionId: number;
  moduleId: number;
  /** Asks as the device, below its own path. */
  ask(path: string, request?: Request): Promise<Answer>;
  /** Reports about the action, as `deploymentBase` or under another name. */
  report(status: object, place?: string): Promise<Answer>;
  /** The kinds of the action's entries, the oldest first. */
  entries(): Promise<string[]>;
}

/** A tenant with an administrator, and what is needed to give devices something to do. */
export async function openWorkshop(
  server: { url: string },
  openClient: (server: { url: string }, authorization: string) => Client = clientOf,
): Promise<Workshop> {
  const { name: tenant, admin } = await createServedTenant(server, openClient);
  let count = 0;
  const post = async (path: string, json: unknown) => {
    const answer = await admin(path, { method: 'POST', json });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  return {
    tenant,
    admin,
    async deploy(files = {}, options = {}) {
      const controllerId = `device-${++count}`;
      await post('/rest/v1/targets', [{ controllerId, securityToken: 'secret' }]);
      const [module] = await post('/rest/v1/softwaremodules', [
        { name: controllerId, version: '1', type: 'application' },
      ]);
      for (const [filename, content] of Object.entries(files))
        await upload(admin, module.id, filename, content);
      const [set] = await post('/rest/v1/distributionsets', [
        { name: controllerId, version: '1', type: 'app', modules: [{ id: module.id }] },
      ]);
      const { assignedActions } = await post(`/rest/v1/targets/${controllerId}/assignedDS`, {
        id: set.id,
        ...options,
      });
      const actionId: number = assignedActions[0].id;
      const own = openClient(server, 'TargetToken secret');
      const ask: Deployed['ask'] = (path, request) =>
        own(`/${tenant}/controller/v1/${controllerId}${path}`, request);
      return {
        controllerId,
        actionId,
        moduleId: module.id,
        ask,
        report: (status, place = 'deploymentBase') =>
          ask(`/${place}/${actionId}/feedback`, { method: 'POST', json: { status } }),
        async entries() {
          const path = `/rest/v1/targets/${controllerId}/actions/${actionId}/status?sort=id:ASC&limit=500`;
          return (await admin(path)).json.content.map(({ type }: { type: string }) => type);
        },
      };
    },
  };
}

async function upload(admin: Client, moduleId: number, filename: string, content: string): Promise<void> {
  const boundary = 'a-boundary';
  const body = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="file"; filename="${filename}"`,
    'Content-Type: application/octet-stream',
    '',
    content,
    `--${boundary}--`,
    '',
  ].join('\r\n');
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  const answer = await admin(`/rest/v1/softwaremodules/${moduleId}/artifacts`, {
    method: 'POST',
    headers,
    body,
  });
  if (answer.status !== 201) throw new Error(`${filename}: ${answer.status} ${answer.text}`);
}

export const SUCCESS = { execution: 'closed', result: { finished: 'success' } };
export const PROCEEDING = { execution: 'proceeding', result: { finished: 'none' } };
