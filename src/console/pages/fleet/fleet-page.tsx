import { Badge, SimpleGrid, Stack, Title } from '@mantine/core';
import { IconTopologyStar3 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useSubscription } from 'urql';
import { FILTERS } from '../../api/filters.ts';
import type { FleetNumbersFragment } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { lazyPart } from '../../parts/lazy-part.ts';
import { PageButton } from '../../parts/links.tsx';
import { Page } from '../../parts/page.tsx';
import { Answer, Empty, Lines } from '../../parts/states.tsx';
import type { Tone } from '../../parts/status.tsx';
import { Shares, TileContent, tileClass } from '../../parts/tile.tsx';
import { numberText } from '../../texts/common.ts';
import { fleetTexts as texts } from '../../texts/fleet.ts';
import { Fleet, FleetMoves } from './fleet.documents.ts';

const History = lazyPart(async () => (await import('./history.tsx')).History);
const Facets = lazyPart(async () => (await import('./facets.tsx')).Facets);
const SimulateHint = lazyPart(async () => (await import('./simulate-hint.tsx')).SimulateHint);

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

/** The states that a target is in one of; together they are the fleet. */
const STATES: readonly (readonly [
  key: 'inSync' | 'pending' | 'error' | 'registered' | 'unknown',
  status: string,
  tone: Tone,
])[] = [
  ['inSync', 'in_sync', 'good'],
  ['pending', 'pending', 'busy'],
  ['error', 'error', 'bad'],
  ['registered', 'registered', 'quiet'],
  ['unknown', 'unknown', 'quiet'],
];

/** The fleet in numbers. They move as it does, and each leads to what it counts. */
export function FleetPage() {
  const { may } = useViewer();
  const mayRead = may('READ_TARGET');
  const fleet = useData(Fleet, {}, { pause: !mayRead });
  const [moves] = useSubscription({ query: FleetMoves, pause: !mayRead });
  return (
    <Page
      title={texts.title}
      lead={texts.lead}
      actions={
        moves.data && (
          <Badge variant="dot" color="teal" tt="none">
            {texts.live}
          </Badge>
        )
      }
    >
      {mayRead ? (
        <Answer of={fleet} waiting={<Lines count={4} height={96} />}>
          {({ fleetSummary }) => <Numbers fleet={moves.data?.fleetSummaryChanged ?? fleetSummary} />}
        </Answer>
      ) : (
        <Empty
          icon={<IconTopologyStar3 size={44} stroke={1.3} />}
          title={texts.hiddenTitle}
          hint={texts.hiddenHint}
        />
      )}
    </Page>
  );
}

function Numbers({ fleet }: { fleet: FleetNumbersFragment }) {
  const { can } = useViewer();
  if (fleet.total === 0)
    return (
      <>
        <Empty
          icon={<IconTopologyStar3 size={44} stroke={1.3} />}
          title={texts.emptyTitle}
          hint={texts.emptyHint}
          action={can.createTargets && <PageButton to="/provision">{texts.emptyAction}</PageButton>}
        />
        {can.createEnrollmentGroups && (
          <Suspense fallback={null}>
            <SimulateHint />
          </Suspense>
        )}
        {fleet.waitingForApproval > 0 && <Waiting count={fleet.waitingForApproval} />}
      </>
    );
  const shares = STATES.map(([key, , tone]) => ({ label: texts[key], count: fleet[key], tone }));
  const shareTexts = shares.map(({ label, count }) =>
    texts.sharesOf(label, numberText(count), percent.format(count / fleet.total)),
  );
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <Tile label={texts.total} count={fleet.total} hint={texts.lastDay(fleet.registeredLastDay)} />
        <Tile
          label={texts.overdue}
          count={fleet.overdue}
          hint={texts.hints.overdue}
          tone="warn"
          filter={FILTERS.overdue}
        />
        <Tile
          label={texts.neverSeen}
          count={fleet.neverSeen}
          hint={texts.hints.neverSeen}
          tone="quiet"
          filter={FILTERS.neverSeen}
        />
        <Waiting count={fleet.waitingForApproval} />
      </SimpleGrid>
      <Stack gap="sm" component="section">
        <Title order={2} size="h5">
          {texts.shares}
        </Title>
        <Shares of={shares} label={shareTexts.join(', ')} />
        <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
          {STATES.map(([key, status, tone]) => (
            <Tile
              key={key}
              label={texts[key]}
              count={fleet[key]}
              tone={tone}
              filter={FILTERS.status(status)}
              hint={`${percent.format(fleet[key] / fleet.total)} – ${texts.hints[key]}`}
            />
          ))}
        </SimpleGrid>
      </Stack>
      <Suspense fallback={<Lines count={2} height={200} />}>
        <History />
        <Facets total={fleet.total} moved={fleet} />
      </Suspense>
    </Stack>
  );
}

function Tile({ filter, ...content }: Parameters<typeof TileContent>[0] & { filter?: string }) {
  return (
    <Link to="/targets" search={filter ? { filter } : {}} className={tileClass}>
      <TileContent {...content} />
    </Link>
  );
}

/** Devices that want in. */
const Waiting = ({ count }: { count: number }) => (
  <Link to="/enrollment" className={tileClass}>
    <TileContent label={texts.waiting} count={count} hint={texts.hints.waiting} tone="busy" />
  </Link>
);
