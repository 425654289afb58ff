import { VERSION } from './version.ts';

/** What an operator wants to see first: where everything is. Programs that start a server look for its first line. */
export const firstScreen = (url: string, data: string): string =>
  [
    `Muster serves ${url} (version ${VERSION})`,
    `  console         ${url}/`,
    `  GraphQL         ${url}/graphql`,
    `  Management API  ${url}/rest/v1`,
    `  device API      ${url}/{tenant}/controller/v1/{controllerId}`,
    `  data            ${data}`,
  ].join('\n');
