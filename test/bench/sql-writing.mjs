/** What the rivals that write by SQL alone have in common: each is a process, told by messages. */
import { openPool } from '../../dist/database/connect.js';

/**
 * Told `{ connection, connections, ... }` once, then `{ seconds }`.
 * @param {(client: import('postgres').Sql, options: any) => () => Promise<unknown>} open what makes what writes once
 */
export function serveWriter(open) {
  let connections;
  let write;
  process.on('message', async (message) => {
    if (message.connection) {
      ({ connections } = message);
      const { client } = openPool(message.connection, {
        connections,
        prepare: true,
        pipelines: true,
        name: 'muster bench',
      });
      write = open(client, message);
      process.send({ opened: true });
    } else {
      process.send(await run(write, connections, message.seconds));
    }
  });
  process.on('disconnect', () => process.exit());
}

async function run(write, connections, seconds) {
  let requests = 0;
  const began = performance.now();
  const until = began + seconds * 1000;
  const work = async () => {
    while (performance.now() < until) {
      await write();
      requests++;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return { requests, seconds: (performance.now() - began) / 1000 };
}
