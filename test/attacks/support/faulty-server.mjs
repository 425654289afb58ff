/*
 * A server that does on request what none may do: /stall/MS (of the processor, which others may want, too), /grow/MIB,
 * /die. It prints its address.
 */
import { createServer } from 'node:http';

const kept = [];
const spent = (before) => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};
const faults = {
  stall(ms) {
    for (const before = process.cpuUsage(); spent(before) < ms; );
  },
  grow(mib) {
    kept.push(Buffer.alloc(mib << 20, 1));
  },
  die: () => process.exit(3),
};
const server = createServer((request, response) => {
  const [, what = '', much] = (request.url ?? '').split('/');
  faults[what]?.(Number(much));
  response.end();
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
