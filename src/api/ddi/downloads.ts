import { DomainError } from '../../errors.ts';
import {
  findOwnArtifacts,
  noteDownload,
  type OwnDownload,
  openOwnArtifact,
} from '../../services/devices/downloads.ts';
import { sendDownload } from '../downloads.ts';
import { webError } from '../hawkbit-errors.ts';
import { MD5_SUFFIX, renderArtifact } from './artifact.ts';
import { answer, type Call, type DeviceRoutes, pathIdOf } from './resource.ts';

/** The files of the modules that a device is to have. */
export function downloadRoutes({ serve }: DeviceRoutes): void {
  serve('/softwaremodules/:moduleId/artifacts', {
    async get(call) {
      const { platform, device, url, request } = call;
      const moduleId = pathIdOf(request, 'moduleId');
      const artifacts = await findOwnArtifacts(platform, device, moduleId);
      answer(
        call,
        artifacts.map((artifact) => renderArtifact(url, moduleId, artifact)),
      );
    },
  });
  serve(
    '/softwaremodules/:moduleId/artifacts/:filename',
    {
      async get(call) {
        const filename = String(call.request.params['filename']);
        if (filename.endsWith(MD5_SUFFIX)) return sendSum(call, filename.slice(0, -MD5_SUFFIX.length));
        const found = await openNamed(call, filename);
        if (found) await sendFile(call, found);
      },
    },
    { sends: 'file' },
  );
}

/** Undefined, and answered 404 in the words of the web layer, where the module has no file of that name. */
async function openNamed(
  { platform, device, request, response }: Call,
  filename: string,
): Promise<OwnDownload | undefined> {
  try {
    return await openOwnArtifact(platform, device, { moduleId: pathIdOf(request, 'moduleId'), filename });
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'ARTIFACT_NOT_FOUND')) throw error;
    response.status(404).json(webError(404));
    return undefined;
  }
}

function sendFile({ acting, request, response }: Call, { actionId, download }: OwnDownload): Promise<void> {
  const file = { filename: download.filename, path: request.originalUrl.replace(/\?.*/s, '') };
  return sendDownload(request, response, download, 'device', () => noteDownload(acting, actionId, file));
}

async function sendSum(call: Call, filename: string): Promise<void> {
  const found = await openNamed(call, filename);
  if (!found) return;
  call.response
    .attachment(filename + MD5_SUFFIX)
    .set('Content-Type', 'text/plain')
    .end(`${found.download.md5}  ${filename}`);
}
