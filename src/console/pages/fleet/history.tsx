import { Anchor, Group, SegmentedControl, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { memo, useEffect, useState } from 'react';
import type { FleetHistoryQuery, HistoryInterval } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { Card } from '../../parts/card.tsx';
import { Failed } from '../../parts/states.tsx';
import { State } from '../../parts/status.tsx';
import { type Series, TimeChart } from '../../parts/time-chart.tsx';
import { numberText } from '../../texts/common.ts';
import { fleetTexts } from '../../texts/fleet.ts';
import { FleetHistory } from './fleet.documents.ts';
import { FIRST_RANGES, RANGE_NAMES, type RangeName } from './search.ts';

type Point = FleetHistoryQuery['fleetHistory'][number];

const texts = fleetTexts.history;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Range {
  interval: HistoryInterval;
  length: number;
  points: number;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });

const RANGES: Record<RangeName, Range> = {
  '1h': { interval: 'FIVE_MINUTES', length: 5 * MINUTE, points: 12 },
  '6h': { interval: 'FIVE_MINUTES', length: 5 * MINUTE, points: 72 },
  '24h': { interval: 'FIVE_MINUTES', length: 5 * MINUTE, points: 288 },
  '7d': { interval: 'HOUR', length: HOUR, points: 168 },
  '30d': { interval: 'DAY', length: DAY, points: 30 },
  '90d': { interval: 'DAY', length: DAY, points: 90 },
};

const WIDEST_FIRST: RangeName = '24h';

const isEmpty = (it: Point) => it.registered + it.polls + it.finished + it.failed === 0;

/** A new server's history would be a hairline in a whole day. */
const fittingRange = (points: readonly Point[]): RangeName =>
  FIRST_RANGES.find((name) => points.slice(0, -RANGES[name].points).every(isEmpty)) ?? WIDEST_FIRST;

/** When points are, in words: with the day where they are of more than one. */
function wordsOf(points: readonly Point[], { interval }: Range): (at: string) => string {
  const days = new Set(points.map(({ at }) => new Date(at).toDateString()));
  const format = interval === 'DAY' ? date : days.size > 1 ? dayAndClock : clock;
  return (at) => format.format(new Date(at));
}

/** The start of the first point that is shown; it moves on with time. */
function useFrom({ length, points }: Range): string {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE);
    return () => clearInterval(timer);
  }, []);
  return new Date((Math.floor(now / length) - points + 1) * length).toISOString();
}

/** What happened in the fleet over time. Those who may read only some targets get none of it. It is not drawn anew as the numbers above move. */
export const History = memo(function History() {
  const { range: chosen } = useSearch({ from: '/shell/' });
  const navigate = useNavigate({ from: '/' });
  const asked = RANGES[chosen ?? WIDEST_FIRST];
  const history = useData(FleetHistory, { from: useFrom(asked), interval: asked.interval }, { keep: true });
  useInterval(history.reload, MINUTE, { autoInvoke: true });
  const [asTable, setAsTable] = useState(false);
  if (history.error?.graphQLErrors.some(({ extensions }) => extensions['code'] === 'FORBIDDEN')) return null;
  const found = history.data?.fleetHistory;
  const name = chosen ?? (found ? fittingRange(found) : WIDEST_FIRST);
  const range = RANGES[name];
  const points = found?.slice(-range.points);
  return (
    <Stack gap="sm" component="section" aria-label={texts.title}>
      <Group justify="space-between">
        <div>
          <Title order={2} size="h5">
            {texts.title}
          </Title>
          <Text size="xs" c="dimmed">
            {texts.delay}
          </Text>
        </div>
        <Group gap="sm">
          <Anchor component="button" size="sm" onClick={() => setAsTable(!asTable)} aria-expanded={asTable}>
            {asTable ? texts.hideTable : texts.showTable}
          </Anchor>
          <SegmentedControl
            size="xs"
            aria-label={texts.range}
            value={name}
            onChange={(value) =>
              void navigate({
                search: { range: value as RangeName },
                replace: true,
                resetScroll: false,
              })
            }
            data={RANGE_NAMES.map((value) => ({ value, label: texts.ranges[value] }))}
          />
        </Group>
      </Group>
      {history.error && !points ? (
        <Failed error={history.error} reload={history.reload} />
      ) : (
        <Charts points={points ?? []} range={range} />
      )}
      {asTable && points && <HistoryTable points={points} range={range} />}
    </Stack>
  );
});

function Charts({ points, range }: { points: readonly Point[]; range: Range }) {
  const words = wordsOf(points, range);
  const times = points.map(({ at }) => words(at));
  const chart = (title: string, series: Series[]) => {
    const totals = series.map((one) => ({
      ...one,
      total: one.values.reduce<number>((a, b) => a + (b ?? 0), 0),
    }));
    const told = totals.map(({ label, total }) => texts.total(label, numberText(total)));
    return (
      <Card title={title}>
        <Group gap="md" mih={24}>
          {totals.map(({ label, tone, total }) => (
            <State key={label} tone={tone}>
              {texts.total(label, numberText(total))}
            </State>
          ))}
        </Group>
        <TimeChart label={texts.chart(title, told.join(', '))} times={times} series={series} />
      </Card>
    );
  };
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }} spacing="sm">
      {chart(texts.registrations, [
        { label: texts.registered, tone: 'busy', values: points.map((it) => it.registered) },
      ])}
      {chart(texts.polls, [{ label: texts.polled, tone: 'busy', values: points.map((it) => it.polls) }])}
      {chart(texts.updates, [
        { label: texts.finished, tone: 'good', values: points.map((it) => it.finished) },
        { label: texts.failed, tone: 'bad', values: points.map((it) => it.failed) },
      ])}
    </SimpleGrid>
  );
}

/** The same in numbers: the newest first, without the stretches in which nothing happened. */
function HistoryTable({ points, range }: { points: readonly Point[]; range: Range }) {
  const rows = points.filter((it) => !isEmpty(it)).toReversed();
  const words = wordsOf(points, range);
  const number = (value: number | null) => (
    <Table.Td className="numbers" ta="right">
      {value === null ? texts.unknown : numberText(value)}
    </Table.Td>
  );
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {texts.nothing}
      </Text>
    );
  return (
    <Table.ScrollContainer minWidth={640} maxHeight={360} scrollAreaProps={{ 'aria-label': texts.title }}>
      <Table stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.from}</Table.Th>
            {texts.columns.map((heading) => (
              <Table.Th key={heading} ta="right">
                {heading}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((it) => (
            <Table.Tr key={it.at}>
              <Table.Td>{words(it.at)}</Table.Td>
              {number(it.registered)}
              {number(it.polls)}
              {number(it.finished)}
              {number(it.failed)}
              {number(it.inSync)}
              {number(it.pending)}
              {number(it.error)}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
