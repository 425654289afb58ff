/**
 * Very many idle connections, in a process of their own, as each needs an open file: `{ port, count, request }` opens
 * them, with one request on each, and answers how many of them were answered; `{ ask: true }` asks again on each.
 */
import { connect } from 'node:net';

/** Fewer than wait to be accepted at most. */
const AT_ONCE = 200;
const ANSWERED_WITHIN_MS = 60_000;
const sockets = [];
let request;

process.on('message', async (message) => {
  if (message.count) {
    request = Buffer.from(message.request);
    for (let open = 0; open < message.count; open += AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, message.count - open) }, () => dial(message.port)),
      );
  }
  process.send({ answered: await askAll(), open: sockets.filter(({ destroyed }) => !destroyed).length });
});
process.on('disconnect', () => process.exit());

function dial(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    sockets.push(socket);
    socket.once('connect', resolve);
    socket.on('error', () => {}).once('close', resolve);
  });
}

/** In groups, so that nothing but the connections is measured. */
async function askAll() {
  let answered = 0;
  for (let from = 0; from < sockets.length; from += AT_ONCE) {
    const group = sockets.slice(from, from + AT_ONCE).map(askOne);
    answered += (await Promise.all(group)).filter(Boolean).length;
  }
  return answered;
}

function askOne(socket) {
  if (socket.destroyed) return false;
  return new Promise((resolve) => {
    const end = (isAnswered) => {
      clearTimeout(timer);
      socket.off('data', hear).off('close', lost);
      resolve(isAnswered);
    };
    const hear = (bytes) => end(bytes.subarray(0, 12).toString() === 'HTTP/1.1 200');
    const lost = () => end(false);
    const timer = setTimeout(lost, ANSWERED_WITHIN_MS);
    socket.once('data', hear).once('close', lost);
    socket.write(request);
  });
}
