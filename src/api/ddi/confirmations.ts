import {
  activateOwnAutoConfirm,
  deactivateOwnAutoConfirm,
  findOwnAutoConfirm,
} from '../../services/devices/reports/auto-confirm.ts';
import { reportConfirmation } from '../../services/devices/reports/confirm.ts';
import { readConfirmation } from '../feedback.ts';
import { asObject, textOf } from '../json.ts';
import { readDeployment, renderDeployment } from './deployments.ts';
import { ACTIVATE, CONFIRMATION, CONFIRMATION_BASE, CONFIRMATION_FEEDBACK, DEACTIVATE } from './described.ts';
import { answerDevice, bodyOf, type Call, type DeviceRoutes, idInPath, optionalBodyOf } from './resource.ts';

/** `confirmationBase`: what waits for a confirmation, and whether the device wants to be asked at all. */
export function confirmationRoutes({ serve }: DeviceRoutes): void {
  const path = '/confirmationBase';
  serve(
    path,
    {
      async get(call) {
        answerDevice(call, await renderConfirmationBase(call));
      },
    },
    { described: CONFIRMATION_BASE },
  );
  serve(
    `${path}/activateAutoConfirm`,
    {
      async post({ acting, request, response }) {
        const body = asObject(optionalBodyOf(request) ?? {});
        await activateOwnAutoConfirm(acting, {
          initiator: textOf(body, 'initiator'),
          remark: textOf(body, 'remark'),
        });
        response.status(200).end();
      },
    },
    { body: 'optional', leavesEvent: true, described: ACTIVATE },
  );
  serve(
    `${path}/deactivateAutoConfirm`,
    {
      async post({ acting, response }) {
        await deactivateOwnAutoConfirm(acting);
        response.status(200).end();
      },
    },
    { body: 'optional', leavesEvent: true, described: DEACTIVATE },
  );
  serve(
    `${path}/:id`,
    {
      async get(call) {
        const deployment = await readDeployment(call, 'confirmationBase');
        answerDevice(call, renderDeployment(call, deployment, 'confirmation'));
      },
    },
    { described: CONFIRMATION },
  );
  serve(
    `${path}/:id/feedback`,
    {
      async post({ acting, request, response }) {
        const confirmation = readConfirmation(asObject(bodyOf(request)));
        await reportConfirmation(acting, idInPath(request, 'id'), confirmation);
        response.status(200).end();
      },
    },
    { described: CONFIRMATION_FEEDBACK },
  );
}

async function renderConfirmationBase({ platform, device, url }: Call): Promise<object> {
  const { active, initiator, remark, activatedAt } = await findOwnAutoConfirm(platform, device);
  const change = active ? 'deactivateAutoConfirm' : 'activateAutoConfirm';
  const { next } = device;
  return {
    autoConfirm: {
      active,
      initiator: initiator ?? undefined,
      remark: remark ?? undefined,
      activatedAt: activatedAt?.getTime() ?? 0,
    },
    _links: {
      [change]: { href: `${url}/confirmationBase/${change}` },
      ...(next?.kind === 'confirmationBase' && {
        confirmationBase: { href: `${url}/confirmationBase/${next.actionId}?c=${next.revision}` },
      }),
    },
  };
}
