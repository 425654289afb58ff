import { Command } from 'commander';
import { targetIdOf } from './lists.ts';
import { print } from './print.ts';
import { ask, type ServerOptions, serverOf, withServer } from './server.ts';

interface TokenOptions extends ServerOptions {
  token?: string;
}

/** `muster token …`: tokens that devices sign in with. The old token stops working at once. */
export function tokenCommand(): Command {
  const token = new Command('token').description('replaces tokens that devices sign in with');
  withServer(token.command('rotate <controllerId>').description('gives a target a new security token'))
    .option('--token <token>', 'the new token; default: a random one')
    .action(rotate);
  withServer(token.command('gateway').description('gives the tenant a new gateway token'))
    .option('--token <token>', 'the new token; default: a random one')
    .action(generate);
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
