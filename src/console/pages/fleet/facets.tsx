import { Autocomplete, Group, SegmentedControl, Select, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { FleetFacetsQuery, TargetFacetKind } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { useKept } from '../../parts/kept.ts';
import { Answer, Lines } from '../../parts/states.tsx';
import { useFollow } from '../../parts/use-follow.ts';
import { numberText } from '../../texts/common.ts';
import { fleetTexts } from '../../texts/fleet.ts';
import { updateStatusTexts } from '../../texts/status.ts';
import classes from './facets.module.css';
import { AttributeKeys, FleetFacets } from './fleet.documents.ts';

type Facet = FleetFacetsQuery['targetFacets']['facets'][number];

const texts = fleetTexts.facets;
type Kind = TargetFacetKind | 'ATTRIBUTE';
const KINDS = Object.keys(texts.kinds) as Kind[];
/** Counting a large fleet is work: it is counted anew no more often than this. */
const COUNT_EVERY_MS = 10_000;
const PREFIX = 'attribute.';

/** What the fleet consists of, by one thing at a time. `moved` is another value whenever something has moved. */
export function Facets({ total, moved }: { total: number; moved: unknown }) {
  const { may } = useViewer();
  const [kept, setKept] = useKept<{ by: Kind; key: string }>('fleet.facet', {
    by: 'TAG',
    key: '',
  });
  const kinds = KINDS.filter(
    (it) =>
      (it !== 'TYPE' || may('READ_TARGET_TYPE')) &&
      (it !== 'DISTRIBUTION_SET' || may('READ_DISTRIBUTION_SET')),
  );
  const by = kinds.includes(kept.by) ? kept.by : 'GROUP';
  const isMissingKey = by === 'ATTRIBUTE' && kept.key === '';
  const asked = by === 'ATTRIBUTE' ? { attribute: kept.key } : { kind: by };
  const facets = useData(FleetFacets, { by: asked }, { pause: isMissingKey });
  useFollow(moved, facets.reload, COUNT_EVERY_MS);
  const choices = kinds.map((value) => ({ value, label: texts.kinds[value] }));
  return (
    <Card title={texts.title} hint={texts.hint}>
      <Group gap="sm">
        <SegmentedControl
          visibleFrom="sm"
          size="xs"
          aria-label={texts.by}
          data={choices}
          value={by}
          onChange={(value) => setKept({ ...kept, by: value as Kind })}
        />
        <Select
          hiddenFrom="sm"
          size="xs"
          aria-label={texts.by}
          data={choices}
          value={by}
          onChange={(value) => setKept({ ...kept, by: (value ?? 'TAG') as Kind })}
          allowDeselect={false}
        />
        {by === 'ATTRIBUTE' && <KeyField value={kept.key} onChange={(key) => setKept({ by, key })} />}
      </Group>
      {isMissingKey ? (
        <Text size="sm" c="dimmed">
          {texts.chooseKey}
        </Text>
      ) : (
        <Answer of={facets} waiting={<Lines count={4} height={28} />}>
          {({ targetFacets: { facets: found, hasMore } }) => (
            <>
              <ol className={classes.list}>
                {found.map((facet) => (
                  <FacetLine key={facet.filter} facet={facet} by={by} total={total} />
                ))}
              </ol>
              {hasMore && (
                <Text size="xs" c="dimmed">
                  {texts.more}
                </Text>
              )}
            </>
          )}
        </Answer>
      )}
    </Card>
  );
}

function FacetLine({ facet, by, total }: { facet: Facet; by: Kind; total: number }) {
  const { count, filter, value, version } = facet;
  return (
    <li>
      <Link to="/targets" search={{ filter }} className={classes.line}>
        <span className={value === null ? classes.none : classes.name}>
          {value === null ? texts.none[by] : nameOf(by, value)} {version}
        </span>
        <span className={classes.bar} aria-hidden>
          <span className={classes.share} style={{ width: `${total === 0 ? 0 : (100 * count) / total}%` }} />
        </span>
        <span className={classes.count}>{numberText(count)}</span>
      </Link>
    </li>
  );
}

const nameOf = (by: Kind, value: string) =>
  by === 'UPDATE_STATUS'
    ? (updateStatusTexts[value.toUpperCase() as keyof typeof updateStatusTexts] ?? value)
    : value;

/** The key of an attribute: one that devices have told. */
function KeyField({ value, onChange }: { value: string; onChange: (key: string) => void }) {
  const [text, setText] = useState(value);
  const { data } = useData(AttributeKeys, { text: PREFIX + text }, { keep: true });
  const keys = data?.filterSuggestions.flatMap((it) =>
    it.text.startsWith(PREFIX) ? [it.text.slice(PREFIX.length)] : [],
  );
  return (
    <Autocomplete
      size="xs"
      aria-label={texts.key}
      placeholder={texts.key}
      data={[...new Set(keys)]}
      value={text}
      onChange={setText}
      onOptionSubmit={onChange}
      onKeyDown={(event) => event.key === 'Enter' && onChange(text.trim())}
      onBlur={() => onChange(text.trim())}
    />
  );
}
