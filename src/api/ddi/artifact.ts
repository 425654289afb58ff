import type { Artifact } from '../../services/artifacts/artifact.ts';

/** What follows a file's name where its MD5 sum is asked for. */
export const MD5_SUFFIX = '.MD5SUM';

/** A file as devices get to know it; `url` is the base of the device's links. */
export function renderArtifact(
  url: string,
  moduleId: number,
  { filename, sha1, md5, sha256, size }: Artifact,
): object {
  const scheme = url.startsWith('https:') ? '' : '-http';
  const href = `${url}/softwaremodules/${moduleId}/artifacts/${encodeURIComponent(filename)}`;
  return {
    filename,
    hashes: { sha1, md5, sha256 },
    size,
    _links: {
      [`download${scheme}`]: { href },
      [`md5sum${scheme}`]: { href: href + MD5_SUFFIX },
    },
  };
}
