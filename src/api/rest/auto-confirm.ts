import type { Request, Router } from 'express';
import { activateAutoConfirm } from '../../services/deployments/auto-confirm/activate.ts';
import { deactivateAutoConfirm } from '../../services/deployments/auto-confirm/deactivate.ts';
import { type AutoConfirm, findAutoConfirm } from '../../services/deployments/auto-confirm/find.ts';
import { findTarget } from '../../services/fleet/targets/find.ts';
import { asObject, textOf } from '../json.ts';
import { optionalJsonOf, sendHal } from '../media.ts';
import { ACTIVATE_AUTO_CONFIRM, AUTO_CONFIRM, DEACTIVATE_AUTO_CONFIRM } from './described/targets.ts';
import { type Links, link, withoutNulls } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { controllerIdOf } from './targets.ts';

/** `/targets/{controllerId}/autoConfirm`; `linksOf` gives the links' base for a request. */
export function autoConfirmRoutes(
  router: Router,
  options: ResourceOptions,
  linksOf: (request: Request) => Links,
): void {
  const path = '/targets/:controllerId/autoConfirm';
  const get: Handler = async (context, request, response) => {
    const { id, controllerId } = await findTarget(context, controllerIdOf(request));
    const [found] = await findAutoConfirm(context, [id]);
    sendHal(response, renderAutoConfirm(found!, controllerId, linksOf(request)));
  };
  resource(router, path, { get }, { ...options, described: AUTO_CONFIRM });

  const activate: Handler = async (context, request, response) => {
    const body = asObject(optionalJsonOf(request) ?? {});
    await activateAutoConfirm(context, {
      controllerId: controllerIdOf(request),
      initiator: textOf(body, 'initiator'),
      remark: textOf(body, 'remark'),
    });
    response.status(204).end();
  };
  resource(
    router,
    `${path}/activate`,
    { post: takes('UPDATE_TARGET', activate, 'optional') },
    { ...options, described: ACTIVATE_AUTO_CONFIRM },
  );

  const deactivate: Handler = async (context, request, response) => {
    await deactivateAutoConfirm(context, { controllerId: controllerIdOf(request) });
    response.status(204).end();
  };
  resource(
    router,
    `${path}/deactivate`,
    { post: deactivate },
    { ...options, described: DEACTIVATE_AUTO_CONFIRM },
  );
}

function renderAutoConfirm(
  { active, initiator, remark, activatedAt }: AutoConfirm,
  controllerId: string,
  links: Links,
) {
  const next = active ? 'deactivate' : 'activate';
  return withoutNulls({
    active,
    initiator,
    remark,
    activatedAt: activatedAt?.getTime(),
    _links: { [next]: link(links('targets', controllerId, 'autoConfirm', next)) },
  });
}
