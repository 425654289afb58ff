import type { Artifact } from '../../services/software/artifacts/artifact.ts';

/** What follows a file's name where its MD5 sum is asked for. */
const SUFFIX = '.MD5SUM';
/** Asks for the sum also where a file of that very name is in the way. */
const SUM = 'md5sum';

/** The files of a module as devices get to know them; `url` is the base of download links. */
export function renderArtifacts(url: string, moduleId: number, artifacts: readonly Artifact[]): object[] {
  const names = new Set(artifacts.map(({ filename }) => filename));
  return artifacts.map(({ filename, sha1, md5, sha256, size, url: elsewhere }) => {
    const href = `${url}/softwaremodules/${moduleId}/artifacts/${encodeURIComponent(filename)}`;
    const sum = href + SUFFIX + (names.has(filename + SUFFIX) ? `?${SUM}` : '');
    return {
      filename,
      hashes: { ...(sha1 && { sha1 }), ...(md5 && { md5 }), sha256 },
      size,
      _links: { ...linksTo('download', elsewhere ?? href), ...(md5 && linksTo('md5sum', sum)) },
    };
  });
}

/** By HTTPS clients find it under either name: many know the one only, as hawkBit's usual set-up has it. */
const linksTo = (name: 'download' | 'md5sum', href: string): object => ({
  ...(href.startsWith('https:') && { [name]: { href } }),
  [`${name}-http`]: { href },
});

/** Which files a path may mean, the likelier first: that of the very name, then the one whose sum it names. */
export function meantBy(
  filename: string,
  query: Record<string, unknown>,
): { filename: string; sum: boolean }[] {
  const itself = { filename, sum: false };
  if (!filename.endsWith(SUFFIX)) return [itself];
  const sum = { filename: filename.slice(0, -SUFFIX.length), sum: true };
  return query[SUM] === undefined ? [itself, sum] : [sum];
}

/** The file that a sum is sent as. */
export const sumFileOf = (filename: string, md5: string) => ({
  filename: filename + SUFFIX,
  content: `${md5}  ${filename}`,
});
