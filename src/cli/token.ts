import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import {
  DerivationKeyText,
  derivationKeyOf,
  derivedToken,
} from '../services/devices/enrollment/derivation.ts';
import { controllerId } from '../services/fleet/targets/input.ts';
import { wrongUsage } from './failure.ts';
import { targetIdOf } from './lists.ts';
import { print } from './print.ts';
import { ask, type ServerOptions, serverOf, withServer } from './server.ts';

interface TokenOptions extends ServerOptions {
  token?: string;
}

/** `muster token …`: tokens that devices sign in with. A token that is replaced stops working at once. */
export function tokenCommand(): Command {
  const token = new Command('token').description('replaces and derives tokens that devices sign in with');
  withServer(token.command('rotate <controllerId>').description('gives a target a new security token'))
    .option('--token <token>', 'the new token; default: a random one')
    .action(rotate);
  withServer(token.command('gateway').description('gives the tenant a new gateway token'))
    .option('--token <token>', 'the new token; default: a random one')
    .action(generate);
  token
    .command('derive')
    .description(
      'prints the token of each controllerId of standard input, derived from a key of an enrollment group; needs no server',
    )
    .requiredOption('--key-file <file>', 'a file with the key in hexadecimal')
    .action(derive);
  return token;
}

async function rotate(controllerId: string, options: TokenOptions): Promise<void> {
  const server = serverOf(options);
  const id = await targetIdOf(server, controllerId);
  const { target } = await ask<{ target: { controllerId: string; securityToken: string | null } }>(
    server,
    `mutation ($input: RotateTargetTokenInput!) {
      rotateTargetToken(input: $input) { target { controllerId securityToken } userErrors { message } } }`,
    { input: { id, securityToken: options.token } },
  );
  print(target, options, target.securityToken ?? 'done; this user may not see the token');
}

async function generate(options: TokenOptions): Promise<void> {
  const { token } = await ask<{ token: string }>(
    serverOf(options),
    'mutation ($input: GenerateGatewayTokenInput!) { generateGatewayToken(input: $input) { token userErrors { message } } }',
    { input: { token: options.token } },
  );
  print({ token }, options, token);
}

/**
 * Each line is a controllerId; each line of the output is one, a tab, and its token. A line that no device can have as its
 * name ends it: its token would open nothing.
 */
async function derive({ keyFile }: { keyFile: string }): Promise<void> {
  const digits = DerivationKeyText.safeParse((await readFile(keyFile, 'utf8')).trim());
  if (!digits.success) throw wrongUsage(`${keyFile}: ${digits.error.issues[0]!.message}`);
  const key = derivationKeyOf(digits.data);
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  const derived = async function* (ids: AsyncIterable<string>) {
    let number = 0;
    for await (const line of ids) {
      number++;
      // Some editors begin a file with a mark of its encoding.
      const id = number === 1 ? line.replace(/^\uFEFF/, '') : line;
      if (id) yield `${checked(id, number)}\t${derivedToken(key, id)}\n`;
    }
  };
  await pipeline(lines, derived, process.stdout, { end: false });
}

function checked(id: string, line: number): string {
  const { success, data, error } = controllerId.safeParse(id);
  if (success && data === id) return id;
  throw wrongUsage(`line ${line}: ${error?.issues[0]?.message ?? 'no device has that as its controllerId'}`);
}
