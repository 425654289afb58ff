/*
 * The rule: no single request stalls the process for more than 100 ms, fills its memory, or ends it. On a machine that is
 * slower than that of docs/measured.md it may be so much longer.
 *
 * To add a case, in the file of its door or in a new one in this folder:
 *
 *   const server = await startAttacked();           // once a file; settings may be given, as for a server
 *   it('refuses …', async () => {
 *     const answer = await expectNoStall(server, (send) =>
 *       send('/graphql', { as: server.nobody, gzip: true, json: { query, variables } }));
 *     expect(answer.status).toBe(400);               // and what it must answer
 *   });
 *
 * `send` takes any path, method, header and body: REST, the device API (`server.device.path`, `as:
 * server.device.authorization`), imports, uploads; without `as` the caller is anonymous. WebSockets: `openRawSocket` of
 * socket.ts. Make what is large before `expectNoStall`, and see the case fail before it is mended: an attack that is
 * refused for another reason (a typo, a missing header) proves nothing.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { slowness } from '../../support/pace.ts';
import type { Send } from './send.ts';
import { senderOf } from './send.ts';
import type { Watched } from './server.ts';

export interface Bounds {
  /** Milliseconds for which others may wait. */
  bound?: number;
  /** MiB by which the process may grow. */
  memory?: number;
}

interface Probed {
  polls: number;
  worst: number;
  growth?: number;
}

const TRIES = 3;
/** For how long the server is watched without an attack, to know what the machine does to it anyway. */
const QUIET_MS = 300;
/** So long nothing waits by chance: there is no need to try again. */
const BEYOND_DOUBT_MS = 5_000;

/**
 * Attacks while another asks all the time whether the server lives, and gives back what the attack did. Fails where that
 * other waits too long, or the process grows too far, at each of three tries; or where the process ends.
 */
export async function expectNoStall<T>(
  server: Watched,
  attack: (send: Send) => Promise<T>,
  { bound = 100, memory = 256 }: Bounds = {},
): Promise<T> {
  const faults: string[] = [];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const quiet = attempt > 0 ? (await probed(server, () => pause(QUIET_MS))).worst : 0;
    let result: T;
    const { worst, growth = 0 } = await probed(server, async () => {
      result = await attack(senderOf(server));
    });
    const grown = growth / (1 << 20);
    const allowed = bound + Math.min(quiet, bound);
    const slow = worst > allowed ? slowness() : 1;
    if (worst <= allowed * slow && grown <= memory) return result!;
    faults.push(
      `others waited ${Math.round(worst)} ms (${Math.round(quiet)} ms before; on a machine that is ${slow.toFixed(1)} times slower), memory grew by ${Math.round(grown)} MiB`,
    );
    if (worst > BEYOND_DOUBT_MS) break;
  }
  throw new Error(
    `Allowed are ${bound} ms beyond those before, times that, and ${memory} MiB; at each try:\n${faults.join('\n')}`,
  );
}

/** What the prober saw meanwhile. @throws where the server's process ended */
export async function probed(
  { prober, ended, stderr }: Watched,
  meanwhile: () => Promise<unknown>,
): Promise<Probed> {
  const death = ended.then((code) => {
    throw new Error(`the server ended with ${code}: ${stderr().slice(-2_000)}`);
  });
  const told = (order: 'begin' | 'end') =>
    new Promise<unknown>((resolve) => {
      prober.once('message', resolve);
      prober.send(order);
    });
  const work = async () => {
    // A poll that is under way when the prober begins is not counted: it must have begun before the attack does.
    await told('begin');
    await meanwhile();
    return (await told('end')) as Probed;
  };
  return Promise.race([work(), death]);
}
