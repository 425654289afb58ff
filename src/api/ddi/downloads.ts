import { DomainError } from '../../errors.ts';
import {
  findOwnArtifacts,
  noteDownload,
  type OwnDownload,
  openOwnArtifact,
} from '../../services/devices/updates/downloads.ts';
import { sendDownload } from '../downloads.ts';
import { sendWebError } from '../media.ts';
import { meantBy, renderArtifacts, sumFileOf } from './artifact.ts';
import { DEVICE_ARTIFACTS, DEVICE_FILE } from './described.ts';
import { answerDevice, type Call, type DeviceRoutes, idInPath } from './resource.ts';

/** The files of the modules that a device is to have. */
export function downloadRoutes({ serve }: DeviceRoutes): void {
  serve(
    '/softwaremodules/:moduleId/artifacts',
    {
      async get(call) {
        const { platform, device, downloadUrl, request } = call;
        const moduleId = idInPath(request, 'moduleId');
        const artifacts = await findOwnArtifacts(platform, device, moduleId);
        answerDevice(call, renderArtifacts(downloadUrl, moduleId, artifacts));
      },
    },
    { described: DEVICE_ARTIFACTS },
  );
  serve(
    '/softwaremodules/:moduleId/artifacts/:filename',
    {
      async get(call) {
        const { params, query } = call.request;
        for (const { filename, sum } of meantBy(String(params['filename']), query)) {
          const found = await openNamed(call, filename);
          if (found) return sum ? sendSum(call, found) : sendFile(call, found);
        }
        sendWebError(call.response, 404);
      },
    },
    { sends: 'file', described: DEVICE_FILE },
  );
}

/** Undefined where the module has no file of that name. */
async function openNamed(
  { platform, device, request }: Call,
  filename: string,
): Promise<OwnDownload | undefined> {
  try {
    return await openOwnArtifact(platform, device, { moduleId: idInPath(request, 'moduleId'), filename });
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'ARTIFACT_NOT_FOUND')) throw error;
    return undefined;
  }
}

async function sendFile(
  { acting, request, response }: Call,
  { actionId, download }: OwnDownload,
): Promise<void> {
  const file = { filename: download.filename, path: request.originalUrl.replace(/\?.*/s, '') };
  const beforeAll = () => noteDownload(acting, actionId, file);
  if (download.url !== null) {
    if (request.method === 'GET') await beforeAll();
    return response.redirect(download.url);
  }
  return sendDownload(request, response, download, { conditions: 'device', beforeAll });
}

async function sendSum({ response }: Call, { download }: OwnDownload): Promise<void> {
  if (download.md5 === null) return sendWebError(response, 404);
  const { filename, content } = sumFileOf(download.filename, download.md5);
  response.attachment(filename).set('Content-Type', 'text/plain').end(content);
}
