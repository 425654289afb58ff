import type { Request } from 'express';
import { invalid, malformed } from '../../errors.ts';
import { findCancellation, reportCancellation } from '../../services/devices/reports/report-cancellation.ts';
import { reportDeployment } from '../../services/devices/reports/report-deployment.ts';
import { reportInstalled } from '../../services/devices/reports/report-installed.ts';
import {
  type DeploymentResource,
  type DeviceDeployment,
  findDeployment,
} from '../../services/devices/updates/deployment.ts';
import { noteRetrieval } from '../../services/devices/updates/retrieve.ts';
import { readReport } from '../feedback.ts';
import { asObject, idOf, isIn32Bits, type JsonObject, textOf } from '../json.ts';
import { renderArtifacts } from './artifact.ts';
import { CANCEL_ACTION, DEPLOYMENT_BASE, feedbackOn, INSTALLED, INSTALLED_BASE } from './described.ts';
import { answerDevice, bodyOf, type Call, type DeviceRoutes, idInPath } from './resource.ts';

/** `deploymentBase`, `cancelAction` and `installedBase`, with what devices report of them. */
export function deploymentRoutes({ serve }: DeviceRoutes): void {
  serve(
    '/deploymentBase/:id',
    {
      async get(call) {
        const deployment = await readDeployment(call, 'deploymentBase');
        await noteRetrieval(call.acting, deployment.action);
        answerDevice(call, renderDeployment(call, deployment, 'deployment'));
      },
    },
    { described: DEPLOYMENT_BASE },
  );
  serve(
    '/deploymentBase/:id/feedback',
    {
      async post({ acting, request, response }) {
        await reportDeployment(acting, idInPath(request, 'id'), readReport(asObject(bodyOf(request))));
        response.status(200).end();
      },
    },
    { described: feedbackOn('an update') },
  );
  serve(
    '/cancelAction/:id',
    {
      async get(call) {
        const { platform, device, acting, request } = call;
        const action = await findCancellation(platform, device, idInPath(request, 'id'));
        await noteRetrieval(acting, action);
        const id = String(action.id);
        answerDevice(call, { id, cancelAction: { stopId: id } });
      },
    },
    { described: CANCEL_ACTION },
  );
  serve(
    '/cancelAction/:id/feedback',
    {
      async post({ acting, request, response }) {
        await reportCancellation(acting, idInPath(request, 'id'), readReport(asObject(bodyOf(request))));
        response.status(200).end();
      },
    },
    { described: feedbackOn('a cancellation') },
  );
  serve(
    '/installedBase/:id',
    {
      async get(call) {
        answerDevice(call, renderDeployment(call, await readDeployment(call, 'installedBase'), 'deployment'));
      },
    },
    { described: INSTALLED_BASE },
  );
  serve(
    '/installedBase',
    {
      async put({ acting, request, response }) {
        const body = asObject(bodyOf(request));
        const [name, version] = [neededPart(body, 'name'), neededPart(body, 'version')];
        const isNews = await reportInstalled(acting, { name, version });
        response.status(isNews ? 201 : 200).end();
      },
    },
    { leavesEvent: true, described: INSTALLED },
  );
}

/**
 * The deployment that the path names, with as much of its history as `actionHistory` asks for. `c` may be any number,
 * but must be a number.
 * @throws MALFORMED_INPUT, ACTION_NOT_FOUND
 */
export async function readDeployment(
  { platform, device, request }: Call,
  resource: DeploymentResource,
): Promise<DeviceDeployment> {
  wholeParameter(request, 'c');
  const messages = wholeParameter(request, 'actionHistory') ?? 0;
  return findDeployment(platform, device, { resource, actionId: idInPath(request, 'id'), messages });
}

/** A part of the title of a set. @throws MALFORMED_INPUT without it, INVALID_INPUT for null and an empty text */
function neededPart(body: JsonObject, field: 'name' | 'version'): string {
  if (body[field] === undefined) throw malformed(`${field}: is needed`, [field]);
  const text = textOf(body, field);
  if (!text) throw invalid(`${field}: must not be empty`, [field]);
  return text;
}

/** @throws MALFORMED_INPUT */
function wholeParameter({ query }: Request, name: string): number | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  const value = idOf(String(text));
  if (value === undefined || !isIn32Bits(value))
    throw malformed(`${name}: must be a whole number of 32 bits`, [name]);
  return value;
}

/** The parts of these module types have other names for devices. */
const PARTS: Record<string, string> = { application: 'bApp', runtime: 'jvm' };

/** A deployment as devices get it, under the name `word`. */
export function renderDeployment(
  { downloadUrl }: Call,
  { action, handling, chunks, history }: DeviceDeployment,
  word: 'deployment' | 'confirmation',
): object {
  return {
    id: String(action.id),
    [word]: {
      download: handling.download,
      update: handling.update,
      maintenanceWindow: handling.window ?? undefined,
      chunks: chunks.map(({ moduleId, part, name, version, artifacts, metadata }) => ({
        part: PARTS[part] ?? part,
        version,
        name,
        artifacts: renderArtifacts(downloadUrl, moduleId, artifacts),
        metadata: metadata.length ? metadata : undefined,
      })),
    },
    actionHistory: history
      ? {
          status: history.status.toUpperCase(),
          messages: history.messages.length ? history.messages : undefined,
        }
      : undefined,
  };
}
