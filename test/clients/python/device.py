"""A device on the Python client rauc-hawkbit: polls until it has been told to install something, or to stop.

It does what the package's own D-Bus client does, with a file in the place of an installation."""

import asyncio
import re
import sys

from aiohttp import ClientSession
from rauc_hawkbit.ddi.cancel_action import CancelStatusExecution, CancelStatusResult
from rauc_hawkbit.ddi.client import ConfigStatusExecution, ConfigStatusResult, DDIClient
from rauc_hawkbit.ddi.deployment_base import DeploymentStatusExecution, DeploymentStatusResult


async def main():
    host, tenant, controller_id, token, place = sys.argv[1:]
    async with ClientSession() as session:
        ddi = DDIClient(session, host, False, token, tenant, controller_id)
        for _ in range(50):
            links = (await ddi()).get('_links', {})
            if 'configData' in links:
                await identify(ddi)
            if 'cancelAction' in links:
                return await reject(ddi, links['cancelAction']['href'])
            if 'deploymentBase' in links:
                return await install(ddi, links['deploymentBase']['href'], place)
            await asyncio.sleep(0.2)
    sys.exit('there was nothing to do')


async def identify(ddi):
    await ddi.configData(ConfigStatusExecution.closed, ConfigStatusResult.success, client='rauc-hawkbit')


async def reject(ddi, link):
    """The package can't stop an installation: it refuses every cancellation."""
    action_id, = re.search('/cancelAction/(.+)$', link).groups()
    stop_id = (await ddi.cancelAction[action_id]())['cancelAction']['stopId']
    details = ('Cancelling not supported',)
    await ddi.cancelAction[stop_id].feedback(
        CancelStatusExecution.rejected, CancelStatusResult.success, status_details=details)
    print('rejected')


async def install(ddi, link, place):
    action_id, resource = re.search(r'/deploymentBase/(.+)\?c=(.+)$', link).groups()
    action = ddi.deploymentBase[action_id]
    artifact = (await action(resource))['deployment']['chunks'][0]['artifacts'][0]
    links = artifact['_links']
    url = (links['download'] if 'download' in links else links['download-http'])['href']
    module, filename = re.search('/softwaremodules/(.+)/artifacts/(.+)$', url).groups()
    checksum = await ddi.softwaremodules[module].artifacts[filename](place)
    if checksum != artifact['hashes']['md5']:
        sys.exit(f'downloaded {checksum}')
    await action.feedback(
        DeploymentStatusExecution.proceeding, DeploymentStatusResult.none, ['installing'], percentage=50)
    await action.feedback(DeploymentStatusExecution.closed, DeploymentStatusResult.success, ['installed'])
    print('installed')


asyncio.run(main())
