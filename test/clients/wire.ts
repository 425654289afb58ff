import { connect } from 'node:net';

export interface WireAnswer {
  status: number;
  /** By lower-case name. */
  headers: ReadonlyMap<string, string>;
  body: Buffer;
}

/** A request as its very bytes: a device's client writes its header lines in its own way. */
export interface WireRequest {
  /** Request line and headers, as they are sent. */
  lines: readonly string[];
  body?: string;
}

/**
 * Sends requests one after another on one connection, as small clients do. An answer must tell its length: there are
 * clients that take no other.
 */
export async function openWire({ url }: { url: string }) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = Buffer.alloc(0);
  let hear = () => {};
  let ended = false;
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    hear();
  });
  const end = () => {
    ended = true;
    hear();
  };
  socket.on('error', end).on('close', end);

  async function until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (ended) throw new Error(`The connection ended after ${JSON.stringify(received.toString('latin1'))}`);
      await new Promise<void>((resolve) => {
        hear = resolve;
      });
    }
  }

  async function readAnswer(): Promise<WireAnswer> {
    const at = await until(() => {
      const index = received.indexOf('\r\n\r\n');
      return index < 0 ? undefined : index;
    });
    const [statusLine, ...lines] = received.subarray(0, at).toString('latin1').split('\r\n');
    const headers = new Map(
      lines.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const length = headers.get('content-length');
    if (length === undefined) throw new Error(`The answer doesn't tell its length: ${lines.join(' | ')}`);
    const end = at + 4 + Number(length);
    await until(() => (received.length >= end ? true : undefined));
    const body = received.subarray(at + 4, end);
    received = received.subarray(end);
    return { status: Number(statusLine!.split(' ')[1]), headers, body };
  }

  return {
    host: `${hostname}:${port}`,
    close: () => void socket.destroy(),
    ask({ lines, body = '' }: WireRequest): Promise<WireAnswer> {
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
      return readAnswer();
    },
  };
}

export type Wire = Awaited<ReturnType<typeof openWire>>;
