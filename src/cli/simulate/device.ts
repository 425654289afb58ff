import { chanceOf, choiceOf } from './chance.ts';
import { noteError, type Tally } from './tally.ts';
import { beginUpdate, type Update, type UpdateOptions, workOnUpdate } from './update.ts';
import { DeviceError, type Wire } from './wire.ts';

/** One device of the fleet. */
export interface SimulatedDevice {
  controllerId: string;
  /** Polls once, and does what the answer asks for. @throws DeviceError */
  poll(): Promise<void>;
}

/** The action is over, or it was canceled in the meantime: the next poll says what there is to do. */
const OVER = new Set([404, 410]);

/** @param base of the tenant's device API, without a slash at its end */
export function openDevice(
  base: string,
  controllerId: string,
  { wire, tally, options }: { wire: Wire; tally: Tally; options: UpdateOptions },
): SimulatedDevice {
  const root = `${base}/${encodeURIComponent(controllerId)}`;
  let present = false;
  let update: Update | undefined;
  const end = () => {
    if (update) tally.updates.running--;
    update = undefined;
  };

  const work = async (url: string) => {
    if (update && !isSame(update, url)) end();
    const body = await wire.send('GET', url);
    if (!update) {
      update = beginUpdate(url, body, controllerId, options);
      tally.updates.running++;
    }
    const { version, outcome } = update;
    const isOver = await workOnUpdate(wire, tally, {
      update,
      deployment: body.deployment,
      controllerId,
      options,
    });
    if (!isOver) return;
    end();
    if (outcome === 'success') await sendAttributes({ firmware: version });
  };
  const cancel = async (url: string) => {
    await wire.send('GET', url);
    await wire.send('POST', `${url.replace(/\?.*$/, '')}/feedback`, {
      status: { execution: 'closed', result: { finished: 'success' }, details: ['Canceled'] },
    });
    tally.updates.canceled++;
    end();
  };
  const sendAttributes = async (data: Record<string, string>) => {
    await wire.send('PUT', `${root}/configData`, { mode: 'merge', data });
    tally.attributes++;
  };

  return {
    controllerId,
    async poll() {
      const { _links: links = {} } = (await wire.send('GET', root)) ?? {};
      tally.polls++;
      if (!present) tally.present++;
      present = true;
      try {
        if (links.configData) await sendAttributes(attributesOf(controllerId, options.seed));
        if (links.cancelAction) await cancel(links.cancelAction.href);
        else if (links.deploymentBase) await work(links.deploymentBase.href);
        else end();
      } catch (error) {
        if (!(error instanceof DeviceError && OVER.has(error.status ?? 0))) throw error;
        noteError(tally, `${error.message} for an action that is over`);
        end();
      }
    },
  };
}

const isSame = (update: Update, url: string) => url.replace(/\?.*$/, '') === update.url;

const REGIONS = ['eu', 'us', 'asia'] as const;
const MODELS = ['gateway-1', 'gateway-2', 'sensor-1'] as const;

/** What a device tells of itself. */
function attributesOf(controllerId: string, seed: string): Record<string, string> {
  const words = [seed, controllerId];
  const serial = Math.floor(chanceOf(...words, 'serial') * 1e8);
  return {
    model: choiceOf(MODELS, ...words, 'model'),
    hwRevision: String(1 + Math.floor(chanceOf(...words, 'revision') * 3)),
    region: choiceOf(REGIONS, ...words, 'region'),
    serial: String(serial).padStart(8, '0'),
    firmware: 'factory',
  };
}
