import { Agent, get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { basic, type Client, graphql } from '../../support/server.ts';

export const TOKEN = 'life-of-a-server-0123456789abcdef';

/** Another connection for each request, as other devices would have. */
export function freshPoll(url: string, controllerId: string, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `TargetToken ${token}` };
    const path = `${url}/DEFAULT/controller/v1/${controllerId}`;
    const agent = new Agent({ keepAlive: false });
    const request = get(path, { headers, agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    request.once('error', reject);
  });
}

export const createTarget = (admin: Client, controllerId: string, more: object = {}) =>
  admin('/rest/v1/targets', { method: 'POST', json: [{ controllerId, securityToken: TOKEN, ...more }] });

export const poll = (device: Client, controllerId: string, token = TOKEN) =>
  device(`/DEFAULT/controller/v1/${controllerId}`, { headers: { authorization: `TargetToken ${token}` } });

export const report = (device: Client, controllerId: string, data: Record<string, string>) =>
  device(`/DEFAULT/controller/v1/${controllerId}/configData`, {
    method: 'PUT',
    headers: { authorization: `TargetToken ${TOKEN}` },
    json: { mode: 'merge', data },
  });

/** Gives a new target something to install. @returns the path of its action, on either API */
export async function deploy(admin: Client, controllerId: string): Promise<{ own: string; shown: string }> {
  const post = async (path: string, json: unknown) =>
    (await admin(`/rest/v1/${path}`, { method: 'POST', json })).json;
  await createTarget(admin, controllerId);
  const software = { name: controllerId, version: '1', type: 'os' };
  const [module] = await post('softwaremodules', [software]);
  const [set] = await post('distributionsets', [{ ...software, modules: [{ id: module.id }] }]);
  const { assignedActions } = await post(`targets/${controllerId}/assignedDS`, { id: set.id });
  const { id } = assignedActions[0];
  return {
    own: `/DEFAULT/controller/v1/${controllerId}/deploymentBase/${id}`,
    shown: `/rest/v1/targets/${controllerId}/actions/${id}`,
  };
}

/** Reports that an update is on its way, in these words. */
export const tell = (device: Client, { own }: { own: string }, words: string) =>
  device(`${own}/feedback`, {
    method: 'POST',
    headers: { authorization: `TargetToken ${TOKEN}` },
    json: { status: { execution: 'proceeding', result: { finished: 'none' }, details: [words] } },
  });

/** Sends a request's head and the begin of its body. */
export async function beginRequest(url: string, begin: string, length: number): Promise<Socket> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(
    `POST /rest/v1/targets HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${basic('admin', 'admin')}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${begin}`,
  );
  // Until its head has been read it isn't in flight: Node would close the connection as an idle one.
  await new Promise((resolve) => setTimeout(resolve, 200));
  return socket;
}

export async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

export const refusesConnections = (url: string) =>
  new Promise<boolean>((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });

export async function idsLike(admin: Client, prefix: string): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const { targets } = await graphql(
      admin,
      `query ($filter: String!, $after: String) {
        targets(first: 500, after: $after, filter: $filter) {
          nodes { controllerId } pageInfo { hasNextPage endCursor }
        }
      }`,
      { filter: `controllerid==${prefix}*`, after },
    );
    ids.push(...targets.nodes.map((node: { controllerId: string }) => node.controllerId));
    if (!targets.pageInfo.hasNextPage) return ids;
    after = targets.pageInfo.endCursor;
  }
}
