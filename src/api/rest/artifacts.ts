import type { Request, Router } from 'express';
import { artifactPartMissing } from '../../errors.ts';
import type { Artifact } from '../../services/software/artifacts/artifact.ts';
import { deleteArtifact } from '../../services/software/artifacts/delete.ts';
import { openArtifact } from '../../services/software/artifacts/download.ts';
import { findArtifact, findArtifactsOfModules } from '../../services/software/artifacts/find.ts';
import { uploadArtifact } from '../../services/software/artifacts/upload.ts';
import { findSoftwareModule } from '../../services/software/software-modules/find.ts';
import { sendDownload } from '../downloads.ts';
import { sendHal, sendWebError } from '../media.ts';
import { isForm, readFileForm } from '../multipart.ts';
import { ARTIFACT_DOWNLOAD, ARTIFACT_ITEM, ARTIFACTS } from './described/artifacts.ts';
import { parameterValues } from './paging.ts';
import { isFullWanted, pathIdOf } from './parameters.ts';
import { type Links, link, renderAuthorship, withoutNulls } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';

const NAMES = { moduleId: 'id', md5: 'md5sum', sha1: 'sha1sum', sha256: 'sha256sum' };

/** `/softwaremodules/{id}/artifacts`; `linksOf` gives the links' base for a request. */
export function artifactRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const path = '/softwaremodules/:id/artifacts';
  const get: Handler = async (context, request, response) => {
    const { id } = await findSoftwareModule(context, pathIdOf(request, 'id'));
    const artifacts = (await findArtifactsOfModules(context, [id])).get(id) ?? [];
    const links = linksOf(request);
    sendHal(
      response,
      artifacts.map((artifact) =>
        renderArtifact(
          artifact,
          isFullWanted(request) ? allLinks(links, artifact) : selfLink(links, artifact),
        ),
      ),
    );
  };
  const post: Handler = async (context, request, response) => {
    if (!isForm(request)) {
      return sendWebError(response.set('Accept', 'multipart/form-data'), 415);
    }
    const form = readFileForm(request);
    const file = await form.file;
    if (!file) throw artifactPartMissing(form.others());
    const artifact = await uploadArtifact(context, {
      moduleId: pathIdOf(request, 'id'),
      content: file.content,
      async details() {
        const fields = await form.fields();
        const given = (name: string) => fields.get(name) ?? parameterValues(request, name)[0];
        return {
          filename: given('filename') ?? file.filename,
          md5: given('md5sum'),
          sha1: given('sha1sum'),
          sha256: given('sha256sum'),
        };
      },
    });
    sendHal(response.status(201), renderArtifact(artifact, allLinks(linksOf(request), artifact)));
  };
  resource(
    router,
    path,
    { get, post: takes('CREATE_SOFTWARE_MODULE', post, 'streamed') },
    { ...options, names: NAMES, described: ARTIFACTS },
  );

  const getOne: Handler = async (context, request, response) => {
    const artifact = await findArtifact(context, ...idsOf(request));
    sendHal(response, renderArtifact(artifact, allLinks(linksOf(request), artifact)));
  };
  const remove: Handler = async (context, request, response) => {
    const [moduleId, id] = idsOf(request);
    await deleteArtifact(context, { moduleId, id });
    response.status(204).end();
  };
  resource(
    router,
    `${path}/:artifactId`,
    { get: getOne, delete: remove },
    { ...options, described: ARTIFACT_ITEM },
  );

  const download: Handler = async (context, request, response) => {
    const [moduleId, id] = idsOf(request);
    const file = await openArtifact(context, { moduleId, id });
    if (file.url !== null) return response.redirect(file.url);
    await sendDownload(request, response, file, { conditions: 'standard' });
  };
  resource(
    router,
    `${path}/:artifactId/download`,
    { get: download },
    { ...options, sends: 'file', described: ARTIFACT_DOWNLOAD },
  );
}

const idsOf = (request: Request): [moduleId: number, id: number] => [
  pathIdOf(request, 'id'),
  pathIdOf(request, 'artifactId'),
];

const renderArtifact = (artifact: Artifact, links: object) => ({
  ...renderAuthorship(artifact),
  id: artifact.id,
  providedFilename: artifact.filename,
  size: artifact.size,
  hashes: withoutNulls({ sha1: artifact.sha1, md5: artifact.md5, sha256: artifact.sha256 }),
  _links: links,
});

const selfLink = (links: Links, { moduleId, id }: Artifact) => ({
  self: link(links('softwaremodules', moduleId, 'artifacts', id)),
});

const allLinks = (links: Links, artifact: Artifact) => ({
  ...selfLink(links, artifact),
  download: link(links('softwaremodules', artifact.moduleId, 'artifacts', artifact.id, 'download')),
});
