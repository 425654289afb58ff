// Shows what happens to the targets of a group: node examples/watch.mjs [group]. Needs graphql-ws.
// MUSTER_URL names a server elsewhere than on port 8080 of this machine.
import { createClient } from 'graphql-ws';

const [group = 'plant-1'] = process.argv.slice(2);
const url = (process.env.MUSTER_URL ?? 'http://localhost:8080').replace(/^http/, 'ws');
const authorization = `Basic ${btoa(`admin:${process.env.MUSTER_PASSWORD ?? 'admin'}`)}`;
// Node.js has a WebSocket from version 22.
const webSocketImpl = globalThis.WebSocket ?? (await import('ws')).WebSocket;
const client = createClient({ url: `${url}/graphql`, connectionParams: { authorization }, webSocketImpl });
const query = `subscription ($filter: String) { targetEvents(filter: $filter) { type controllerId target { name } } }`;
try {
  for await (const { data, errors } of client.iterate({ query, variables: { filter: `group==${group}` } }))
    console.log(JSON.stringify(data?.targetEvents ?? errors));
} catch (error) {
  console.error(`cannot watch ${url}: ${error.reason || error.message || 'no answer'}`);
  process.exitCode = 1;
}
