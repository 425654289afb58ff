import { useData } from '../../api/use-data.ts';
import { Page } from '../../parts/page.tsx';
import { Answer } from '../../parts/states.tsx';
import { shell } from '../../texts/shell.ts';
import { Fleet } from './fleet.documents.ts';

export function FleetPage() {
  const fleet = useData(Fleet, {});
  return (
    <Page title={shell.fleet}>
      <Answer of={fleet}>{({ fleetSummary }) => <>{fleetSummary.total}</>}</Answer>
    </Page>
  );
}
