import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Description, openDescription } from '../support/description.ts';
import { clientOf, startOwnServer, type TestServer } from '../support/server.ts';
import { type Jobs, openJobs } from './jobs.ts';
import { type Case, readCases, replay } from './replay.ts';

const changesConfiguration = ({ steps }: Case): boolean =>
  steps.some(
    ({ request: { method = 'GET', path } }) => method !== 'GET' && path.startsWith('/rest/v1/system/configs'),
  );

/** Replays the recorded cases of one kind one after another, on a server and a database of their own. */
export function replayCases({ changingConfiguration }: { changingConfiguration: boolean }): void {
  let server: TestServer;
  let jobs: Jobs;
  let description: Description;
  beforeAll(async () => {
    server = await startOwnServer({
      MUSTER_DDI_TARGET_TOKEN_ENABLED: 'true',
      MUSTER_DDI_GATEWAY_TOKEN_ENABLED: 'true',
    });
    jobs = await openJobs(server.database, (error) => server.errors.push(String(error)));
    description = openDescription((await clientOf(server)('/openapi.json')).json);
  });
  afterAll(async () => {
    await jobs?.close();
    await server?.stop();
  });

  const files = readCases(new URL('cases/', import.meta.url))
    .map(({ file, cases }) => ({
      file,
      cases: cases.filter((each) => changesConfiguration(each) === changingConfiguration),
    }))
    .filter(({ cases }) => cases.length > 0);

  describe.each(files)('$file', ({ cases }) => {
    for (const each of cases)
      test(each.name, () =>
        replay(
          { base: server.url, admin: 'admin:admin', tenant: 'DEFAULT', jobsLook: jobs.look, description },
          each,
        ),
      );
  });

  test('no request made the server log an error', () => {
    expect(server.errors).toEqual([]);
  });
}
