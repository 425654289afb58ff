import { type Kind, type Known, keyOf, titleOf } from './kind.ts';
import { SOFTWARE_MODULES } from './modules.ts';
import { mapSome, Refusal } from './side.ts';

interface Artifact {
  id: number;
  providedFilename: string;
  size: number;
  hashes?: { md5?: string; sha1?: string; sha256?: string };
}

const WIDTH = 8;
/** Modules that are looked at together. */
const AT_A_TIME = 200;

/** The files of modules. They are streamed from one server to the other; Muster compares the checksums. */
export const artifactKind = (hawkbit: Known): Kind => ({
  what: 'artifacts',
  async *read(known) {
    const modules = [...(await known.index(SOFTWARE_MODULES)).byKey.values()];
    for (let at = 0; at < modules.length; at += AT_A_TIME) {
      const found = await mapSome(modules.slice(at, at + AT_A_TIME), WIDTH, async (module) => {
        const path = `softwaremodules/${module.id}/artifacts`;
        const artifacts = (await known.side.getIfKnown<Artifact[]>(path)) ?? [];
        return artifacts.map(({ id, providedFilename, size, hashes = {} }) => ({
          key: keyOf(module.key, providedFilename),
          title: `${titleOf(module.key)}/${providedFilename}`,
          id,
          fields: { size, md5: hashes.md5, sha1: hashes.sha1, sha256: hashes.sha256 },
        }));
      });
      yield { items: found.flat() };
    }
  },
  async create(muster, { key, id, fields: { md5, sha1, sha256 } }) {
    const [moduleKey, filename] = JSON.parse(key) as [string, string];
    const module = (await muster.index(SOFTWARE_MODULES)).byKey.get(moduleKey);
    if (!module) throw new Refusal(`its software module ${titleOf(moduleKey)} is not in Muster`, 404);
    const from = (await hawkbit.index(SOFTWARE_MODULES)).byKey.get(moduleKey)!;
    const { upload } = await muster.side.ask<{ upload: { url: string } }>(
      `mutation ($input: CreateArtifactUploadInput!) {
        createArtifactUpload(input: $input) { upload { url } userErrors { message } } }`,
      { input: { moduleId: `SoftwareModule:${module.id}`, filename, md5, sha1, sha256 } },
    );
    const content = await hawkbit.side.download(`softwaremodules/${from.id}/artifacts/${id}/download`);
    // Behind the address that this command uses: the server may know another of itself.
    const path = upload.url.slice(upload.url.lastIndexOf('/uploads/'));
    await muster.side.fetch(path, { method: 'PUT', body: content.body, duplex: 'half' });
    return undefined;
  },
  async update() {
    throw new Refusal('Muster has another file of that name in this module', 409);
  },
});
