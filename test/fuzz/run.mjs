// npm run fuzz -- [--seconds 60] [--seed N]: gives every parser, the GraphQL API and the REST APIs what nobody would.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
});
const seed = values.seed ?? String(Date.now() % 2 ** 31);
console.log(`fuzzing for ${values.seconds} seconds with the seed ${seed}; the same again: --seed ${seed}`);
if (!process.env['MUSTER_TEST_SCHEMATHESIS'])
  console.log('MUSTER_TEST_SCHEMATHESIS does not name the program schemathesis: the REST APIs are left out.');
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'fuzz', '--maxWorkers=1'], {
  stdio: 'inherit',
  env: { ...process.env, MUSTER_FUZZ_SECONDS: values.seconds, MUSTER_FUZZ_SEED: seed },
});
process.exitCode = status ?? 1;
