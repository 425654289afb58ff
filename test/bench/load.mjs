/**
 * The load, in a process of its own: keep-alive connections on raw sockets, one request in flight on each, so that
 * the client costs as little as it can. Any answer but 2xx and 304, and any that the workload refuses, is an error.
 *
 * Told by messages: `{ port, connections, workload }` once, then `{ seconds, most }` for every run, which ends when the time
 * is up or the most requests are sent. A workload with `everyMs` sends on each connection no more often than that, the
 * connections one after another, and tells how long each answer took. One with `tls` speaks TLS.
 */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { openWorkload } from './workloads.mjs';

const HEAD_END = Buffer.from('\r\n\r\n');
const READ_BYTES = 1 << 17;

/**
 * Every lane sends what `next` says, or has a talk of its own, which is told each answer and may come to an end.
 * @type {{ port: number, connections: number, next?: () => Buffer, refuses?: (body: string) => boolean,
 *   everyMs?: number, openTalk?: () => Iterator<Buffer, void, () => string> }}
 */
let target;

process.on('message', async (message) => {
  if (message.workload) {
    target = { everyMs: message.workload.everyMs, ...message, ...openWorkload(message.workload) };
    process.send({ opened: true });
  } else {
    process.send(await run(message));
  }
});
process.on('disconnect', () => process.exit());

async function run({ seconds, most = Number.POSITIVE_INFINITY }) {
  const tally = { requests: 0, left: most, until: Number.POSITIVE_INFINITY, fault: undefined, took: [] };
  const lanes = await Promise.all(Array.from({ length: target.connections }, () => openLane(tally)));
  const began = performance.now();
  tally.until = began + seconds * 1000;
  const apart = (target.everyMs ?? 0) / lanes.length;
  await Promise.all(lanes.map((lane, index) => lane.run(index * apart)));
  // The last answers count with the time they took, so that slow requests are measured, too.
  const lasted = (performance.now() - began) / 1000;
  return { requests: tally.requests, seconds: lasted, took: tally.took, ...tally.fault };
}

/** One connection; `run` ends when the time is up and the last answer is in. */
function openLane(tally) {
  const talk = target.openTalk?.();
  const next = (body) => (talk ? talk.next(body).value : target.next());
  const keepsAll = Boolean(target.refuses ?? talk);
  return new Promise((resolve, reject) => {
    const reader = openReader((status, body) => answered(status, body), keepsAll);
    const { tls } = target.workload;
    const socket = (tls ? connectTls : connect)({
      port: target.port,
      host: '127.0.0.1',
      noDelay: true,
      rejectUnauthorized: false,
      onread: {
        buffer: Buffer.allocUnsafe(READ_BYTES),
        callback: (size, buffer) => {
          reader(buffer.subarray(0, size));
          return true;
        },
      },
    });
    let finish;
    let sent = 0;
    const fail = (what) => {
      tally.fault ??= { fault: what };
      finish?.();
      socket.destroy();
    };
    const answered = (status, body) => {
      if ((status < 200 || status > 299) && status !== 304) return fail(`${status} ${body().slice(0, 500)}`);
      if (target.refuses?.(body())) return fail(body().slice(0, 500));
      tally.requests++;
      if (!target.everyMs) return goOn(body);
      const took = performance.now() - sent;
      tally.took.push(took);
      setTimeout(() => finish && goOn(body), target.everyMs - took);
    };
    const goOn = (body) => {
      let request;
      try {
        request = performance.now() < tally.until && tally.left-- > 0 ? next(body) : undefined;
      } catch (error) {
        return fail(String(error));
      }
      if (request) {
        sent = performance.now();
        socket.write(request);
      } else {
        finish();
        socket.end();
      }
    };
    socket.once('error', (error) => (finish ? fail(String(error)) : reject(error)));
    socket.once('close', () => finish && fail('the connection was closed'));
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      resolve({
        run: (delayMs) =>
          new Promise((done) => {
            finish = () => {
              finish = undefined;
              done();
            };
            if (delayMs) setTimeout(() => finish && goOn(), delayMs);
            else goOn();
          }),
      });
    });
  });
}

/** Finds the ends of answers in what a connection brings, by their Content-Length. What nobody looks at isn't kept. */
function openReader(onAnswer, keepsAll) {
  let chunks = [];
  let awaited = 0;
  let status = 0;
  let headLength = 0;
  const done = () => {
    const answer = chunks;
    chunks = [];
    awaited = 0;
    onAnswer(status, () => Buffer.concat(answer).toString('utf8', headLength));
  };
  return (chunk) => {
    if (awaited > 0) {
      if (keepsAll || status >= 300) chunks.push(Buffer.from(chunk));
      awaited -= chunk.length;
      if (awaited === 0) done();
      return;
    }
    const whole = chunks.length ? Buffer.concat([...chunks, chunk]) : chunk;
    const end = whole.indexOf(HEAD_END);
    if (end < 0) {
      chunks = [Buffer.from(whole)];
      return;
    }
    const head = whole.latin1Slice(0, end);
    status = Number(head.slice(9, 12));
    headLength = end + HEAD_END.length;
    awaited = headLength + bodyLength(head) - whole.length;
    // The socket's buffer is used again for the next chunk.
    chunks = [awaited > 0 ? Buffer.from(whole) : whole];
    if (awaited === 0) done();
  };
}

const LENGTH = /\r\ncontent-length: *(\d+)/i;

function bodyLength(head) {
  const length = LENGTH.exec(head)?.[1];
  if (length === undefined && /\r\ntransfer-encoding:/i.test(head)) throw new Error(`no length: ${head}`);
  return Number(length ?? 0);
}
