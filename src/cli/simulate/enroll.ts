import { ask, type Server } from '../server.ts';

const GROUP = 'Simulated devices';

interface Enrolled {
  token: string;
}

/**
 * Gets a token with which the devices can register: of an enrollment group that is for their names only, and is made
 * if there is none yet. @throws Failure
 */
export async function enroll(server: Server, prefix: string, expiresAt: Date): Promise<string> {
  const name = `${GROUP} ${prefix}`;
  const found = await ask<{ nodes: { id: string; name: string }[] }>(
    server,
    'query ($filter: String) { enrollmentGroups(filter: $filter, first: 10) { nodes { id name } } }',
    { filter: `name=="${name}"` },
  );
  const group = found.nodes.find((one) => one.name === name);
  if (!group) {
    const { token } = await ask<Enrolled>(
      server,
      `mutation ($input: CreateEnrollmentGroupInput!) {
        createEnrollmentGroup(input: $input) { token userErrors { message } } }`,
      {
        input: {
          name,
          description: 'For muster simulate. Delete it when you need it no more.',
          allowedControllerIds: [`${prefix}*`],
          appliesTo: 'ALL',
          tokenExpiresAt: expiresAt,
        },
      },
    );
    return token;
  }
  const { token } = await ask<Enrolled>(
    server,
    `mutation ($input: RotateEnrollmentTokenInput!) {
      rotateEnrollmentToken(input: $input) { token userErrors { message } } }`,
    { input: { groupId: group.id, expiresAt } },
  );
  return token;
}
